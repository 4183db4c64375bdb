// The runner in TypeScript: alone with its example, in a folder where nothing else is; and what it says of subjects.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reportVectors, runVectors, type VectorSubject, type VectorTable } from '@addrspace/conformance'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PACKAGE = fileURLToPath(new URL('../', import.meta.url))
const AARCH64 = ['pte/aarch64.json', 'walk/aarch64.json', 'walk/aarch64-qemu.json'].map((path) => join(PACKAGE, 'vectors', path))

describe('the runner in TypeScript, alone', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'runner-typescript-'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    copyFileSync(join(PACKAGE, 'src/vectors/runner.ts'), join(folder, 'vector-runner.ts'))
    writeFileSync(join(folder, 'example.ts'), readFileSync(join(PACKAGE, 'runners/typescript/example-aarch64.ts'), 'utf8').replace('../../src/vectors/runner.ts', './vector-runner.ts'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const run = (...args: readonly string[]): { code: number | null; lines: string[]; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'example.ts'), ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
    return { code: status, lines: stdout.trimEnd().split('\n'), stderr }
  }

  it('passes a walk that is right, without a detail that is not told', () => {
    expect(run(...AARCH64)).toEqual({ code: 0, lines: ['65 passed, 0 failed'], stderr: '' })
  })

  it('notices what is wrong', () => {
    const { code, lines } = run('--wrong', ...AARCH64)
    expect(code).toBe(1)
    expect(lines.filter((line) => line.startsWith('FAIL')).map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining([
      'pte/aarch64/kernel-r', 'pte/aarch64/block-at-the-top', 'walk/aarch64/page', 'walk/aarch64/rights', 'walk/aarch64/qemu-rights',
    ]))
  })
})

describe('runVectors', () => {
  const pte = (is: object): string => JSON.stringify({ kind: 'pte', version: 1, machines: ['toy'], vectors: [{ id: 'pte/toy/one', word: '0x1', level: 0, is }] })
  const walk = (answer: object): string => JSON.stringify({
    kind: 'walk', version: 1, machines: ['toy'], controls: { strict: true },
    vectors: [{ id: 'walk/toy/one', roots: ['0x1000'], ram: { start: '0x1000', size: '0x1000' }, memory: [{ paddr: '0x1008', words: ['0x5'] }], queries: [{ vaddr: '0x0', access: 'read', mode: 'user', answer }] }],
  })
  const toy = (parts: Partial<VectorSubject>): VectorSubject => ({ machines: ['toy'], ...parts })
  const only = (text: string, subject: VectorSubject): object => {
    const [{ status, detail, untold }] = runVectors(text, subject) as [ReturnType<typeof runVectors>[0]]
    return { status, detail, untold }
  }

  it('skips what a subject does not have', () => {
    expect(only(pte({ kind: 'absent' }), toy({}))).toEqual({ status: 'skip', detail: 'the subject reads no words', untold: 0 })
    expect(only(walk({ paddr: '0x0' }), toy({}))).toEqual({ status: 'skip', detail: 'the subject does not walk', untold: 0 })
    expect(only(pte({ kind: 'absent' }), { machines: ['other'] })).toEqual({ status: 'skip', detail: 'another machine', untold: 0 })
  })

  it('counts what a subject does not tell', () => {
    const is = { kind: 'leaf', paddr: '0x1000', flags: 'rw', accessed: true }
    expect(only(pte(is), toy({ decode: () => ({ kind: 'leaf' }) }))).toEqual({ status: 'pass', detail: '', untold: 3 })
    expect(only(pte(is), toy({ decode: () => ({ kind: 'leaf', paddr: 0x1000n, flags: 'wr', accessed: true }) }))).toEqual({ status: 'pass', detail: '', untold: 0 })
    expect(only(walk({ fault: 'permission', level: 0, bit: 'U' }), toy({ translate: () => ({ kind: 'fault' }) }))).toEqual({ status: 'pass', detail: '', untold: 3 })
  })

  it('fails the vector in which a subject throws, and goes on', () => {
    const decode = (): never => { throw new RangeError('level 0 of none') }
    expect(only(pte({ kind: 'absent' }), toy({ decode }))).toEqual({ status: 'fail', detail: 'expected answers, found that the subject throws RangeError: level 0 of none', untold: 0 })
  })

  it('takes one of several faults, or any', () => {
    const translate = () => ({ kind: 'fault', fault: 'reserved' } as const)
    expect(only(walk({ fault: ['not-present', 'reserved'] }), toy({ translate }))).toMatchObject({ status: 'pass' })
    expect(only(walk({ fault: 'any' }), toy({ translate }))).toMatchObject({ status: 'pass' })
    expect(only(walk({ fault: ['not-present', 'permission'] }), toy({ translate }))).toMatchObject({ status: 'fail', detail: 'user read of 0x0: expected fault not-present or permission, found fault reserved' })
    expect(only(walk({ paddr: '0x5' }), toy({ translate }))).toMatchObject({ status: 'fail', detail: 'user read of 0x0: expected 0x5, found a fault reserved' })
  })

  it('compares what is written back in any order, and all of it', () => {
    const answer = { paddr: '0x0', updates: [{ paddr: '0x1008', word: '0x7' }, { paddr: '0x1010', word: '0x7' }] }
    const [a, b] = [{ paddr: 0x1008n, word: 7n }, { paddr: 0x1010n, word: 7n }]
    expect(only(walk(answer), toy({ translate: () => ({ kind: 'mapped', paddr: 0n, updates: [b, a] }) }))).toMatchObject({ status: 'pass' })
    expect(only(walk(answer), toy({ translate: () => ({ kind: 'mapped', paddr: 0n, updates: [a] }) }))).toMatchObject({ status: 'fail' })
    expect(only(walk({ paddr: '0x0' }), toy({ translate: () => ({ kind: 'mapped', paddr: 0n, updates: [a] }) }))).toMatchObject({ status: 'pass' })
  })

  it('hands over the memory, which ends where it is said to, and the controls of the file', () => {
    let found: unknown
    runVectors(walk({ paddr: '0x0' }), toy({
      translate({ memory, controls }) {
        found = { words: [0xff8n, 0x1000n, 0x1008n, 0x1ff8n, 0x2000n].map((paddr) => memory.readWord(paddr)), controls }
        return { kind: 'mapped', paddr: 0n }
      },
    }))
    expect(found).toEqual({ words: [undefined, 0n, 5n, 0n, undefined], controls: { strict: true } })
  })

  it('runs operations on every machine of the header, and skips those of sets', () => {
    const header = { scenario: 1, id: 'ops/toy/one', backend: 'toy', machines: ['toy', 'other'] }
    const lines = (...ops: object[]): string => ['# operations', '', ...[header, ...ops].map((line) => JSON.stringify(line))].join('\n')
    const log: unknown[] = []
    const table: VectorTable = {
      map: (...call) => (log.push(['map', ...call]), 'ok'),
      unmap: (...call) => (log.push(['unmap', ...call]), 'BadState'),
      protect: (...call) => (log.push(['protect', ...call]), 'ok'),
      query: (vaddr) => (vaddr === 0x1000n ? { paddr: 0x5000n, size: 0x1000n, flags: 'rw' } : undefined),
    }
    const subject = toy({ openTable: (machine, memory) => (log.push([machine, memory]), table) })
    const text = lines(
      { op: 'map', start: '0x1000', size: '0x1000', flags: 'rw', backing: { linear: '0x5000' }, expect: 'ok' },
      { op: 'unmap', start: '0x1000', size: '0x0' },
      { op: 'protect', start: '0x1000', size: '0x1000', flags: 'r', holes: 'refuse', expect: 'BadState' },
      { op: 'query', addr: '0x1000', expect: { paddr: '0x5000', flags: 'r' } },
      { op: 'query', addr: '0x2000', expect: null },
    )
    expect(runVectors(text, subject).map(({ machine, status, detail }) => [machine, status, detail])).toEqual([
      ['toy', 'fail', 'op 2, protect: expected result BadState, found result ok\n  op 3, query: expected flags r, found flags rw'],
      ['other', 'skip', 'another machine'],
    ])
    expect(log).toEqual([
      ['toy', { base: 0x8000_0000n, size: 0x400_0000n }], ['map', 0x1000n, 0x1000n, 0x5000n, 'rw'], ['unmap', 0x1000n, 0n], ['protect', 0x1000n, 0x1000n, 'r', 'refuse'],
    ])
    for (const op of [{ op: 'areas' }, { op: 'map', start: '0x0', size: '0x1000', flags: 'r' }, { op: 'map', start: '0x0', size: '0x1000', flags: 'r', backing: { linear: '0x0' }, onOverlap: 'replace' }]) {
      expect(runVectors(lines(op), subject)[0]).toMatchObject({ status: 'skip', detail: expect.stringMatching(/^needs more than a page table: /) as unknown })
    }
  })

  it.each([
    ['another version', JSON.stringify({ kind: 'pte', version: 2, vectors: [] }), 'vectors of version 2; this is a reader of version 1'],
    ['another kind', JSON.stringify({ kind: 'cake', version: 1, vectors: [] }), 'vectors of an unknown kind: cake'],
    ['a scenario of another version', '{"scenario":2,"backend":"toy"}', 'a scenario of version 2; this is a reader of version 1'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => runVectors(text, toy({}))).toThrow(message)
  })

  it('counts in one line', () => {
    const lines: string[] = []
    const results = [pte({ kind: 'absent' }), pte({ kind: 'leaf', flags: 'r' })].flatMap((text) => runVectors(text, toy({ decode: () => ({ kind: 'leaf' }) })))
    expect(reportVectors(results, (line) => lines.push(line))).toBe(1)
    expect(lines).toEqual(['FAIL pte/toy/one on toy: 0x1 at level 0: expected absent, found leaf', '1 passed, 1 failed, 1 details not told'])
  })
})
