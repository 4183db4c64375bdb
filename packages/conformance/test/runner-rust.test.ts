// The runner in Rust, with its example as it is and with its seeded bugs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const EXAMPLE = fileURLToPath(new URL('../runners/rust/example_x86_64.rs', import.meta.url))
const VECTORS = fileURLToPath(new URL('../vectors/', import.meta.url))
const X86_64 = ['pte/x86-64.json', 'walk/x86-64.json', 'walk/x86-64-qemu.json', 'walk/x86-64-la57.json', 'walk/x86-64-la57-qemu.json', 'ops/pages.jsonl'].map((path) => join(VECTORS, path))
/** On a busy machine, in milliseconds. */
const BUILD_TIME = 300_000
const hasRustc = spawnSync('rustc', ['--version'], { stdio: 'ignore' }).status === 0

describe.skipIf(!hasRustc)('the runner in Rust (needs rustc)', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'runner-rust-'))
    for (const [name, environment] of [['right', {}], ['wrong', { WRONG: '1' }]] as const) {
      const { status, stderr } = spawnSync('rustc', ['--edition', '2021', '-C', 'opt-level=1', '-D', 'warnings', '-o', join(folder, name), EXAMPLE], { encoding: 'utf8', env: { ...process.env, ...environment } })
      if (status !== 0) throw new Error(stderr)
    }
  }, BUILD_TIME)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const run = (name: string, args: readonly string[]): { code: number | null; lines: string[]; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(join(folder, name), args, { encoding: 'utf8' })
    return { code: status, lines: stdout.trimEnd().split('\n'), stderr }
  }

  it('passes a walk that is right, without a detail that is not told (needs rustc)', () => {
    const { code, lines, stderr } = run('right', X86_64)
    expect({ code, lines, stderr }).toEqual({ code: 0, lines: [expect.stringMatching(/^\d+ passed, 0 failed, \d+ skipped$/)], stderr: '' })
    expect(Number(lines[0]!.split(' ')[0])).toBeGreaterThan(200)
  })

  it('skips other machines, and operations on sets of areas (needs rustc)', () => {
    const { code, lines } = run('right', ['--json', join(VECTORS, 'ops/areas.jsonl'), join(VECTORS, 'pte/riscv.json')])
    const results = lines.map((line) => JSON.parse(line) as { machine: string; status: string; detail: string })
    expect(code).toBe(0)
    expect(results.every(({ status }) => status === 'skip')).toBe(true)
    expect(new Set(results.map(({ machine, detail }) => `${machine}: ${detail}`))).toContain('x86-64: needs a set of areas')
  })

  it('notices what is wrong (needs rustc)', () => {
    const { code, lines } = run('wrong', X86_64)
    expect(code).toBe(1)
    expect(lines.filter((line) => line.startsWith('FAIL')).map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining([
      'pte/x86-64/bit-7-is-pat', 'pte/x86-64/bit-13-at-2m', 'walk/x86-64/narrow-at-level-3', 'walk/x86-64/kernel-only-at-level-1', 'walk/x86-64/misaligned-2m',
      'walk/x86-64/qemu-leaves', 'walk/x86-64-la57/qemu-leaves', 'ops/pages/map-conflict-late',
    ]))
    expect(lines).toContain('FAIL pte/x86-64/bit-13-at-2m on x86-64: 0x2083 at level 1: expected invalid, found leaf')
  })

  it('says which file is wrong, and where (needs rustc)', () => {
    const broken = join(folder, 'broken.json')
    const cases: readonly (readonly [text: string, problem: string])[] = [
      ['{\n"kind": "pte",\n"version" 1}', `${broken}:3: a colon is missing`],
      ['{"kind": "pte"', `${broken}:1: the file ends too early`],
      ['{"kind": "pte', `${broken}:1: a text does not end`],
      ['[', `${broken}:1: no value`],
      ['['.repeat(100), `${broken}:1: nested too deep`],
      ['{"kind": "pte", "version": 2, "vectors": []}', `${broken}:vectors of another version than 1`],
      ['{"kind": "cake"}', `${broken}:no file of vectors`],
    ]
    for (const [text, problem] of cases) {
      writeFileSync(broken, text)
      expect(run('right', [broken])).toEqual({ code: 2, lines: [''], stderr: `${problem}\n` })
    }
    expect(run('right', [join(folder, 'nowhere.json')])).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.json: No such file') as unknown })
    expect(run('right', []).stderr).toBe('usage: [--json] FILE...\n')
  })
})
