// The runner in C, with its example as it is and with its seeded bugs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const HERE = fileURLToPath(new URL('../runners/c/', import.meta.url))
const VECTORS = fileURLToPath(new URL('../vectors/', import.meta.url))
const files = (kind: string): string[] => readdirSync(join(VECTORS, kind)).sort().map((name) => join(VECTORS, kind, name))
const SV39 = ['pte/riscv.json', 'walk/riscv-sv39.json', 'walk/riscv-sv39-qemu.json', 'ops/pages.jsonl'].map((path) => join(VECTORS, path))
/** On a busy machine, in milliseconds. */
const BUILD_TIME = 300_000
const hasGcc = spawnSync('gcc', ['--version'], { stdio: 'ignore' }).status === 0

describe.skipIf(!hasGcc)('the runner in C (needs gcc)', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'runner-c-'))
    for (const [name, ...flags] of [['right'], ['wrong', '-DWRONG']] as const) {
      const { status, stderr } = spawnSync('gcc', ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-g', '-fsanitize=address,undefined', ...flags, '-o', join(folder, name), join(HERE, 'example-sv39.c')], { encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
    }
  }, BUILD_TIME)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const run = (name: string, args: readonly string[]): { code: number | null; lines: string[]; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(join(folder, name), args, { encoding: 'utf8' })
    return { code: status, lines: stdout.trimEnd().split('\n'), stderr }
  }

  it('passes a table that is right, without a detail that is not told (needs gcc)', () => {
    const { code, lines, stderr } = run('right', SV39)
    expect({ code, lines, stderr }).toEqual({ code: 0, lines: [expect.stringMatching(/^\d+ passed, 0 failed, \d+ skipped$/)], stderr: '' })
    expect(Number(lines[0]!.split(' ')[0])).toBeGreaterThan(90)
  })

  it('skips other machines, and operations on sets of areas (needs gcc)', () => {
    const { code, lines } = run('right', ['--json', ...files('pte'), ...files('walk'), ...files('ops')])
    const results = lines.map((line) => JSON.parse(line) as { id: string; machine: string; status: string; detail: string })
    expect(code).toBe(1) // pages of 4 KiB alone are not the largest that fit
    expect(results.filter(({ status }) => status === 'fail').every(({ id }) => id.startsWith('ops/huge/') || id.startsWith('ops/no-access/'))).toBe(true)
    expect(new Set(results.filter(({ status }) => status === 'skip').map(({ detail }) => detail))).toEqual(new Set(['another machine', 'needs a set of areas']))
    expect(results.filter(({ machine, status }) => machine !== 'riscv-sv39' && status !== 'skip')).toEqual([])
  })

  it('notices what is wrong (needs gcc)', () => {
    const { code, lines } = run('wrong', SV39)
    expect(code).toBe(1)
    expect(lines.filter((line) => line.startsWith('FAIL')).map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining([
      'pte/riscv/misaligned-megapage', 'pte/riscv/misaligned-gigapage', 'walk/riscv-sv39/misaligned-megapage', 'walk/riscv-sv39/rights', 'walk/riscv-sv39/qemu-rights',
      'walk/riscv-sv39/qemu-leaves', 'ops/pages/unmap-one', 'ops/pages/unmap-head-of-2m',
    ]))
    expect(lines).toContain('FAIL pte/riscv/misaligned-megapage on riscv-sv39: 0x200804ef at level 1: expected invalid, found leaf')
  })

  it('says which file is wrong, and where (needs gcc)', () => {
    const broken = join(folder, 'broken.json')
    const cases: readonly (readonly [text: string, problem: string])[] = [
      ['{\n"kind": "pte",\n"version" 1}', `${broken}:3: a colon is missing`],
      ['{"kind": "pte"', `${broken}:1: the file ends too early`],
      ['{"kind": "pte', `${broken}:1: a text does not end`],
      ['[', `${broken}:1: no value`],
      ['['.repeat(100), `${broken}:1: nested too deep`],
      ['{"kind": "pte", "version": 2, "vectors": []}', `${broken}: vectors of another version than 1`],
      ['{"kind": "cake"}', `${broken}: no file of vectors`],
    ]
    for (const [text, problem] of cases) {
      writeFileSync(broken, text)
      expect(run('right', [broken])).toEqual({ code: 2, lines: [''], stderr: `${problem}\n` })
    }
    const vector = { id: 'walk/toy/one', roots: ['0x1000'], ram: { start: '0x1000', size: '0x1000' }, memory: [], queries: [{ vaddr: '0x0', access: 'read', mode: 'user', answer: { fault: 'any' } }] }
    const file = (vectors: unknown): string => JSON.stringify({ kind: 'walk', version: 1, machines: ['riscv-sv39'], controls: {}, vectors })
    writeFileSync(broken, file([vector]))
    expect(run('right', [broken])).toEqual({ code: 0, lines: ['1 passed, 0 failed'], stderr: '' })
    const shapes: readonly (readonly [vectors: unknown, problem: string])[] = [
      [{}, '"vectors" must be a list'],
      [[{ ...vector, id: 5 }], '"id" must be a text'],
      [[{ ...vector, ram: 'all' }], '"ram" must be an object'],
      [[{ ...vector, ram: { start: '0x0', size: '0x10000000000' } }], '"ram" of walk/toy/one must be whole words, and at most 268435456 bytes'],
      [[{ ...vector, memory: [{ paddr: '0x1000' }] }], '"words" must be a list'],
      [[{ ...vector, queries: [{ vaddr: '0x0' }] }], '"access" must be a text'],
      [[{ ...vector, queries: [{ ...vector.queries[0], answer: null }] }], '"answer" must be an object'],
    ]
    for (const [vectors, problem] of shapes) {
      writeFileSync(broken, file(vectors))
      expect(run('right', [broken])).toEqual({ code: 2, lines: [''], stderr: `no vector: ${problem}\n` })
    }
    const lines = join(folder, 'broken.jsonl')
    writeFileSync(lines, '{"op":"areas"}')
    expect(run('right', [lines])).toMatchObject({ code: 2, stderr: `${lines}: an operation comes before the first header\n` })
    expect(run('right', [join(folder, 'nowhere.json')])).toMatchObject({ code: 2, stderr: `${join(folder, 'nowhere.json')}: No such file or directory\n` })
    expect(run('right', []).stderr).toMatch(/^usage: .*right \[--json\] FILE\.\.\.\n$/)
  })
})
