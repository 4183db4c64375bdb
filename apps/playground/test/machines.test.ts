/** Scenarios on the machines. Expectations are worked out by hand from the formats; where that takes more than a look, how is said. */

import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal } from './command-line.ts'

/** Levels, roots, and what the manuals call the bits that refuse. */
const MACHINES = [
  { name: 'x86-64', physBits: 52, levels: 4, roots: 1, present: 'P', write: 'R/W', user: 'U/S', lowerEnd: '0x800000000000' },
  { name: 'x86-64-la57', physBits: 52, levels: 5, roots: 1, present: 'P', write: 'R/W', user: 'U/S', lowerEnd: '0x100000000000000' },
  { name: 'riscv-sv39', physBits: 56, levels: 3, roots: 1, present: 'V', write: 'W', user: 'U', lowerEnd: '0x4000000000' },
  { name: 'riscv-sv48', physBits: 56, levels: 4, roots: 1, present: 'V', write: 'W', user: 'U', lowerEnd: '0x800000000000' },
  { name: 'riscv-sv57', physBits: 56, levels: 5, roots: 1, present: 'V', write: 'W', user: 'U', lowerEnd: '0x100000000000000' },
  { name: 'aarch64', physBits: 48, levels: 4, roots: 2, present: 'valid', write: 'AP[2]', user: 'AP[1]', lowerEnd: '0x1000000000000' },
] as const

interface Ran {
  readonly results: readonly unknown[]
  /** Of the last scenario. */
  readonly summary: Readonly<Record<string, unknown>>
}

type Line = Readonly<Record<string, unknown>>

/** Runs operations, or whole scenarios, on a backend; an operation whose `expect` is not met fails the test. */
async function run(backend: string, lines: readonly Line[], header: Line = {}): Promise<Ran> {
  const stdin = [{ scenario: 1, backend, ...header }, ...lines].map((line) => JSON.stringify(line)).join('\n')
  const { code, stdout, stderr } = await addrspace(['run', '-', '--json'], { stdin })
  expect(stderr).toBe('')
  const printed = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(printed.filter(({ mismatch }) => mismatch === true)).toEqual([])
  expect(code).toBe(0)
  return { results: printed.filter(({ op }) => op !== undefined).map(({ result }) => result), summary: printed.at(-1)! }
}

/** The refusal of a scenario that is wrong, as the line on stderr tells it. */
async function refused(backend: string, lines: readonly Line[], header: Line, message: string): Promise<void> {
  const stdin = [{ scenario: 1, backend, ...header }, ...lines].map((line) => JSON.stringify(line)).join('\n')
  expectRefusal(await addrspace(['run', '-'], { stdin }), `standard input: ${message}`)
}

const map = (start: string, size: string, flags: string, more: Line = {}): Line => ({ op: 'map', start, size, flags, ...more })
const linear = (paddr: string): Line => ({ backing: { linear: paddr } })
const translate = (addr: string, access: string, mode: string, expected: unknown, controls?: Line): Line =>
  ({ op: 'translate', addr, access, mode, ...(controls && { controls }), expect: expected })
const query = (addr: string, expected: unknown): Line => ({ op: 'query', addr, expect: expected })

describe.each(MACHINES)('a scenario on $name', ({ name, levels, roots, present, write, user, lowerEnd, physBits }) => {
  it('is that of the format\'s description', async () => {
    const { summary } = await run(name, [
      map('0x400000', '0x4000', 'rwu', { backing: 'alloc', expect: 'ok' }),
      map('0x800000', '0x200000', 'rx', { ...linear('0x80200000'), onOverlap: 'replace', expect: 'ok' }),
      { op: 'unmap', start: '0x401000', size: '0x1000', expect: 'ok' },
      { op: 'protect', start: '0x400000', size: '0x1000', flags: 'ru', expect: 'ok' },
      { op: 'find', addr: '0x400123', expect: { start: '0x400000', end: '0x401000', flags: 'ru' } },
      { op: 'overlaps', start: '0x401000', size: '0x1000', expect: false },
      { op: 'findFree', hint: '0x400000', size: '0x1000', limit: ['0x0', lowerEnd], align: '0x1000', expect: '0x401000' },
      { op: 'findFree', hint: '0x800000', size: '0x1000', expect: '0xa00000' },
      translate('0x400008', 'read', 'user', {}),
      translate('0x400008', 'write', 'user', { fault: 'permission', level: 0, bit: write }),
      translate('0x401008', 'read', 'user', { fault: 'not-present', level: 0, bit: present }),
      translate('0x402008', 'write', 'user', {}),
      translate('0x800123', 'exec', 'kernel', { paddr: '0x80200123' }),
      translate('0x9fffff', 'read', 'kernel', { paddr: '0x803fffff' }),
      translate('0x800123', 'read', 'user', { fault: 'permission', level: 1, bit: user }),
      query('0x402008', { size: '0x1000', flags: 'rwu' }),
      query('0x800123', { paddr: '0x80200123', size: '0x200000', flags: 'rx' }),
      query('0x401000', null),
      {
        op: 'areas', expect: [
          { start: '0x400000', end: '0x401000', flags: 'ru' },
          { start: '0x402000', end: '0x404000', flags: 'rwu' },
          { start: '0x800000', end: '0xa00000', flags: 'rx' },
        ],
      },
    ], { name: 'split', memory: { base: '0x80000000', size: '0x4000000' } })
    // A table at every level, one more root where there are two, and three pages; the leaf of 2 MiB is in none of these frames.
    const rootFields = roots === 2 ? { root: '0x80000000', root1: '0x80001000' } : { root: '0x80000000' }
    expect(summary).toEqual({ name: 'split', areas: 3, ...rootFields, frames: levels + roots - 1 + 3, mismatches: 0 })
  })

  it('gives every frame back, the roots aside', async () => {
    const { summary } = await run(name, [
      map('0x0', '0x5000', 'rw'), map('0x200000', '0x200000', 'r', linear('0x40000000')), map('0x12345000', '0x1000', 'x', { backing: 'demand' }),
      { op: 'fault', addr: '0x12345678', access: 'exec', expect: 'installed' },
      { op: 'unmap', start: '0x201000', size: '0x1000', expect: 'ok' },
      { op: 'clear', expect: 'ok' },
    ])
    expect(summary).toMatchObject({ areas: 0, frames: roots })
  })

  it('gives pages on demand their frames at a fault, and those alone', async () => {
    const { summary } = await run(name, [
      map('0x400000', '0x4000', 'ru', { backing: 'demand' }),
      query('0x401000', null),
      translate('0x401008', 'read', 'user', { fault: 'not-present', bit: present }),
      { op: 'fault', addr: '0x401008', access: 'read', expect: 'installed' },
      { op: 'fault', addr: '0x401ff8', access: 'read', expect: 'present' },
      { op: 'fault', addr: '0x402000', access: 'write', expect: 'BadState' },
      { op: 'fault', addr: '0x404000', access: 'read', expect: 'BadState' },
      translate('0x401008', 'read', 'user', {}),
      query('0x401008', { size: '0x1000', flags: 'ru' }),
      query('0x402000', null),
      { op: 'protect', start: '0x400000', size: '0x4000', flags: 'rwu', expect: 'ok' },
      query('0x401008', { size: '0x1000', flags: 'rwu' }),
    ])
    expect(summary).toMatchObject({ areas: 1, frames: levels + roots - 1 + 1 })
  })

  it('keeps the frame of a page without access', async () => {
    const hidden = { fault: 'not-present', level: 0, bit: present }
    await run(name, [
      map('0x400000', '0x1000', 'rw', linear('0x12340000')),
      { op: 'protect', start: '0x400000', size: '0x1000', flags: '', expect: 'ok' },
      query('0x400000', { paddr: '0x12340000', size: '0x1000', flags: '' }),
      translate('0x400000', 'read', 'kernel', hidden), translate('0x400000', 'write', 'kernel', hidden), translate('0x400000', 'exec', 'user', hidden),
      { op: 'find', addr: '0x400000', expect: { flags: '' } },
      { op: 'protect', start: '0x400000', size: '0x1000', flags: 'r', expect: 'ok' },
      query('0x400000', { paddr: '0x12340000', size: '0x1000', flags: 'r' }),
      translate('0x400008', 'read', 'kernel', { paddr: '0x12340008' }),
    ])
  })

  it('refuses what it cannot translate', async () => {
    const top = `0x${(BigInt(lowerEnd) - 0x1000n).toString(16)}`
    await run(name, [
      map(lowerEnd, '0x1000', 'r', { expect: 'BadState' }),
      map(top, '0x2000', 'r', { backing: 'demand', expect: 'BadState' }),
      map(top, '0x1000', 'r', { ...linear('0x12345000'), expect: 'ok' }),
      translate(top, 'read', 'kernel', { paddr: '0x12345000' }),
      translate(lowerEnd, 'read', 'kernel', { fault: 'non-canonical', level: levels - 1, bit: '' }),
      query(lowerEnd, null),
      { op: 'findFree', size: '0x1000', hint: top, expect: null },
      { op: 'findFree', size: '0x1000', direction: 'down', expect: `0x${(BigInt(top) - 0x1000n).toString(16)}` },
      map('0xfffffffffffff000', '0x1000', 'r', { ...linear('0x54321000'), expect: 'ok' }),
      translate('0xffffffffffffffff', 'read', 'kernel', { paddr: '0x54321fff' }),
      map('0x400800', '0x1000', 'r', { expect: 'InvalidParam' }),
      map('0x400000', '0x800', 'r', { ...linear('0x0'), expect: 'InvalidParam' }),
      map('0x400000', '0x1000', 'r', { ...linear('0x800'), expect: 'BadState' }),
      map('0x400000', '0x1000', 'r', { ...linear('0xfffffffffffff000'), expect: 'BadState' }),
    ])
  })

  it('goes back as a whole when a transaction does', async () => {
    const before = [map('0x400000', '0x4000', 'rwu'), { op: 'areas' }]
    const { results, summary } = await run(name, [
      ...before,
      { op: 'begin' },
      { op: 'unmap', start: '0x401000', size: '0x1000', expect: 'ok' },
      map('0x40000000', '0x200000', 'r', { ...linear('0x40000000'), expect: 'ok' }),
      { op: 'protect', start: '0x402000', size: '0x1000', flags: '', expect: 'ok' },
      { op: 'rollback', expect: 'ok' },
      { op: 'areas' },
      translate('0x401008', 'write', 'user', {}), translate('0x402008', 'write', 'user', {}), query('0x40000000', null),
    ])
    expect(results[7]).toEqual(results[1])
    expect(summary).toMatchObject({ areas: 1, frames: levels + roots - 1 + 4 })
  })

  it('refuses a map for which a frame is missing, whichever it is, and has changed nothing', async () => {
    // Four pages, and a table for each level below the root.
    const needed = 4 + levels - 1
    const scenarios = Array.from({ length: needed + 1 }, (_, index) => [
      { scenario: 1, backend: name, fail: { frame: index + 1 } },
      map('0x400000', '0x4000', 'rwu', { expect: index < needed ? 'BadState' : 'ok' }),
      { op: 'areas', expect: index < needed ? [] : [{ start: '0x400000' }] },
      query('0x400000', index < needed ? null : {}),
    ])
    const stdin = scenarios.flat().map((line) => JSON.stringify(line)).join('\n')
    const { code, stdout } = await addrspace(['run', '-', '--json'], { stdin })
    expect(code).toBe(0)
    const frames = stdout.split('\n').filter((line) => line.includes('"frames"')).map((line) => (JSON.parse(line) as { frames: number }).frames)
    expect(frames).toEqual([...Array<number>(needed).fill(roots), roots + needed])
  })

  it('merges equal neighbours of one kind, and linear ones that go on in physical memory', async () => {
    const { summary } = await run(name, [
      map('0x1000', '0x1000', 'r'), map('0x2000', '0x1000', 'r'),
      map('0x3000', '0x1000', 'r', { backing: 'demand' }), map('0x4000', '0x1000', 'r', { backing: 'demand' }),
      map('0x5000', '0x1000', 'r', linear('0x45000')), map('0x6000', '0x1000', 'r', linear('0x46000')), map('0x7000', '0x1000', 'r', linear('0x48000')),
      map('0x8000', '0x1000', 'rw', linear('0x49000')),
      {
        op: 'areas', expect: [
          { start: '0x1000', end: '0x3000', flags: 'r' },
          { start: '0x3000', end: '0x5000', flags: 'r' },
          { start: '0x5000', end: '0x7000', flags: 'r' },
          { start: '0x7000', end: '0x8000', flags: 'r' },
          { start: '0x8000', end: '0x9000', flags: 'rw' },
        ],
      },
    ], { merge: true })
    expect(summary).toMatchObject({ areas: 5 })
  })

  it('takes memory anywhere within the physical addresses, but not across a multiple of 2^43', async () => {
    const end = 1n << BigInt(physBits)
    const low = `0x${(end - 0x10000n).toString(16)}`
    const { summary } = await run(name, [map('0x0', '0x1000', 'rw', { expect: 'ok' }), translate('0x0', 'read', 'kernel', {})], { memory: { base: low, size: '0x10000' } })
    expect(summary).toMatchObject({ root: low })
    const past = 'reaches across 0x80000000000: memory must not reach across a multiple of 2^43'
    await refused(name, [], { memory: { base: '0x7fffffff000', size: '0x2000' } }, `line 1: "memory.size": ${past}`)
    await run(name, [], { memory: { base: '0x7ffffffe000', size: '0x2000' } })
  })

  it('takes its memory from where the header says, and refuses what cannot be that', async () => {
    const { summary } = await run(name, [map('0x0', '0x1000', 'r', { expect: 'BadState' })], { memory: { base: '0x1000', size: roots === 2 ? '0x3000' : '0x2000' } })
    expect(summary).toMatchObject({ root: '0x1000', frames: roots })
    const least = `0x${(roots * 0x1000).toString(16)}`
    await refused(name, [], { memory: { base: '0x80000800' } }, `line 1: "memory.base": must be a multiple of 0x1000 on ${name}`)
    await refused(name, [], { memory: { size: '0x1800' } }, `line 1: "memory.size": must be a multiple of 0x1000 on ${name}`)
    await refused(name, [], { memory: { size: '0x400001000' } }, `line 1: "memory.size": must be at most 0x400000000 on ${name}`)
    const end = 1n << BigInt(physBits)
    const past = { memory: { base: `0x${(end - 0x2000n).toString(16)}`, size: '0x3000' } }
    await refused(name, [], past, `line 1: "memory.size": reaches past 0x${end.toString(16)}, where the physical addresses of ${name} end`)
    if (roots === 2) await refused(name, [], { memory: { size: '0x1000' } }, `line 1: "memory.size": must be at least ${least} on ${name}, which its root tables take`)
  })
})

describe('flags on the machines', () => {
  /** What a query tells of a page that was mapped with these flags; undefined where they are refused. */
  const granted: Readonly<Record<string, readonly [x86: string | undefined, riscv: string | undefined, aarch64: string | undefined]>> = {
    'r': ['r', 'r', 'r'],
    'w': ['rw', 'rw', 'rw'],
    'x': ['rx', 'x', 'rx'],
    'wx': ['rwx', 'rwx', 'rwx'],
    'xu': ['rxu', 'xu', 'xu'],
    'wu': ['rwu', 'rwu', 'rwu'],
    'rwxug': ['rwxug', 'rwxug', 'rwxug'],
    'rwd': ['rwd', undefined, 'rwd'],
    'rwn': ['rwn', undefined, 'rwn'],
    'rwdn': [undefined, undefined, undefined],
  }

  it.each([['x86-64', 0], ['riscv-sv39', 1], ['aarch64', 2]] as const)('are granted, strengthened or refused as the README of %s says', async (backend, column) => {
    await run(backend, Object.entries(granted).flatMap(([flags, shown]) => {
      const expected = shown[column]
      return [
        map('0x1000', '0x1000', flags, { ...linear('0x1000'), expect: expected === undefined ? 'BadState' : 'ok' }),
        query('0x1000', expected === undefined ? null : { flags: expected }),
        // The area keeps what was asked for.
        { op: 'find', addr: '0x1000', expect: expected === undefined ? null : { flags } },
        { op: 'clear' },
      ]
    }))
  })
})

describe('the state of the machine', () => {
  const page = (flags: string): Line => map('0x1000', '0x1000', flags, { ...linear('0x5000'), onOverlap: 'replace' })
  const PADDR = { paddr: '0x5abc' }
  const refusal = (bit: string, reason = 'permission'): Line => ({ fault: reason, level: 0, bit })

  it('on x86-64 is SMAP, SMEP, WP and NXE', async () => {
    await run('x86-64', [
      page('rxu'),
      translate('0x1abc', 'read', 'kernel', PADDR), translate('0x1abc', 'read', 'kernel', refusal('U/S'), { smap: true }),
      translate('0x1abc', 'exec', 'kernel', PADDR), translate('0x1abc', 'exec', 'kernel', refusal('U/S'), { smep: true }),
      translate('0x1abc', 'exec', 'user', PADDR, { smap: true, smep: true }),
      translate('0x1abc', 'write', 'kernel', refusal('R/W')), translate('0x1abc', 'write', 'kernel', PADDR, { wp: false }),
      translate('0x1abc', 'write', 'user', refusal('R/W'), { wp: false }),
      page('r'),
      translate('0x1abc', 'exec', 'kernel', refusal('XD')), translate('0x1abc', 'read', 'kernel', refusal('XD', 'reserved'), { nxe: false }),
    ])
  })

  it('on RISC-V is SUM, MXR and who sets accessed and dirty', async () => {
    await run('riscv-sv39', [
      page('rwxu'),
      translate('0x1abc', 'read', 'kernel', refusal('U')), translate('0x1abc', 'read', 'kernel', PADDR, { sum: true }),
      translate('0x1abc', 'exec', 'kernel', refusal('U'), { sum: true }), translate('0x1abc', 'exec', 'user', PADDR),
      page('x'),
      translate('0x1abc', 'read', 'kernel', refusal('R')), translate('0x1abc', 'read', 'kernel', PADDR, { mxr: true }),
    ])
  })

  it('on AArch64 is PAN', async () => {
    await run('aarch64', [
      page('rwu'),
      translate('0x1abc', 'write', 'kernel', PADDR), translate('0x1abc', 'write', 'kernel', { fault: 'permission', level: 0 }, { pan: true }),
      translate('0x1abc', 'write', 'user', PADDR, { pan: true }),
      translate('0x1abc', 'exec', 'kernel', refusal('PXN')), translate('0x1abc', 'exec', 'user', refusal('UXN')),
    ])
  })

  it('has no names of other machines, before anything runs', async () => {
    const asked = translate('0x0', 'read', 'user', {}, { pan: true })
    await refused('x86-64', [map('0x0', '0x1000', 'r'), asked], {}, 'line 3: "controls.pan": is no control of x86-64; it has wp, nxe, smep, smap')
    await refused('riscv-sv57', [asked], {}, 'line 2: "controls.pan": is no control of riscv-sv57; it has sum, mxr, ad')
    await refused('aarch64', [translate('0x0', 'read', 'user', {}, { ad: 'svade' })], {}, 'line 2: "controls.ad": is no control of aarch64; it has pan')
    await refused('riscv-sv39', [translate('0x0', 'read', 'user', {}, { ad: 'hardware' })], {}, 'line 2: "controls.ad": must be one of "svade", "svadu", got "hardware"')
  })
})

describe('accessed and dirty that the hardware sets', () => {
  const header = { ad: 'hardware' }
  const lines = [map('0x0', '0x1000', 'rw', linear('0x90000000'))]

  // Tables come lowest first and from the root on: 0x80001000 is the PDPT, 0x80002000 the PD, 0x80003000 the PT. Pointers
  // have P, R/W and U/S (7), the leaf P and R/W (3) and XD (bit 63); A is 0x20, D 0x40.
  const tables = [['0x80000000', '0x80001027'], ['0x80001000', '0x80002027'], ['0x80002000', '0x80003027']].map(([entry, word]) => ({ entry, word }))

  it('come as updates of every word on the way on x86-64', async () => {
    await run('x86-64', [
      ...lines,
      translate('0x8', 'read', 'kernel', { paddr: '0x90000008', updates: [...tables, { entry: '0x80003000', word: '0x8000000090000023' }] }),
      translate('0x8', 'write', 'kernel', { paddr: '0x90000008', updates: [...tables, { entry: '0x80003000', word: '0x8000000090000063' }] }),
    ], header)
  })

  it('are faults with Svade, and updates with Svadu', async () => {
    // V, R and W are 7, A 0x40, D 0x80; the frame 0x90000 stands at bit 10.
    await run('riscv-sv39', [
      ...lines,
      translate('0x8', 'read', 'kernel', { fault: 'access-flag', level: 0, bit: 'A' }),
      translate('0x8', 'read', 'kernel', { paddr: '0x90000008', updates: [{ entry: '0x80002000', word: '0x24000047' }] }, { ad: 'svadu' }),
      translate('0x8', 'write', 'kernel', { paddr: '0x90000008', updates: [{ entry: '0x80002000', word: '0x240000c7' }] }, { ad: 'svadu' }),
    ], header)
  })

  it('are an Access flag fault on AArch64', async () => {
    await run('aarch64', [...lines, translate('0x8', 'read', 'kernel', { fault: 'access-flag', level: 0, bit: 'AF' })], header)
  })
})
