import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal, folderWith } from './command-line.ts'

const MACHINES = ['x86-64', 'x86-64-la57', 'riscv-sv39', 'riscv-sv48', 'riscv-sv57', 'aarch64']
const VECTORS = fileURLToPath(new URL('../../../packages/conformance/vectors/', import.meta.url))
const INDEX = JSON.parse(readFileSync(join(VECTORS, 'index.json'), 'utf8')) as { files: { path: string; vectors: number }[] }

const WRITABLE = { id: 'pte/mine/writable', word: '0x7', level: 0, is: { kind: 'leaf', paddr: '0x0', flags: 'rw', accessed: false, dirty: false }, catches: ['a right taken from the wrong bit'], agreed: ['manual: of the machine'] }
const pteFile = (...vectors: object[]): string => JSON.stringify({ kind: 'pte', version: 1, machines: ['riscv-sv39'], notes: '', vectors })
const OPS = `${JSON.stringify({ scenario: 1, id: 'ops/mine/one', name: 'one page of two', backend: 'aarch64', catches: ['a page too many'], agreed: ['definition: of map'] })}
{"op":"map","start":"0x400000","size":"0x1000","flags":"rw","backing":{"linear":"0x90001000"},"expect":"ok"}
{"op":"query","addr":"0x401000","expect":{"paddr":"0x90002000"}}
`

describe('addrspace vectors run', () => {
  it('runs all that come along, operations on sets of areas included, on every machine', async () => {
    const { code, stdout, stderr } = await addrspace(['vectors', 'run'])
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]?.trim().split(/ +/)).toEqual(MACHINES)
    expect(lines.slice(1, -2).map((line) => line.split(' ')[0])).toEqual(INDEX.files.map(({ path }) => path))
    expect(lines.find((line) => line.startsWith('ops/areas.jsonl'))?.split(/ +/).slice(1)).toEqual(Array<string>(6).fill('13'))
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed$/)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('runs those of one machine, as JSON', async () => {
    const { code, stdout } = await addrspace(['vectors', 'run', '--backend', 'riscv-sv39', '--filter', 'misaligned', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      vectors: ['ops/areas/unmap-misaligned', 'ops/pages/map-misaligned', 'pte/riscv/misaligned-megapage', 'pte/riscv/misaligned-gigapage', 'walk/riscv-sv39/misaligned-megapage', 'walk/riscv-sv39/misaligned-gigapage'].map((id) => ({ id, backend: 'riscv-sv39', status: 'pass', detail: '' })),
    })
    expect(code).toBe(0)
  })

  it('runs files of somebody else, and tells what is wrong', async () => {
    const cwd = folderWith({ 'pte/mine.json': pteFile({ ...WRITABLE, is: { ...WRITABLE.is, flags: 'rx' } }), 'mine.jsonl': OPS })
    const { code, stdout } = await addrspace(['vectors', 'run', 'pte', 'mine.jsonl'], { cwd })
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      expect.stringMatching(/^ +x86-64 /),
      expect.stringMatching(/^mine\.json +– +– +0, 1 fail +– +– +–$/),
      expect.stringMatching(/^mine\.jsonl +– +– +– +– +– +0, 1 fail$/),
      '',
      'FAIL pte/mine/writable on riscv-sv39',
      '  0x7 at level 0: expected flags rx, found flags rw',
      '',
      'FAIL ops/mine/one on aarch64',
      '  op 1, query: expected {"paddr":"0x90002000"}, found null',
      '',
      '0 passed, 2 failed',
      '',
    ])
    expect(code).toBe(1)
  })

  it('fails a vector that cannot be asked, and no other one', async () => {
    const walk = { id: 'walk/mine/root', catches: ['a root within a page'], agreed: ['manual: of the machine'], roots: ['0x81000001'], ram: { start: '0x81000000', size: '0x1000' }, memory: [], queries: [{ vaddr: '0x0', access: 'read', mode: 'user', answer: { fault: 'any' } }] }
    const cwd = folderWith({ 'mine.json': JSON.stringify({ kind: 'walk', version: 1, machines: ['riscv-sv39'], notes: '', controls: { sum: false }, vectors: [walk] }) })
    const { code, stdout } = await addrspace(['vectors', 'run', 'mine.json', '--json'], { cwd })
    expect(JSON.parse(stdout)).toEqual({ vectors: [{ id: 'walk/mine/root', backend: 'riscv-sv39', status: 'fail', detail: expect.stringContaining('the subject throws RangeError: "roots" must be multiples of 4096') as unknown }] })
    expect(code).toBe(1)
  })

  it('refuses what is no machine, no vector, no file, and no file of vectors', async () => {
    const cwd = folderWith({ 'cake.json': '{"kind":"cake"}', 'odd.json': pteFile({ ...WRITABLE, level: 9 }), 'lost.jsonl': '{"op":"areas"}', 'text.json': 'cake', 'empty/a.txt': '' })
    const known = MACHINES.join(', ')
    expectRefusal(await addrspace(['vectors', 'run', '--backend', 'mock']), `mock has no entries; machines are ${known}`)
    expectRefusal(await addrspace(['vectors', 'run', '--filter', 'cake', '--backend', 'aarch64']), 'no vector has "cake" in its id and holds for aarch64; vectors list tells all')
    expectRefusal(await addrspace(['vectors', 'run', 'nowhere.json'], { cwd }), 'nowhere.json: no such file or folder')
    expectRefusal(await addrspace(['vectors', 'run', 'empty'], { cwd }), 'empty: holds no files of vectors (*.json, *.jsonl)')
    expectRefusal(await addrspace(['vectors', 'run', 'cake.json'], { cwd }), 'cake.json: "kind" must be "pte" or "walk", got "cake"')
    expectRefusal(await addrspace(['vectors', 'run', 'odd.json'], { cwd }), 'odd.json: /vectors/0/level: must be <= 4')
    expectRefusal(await addrspace(['vectors', 'run', 'text.json'], { cwd }), 'text.json: is not JSON')
    expectRefusal(await addrspace(['vectors', 'run', 'lost.jsonl'], { cwd }), 'lost.jsonl: an operation comes before the first header')
    expectRefusal(await addrspace(['vectors', 'dance']), 'ACTION must be list, show, run or lint, got "dance"')
  })
})

describe('addrspace vectors list', () => {
  it('lists all, with the first thing that each catches', async () => {
    const { code, stdout } = await addrspace(['vectors', 'list', '--filter', 'bit-7-is-pat'])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `pte/x86-64/bit-7-is-pat           mycelium#547: bit 7, which is PAT at the last level, taken for the mark of a huge leaf
pte/x86-64/bit-7-is-pat-with-pcd  mycelium#547: bit 7, which is PAT at the last level, taken for the mark of a huge leaf

2 vectors; vectors show ID tells all of one
`,
    })
    const { stdout: json } = await addrspace(['vectors', 'list', '--json'])
    const { vectors } = JSON.parse(json) as { vectors: { id: string; agreed: string[] }[] }
    expect(vectors.length).toBe(INDEX.files.reduce((sum, file) => sum + file.vectors, 0))
    expect(vectors.every(({ agreed }) => agreed.length > 0)).toBe(true)
  })
})

describe('addrspace vectors show', () => {
  it('tells who agreed, and all that the vector says', async () => {
    const { stdout } = await addrspace(['vectors', 'show', 'walk/riscv-sv39/misaligned-gigapage'])
    expect(stdout.split('\n').slice(0, 7)).toEqual([
      'walk/riscv-sv39/misaligned-gigapage',
      'file       walk/riscv-sv39.json',
      'holds for  riscv-sv39',
      'catches    NutShell#265, NutShell#268, biriscv#46, TinyEMU: a misaligned superpage accepted',
      'agreed     manual: RISC-V Privileged Architecture, Supervisor-Level ISA, Virtual Address Translation Process, step 5',
      '           QEMU 7.2.22: where each access goes, and whether it faults',
      '',
    ])
    expect(stdout).toContain('"bit": "PPN[1:0]"')
    const { stdout: operations } = await addrspace(['vectors', 'show', 'ops/pages/map-one'])
    expect(operations).toContain('\n{"op":"query","addr":"0x401000","expect":null}\n')
  })

  it('gives the vector as JSON', async () => {
    const { stdout } = await addrspace(['vectors', 'show', 'pte/riscv/execute-only', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ id: 'pte/riscv/execute-only', word: '0x19', is: { kind: 'leaf', flags: 'xu' } })
  })

  it('refuses an id that is none, and tells what is near', async () => {
    expectRefusal(await addrspace(['vectors', 'show', 'execute-only']), 'no vector has the id "execute-only"; there are pte/riscv/execute-only')
    expectRefusal(await addrspace(['vectors', 'show', 'cake']), 'no vector has the id "cake"; vectors list tells all')
    expectRefusal(await addrspace(['vectors', 'show']), 'vectors show takes one id, got 0')
  })
})

describe('addrspace vectors lint', () => {
  it('finds nothing wrong with those that come along', async () => {
    expect(await addrspace(['vectors', 'lint'])).toEqual({ code: 0, stdout: `${INDEX.files.length + 1} files, 0 problems\n`, stderr: '' })
  })

  it('tells of shapes first, and of rules where the shapes are right', async () => {
    const cwd = folderWith({ 'shape.json': pteFile({ ...WRITABLE, lvl: 0, word: '0X7' }), 'rule.json': pteFile(WRITABLE, { ...WRITABLE, catches: ['A bug.'] }), 'good.json': pteFile(WRITABLE), 'line.jsonl': OPS.replace('"one page of two"', '1') })
    const lint = async (...names: string[]): Promise<{ code: number | null; lines: string[] }> => {
      const { code, stdout } = await addrspace(['vectors', 'lint', ...names], { cwd })
      return { code, lines: stdout.trimEnd().split('\n') }
    }
    expect(await lint('good.json')).toEqual({ code: 0, lines: ['1 files, 0 problems'] })
    expect(await lint('shape.json')).toEqual({
      code: 1,
      lines: ['shape.json: /vectors/0: must NOT have additional properties (lvl)', expect.stringContaining('shape.json: /vectors/0/word: must match pattern') as unknown, '1 files, 2 problems'],
    })
    expect(await lint('line.jsonl')).toEqual({ code: 1, lines: ['line.jsonl: line 1: /name: must be string', '1 files, 1 problems'] })
    expect(await lint('rule.json')).toEqual({
      code: 1,
      lines: ['rule.json: pte/mine/writable: stands in rule.json too', 'rule.json: pte/mine/writable: asks the same as pte/mine/writable', 'rule.json: pte/mine/writable: says too little: "A bug."', 'rule.json: pte/mine/writable: ends like a sentence: "A bug."', '1 files, 4 problems'],
    })
    const { stdout } = await addrspace(['vectors', 'lint', 'good.json', '--json'], { cwd })
    expect(JSON.parse(stdout)).toEqual({ files: ['good.json'], problems: [] })
  })
})
