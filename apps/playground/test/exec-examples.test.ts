import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { addrspace, folderWith } from './command-line.ts'

const EXAMPLES = fileURLToPath(new URL('../../../examples/subjects/', import.meta.url))
const DOCUMENT = readFileSync(new URL('../../../docs/exec-protocol.md', import.meta.url), 'utf8')
const hasGcc = spawnSync('gcc', ['--version']).status === 0

/** Builds the shim and gives its path, or undefined where cargo is missing, or has neither the crates nor a network. */
function buildShim(): string | undefined {
  if (spawnSync('cargo', ['--version']).status !== 0) return undefined
  const cwd = join(EXAMPLES, 'page-table-multiarch')
  const { status, stderr } = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], { cwd, encoding: 'utf8' })
  if (status === 0) return join(cwd, 'target/release/page-table-multiarch-subject')
  if (/failed to (download|fetch|get)|could not resolve|attempting to make an HTTP request/i.test(stderr)) return undefined
  throw new Error(`the shim could not be built\n${stderr}`)
}

/** Compiles a C source of the toy without a warning, and gives the program's path. */
function compiled(source: string): string {
  const folder = folderWith({ 'toy.c': source })
  const program = join(folder, 'toy')
  const { status, stderr } = spawnSync('gcc', ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-O1', '-o', program, join(folder, 'toy.c')], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return program
}

describe('the toy in C', () => {
  const source = readFileSync(join(EXAMPLES, 'toy-c/toy.c'), 'utf8')

  it.skipIf(!hasGcc)('passes everything that its manifest claims (needs gcc)', { timeout: 120_000 }, async () => {
    const { code, stdout } = await addrspace(['conform', '--exec', compiled(source), '--json'])
    const { cases } = JSON.parse(stdout) as { readonly cases: readonly { readonly backend: string; readonly status: string }[] }
    const count = (status: string): number => cases.filter((report) => report.status === status).length
    expect(cases.every(({ backend }) => backend === 'toy in C')).toBe(true)
    expect({ code, fail: count('fail'), known: count('known') }).toEqual({ code: 0, fail: 0, known: 0 })
    // There are that many cases for base pages alone; the more a toy claims, the more it is asked.
    expect(count('pass')).toBeGreaterThanOrEqual(59)
  })

  // What is taken out, and the case that is meant for it.
  const faults: readonly (readonly [what: string, from: string, to: string, meant: string])[] = [
    ['a table that came back is still pointed to', '            *word = 0;\n', '', 'unmap/frees-tables'],
    ['a map looks at nothing first', 'problem = look(w, w->root, TOP, vaddr, vaddr + size - 1, WANTS_FREE, &tables);', '', 'map/over-same'],
    ['user mode is not looked at', '(user && !(step.entry.rights & U))', '(user && step.level)', 'flags/user-kernel-split'],
    ['a hidden page is forgotten', 'P | rights : HIDDEN', 'P | rights : 0', 'protect/none-and-back'],
    ['the hole of the space is walked', 'static bool canonical(uint64_t vaddr) { return vaddr < LOWER_END || vaddr >= UPPER_START; }', 'static bool canonical(uint64_t vaddr) { return vaddr != 1; }', 'map/non-canonical'],
    ['nobody is told of a protect', 'if (now != *word && (entry.rights || unmaps)) make_stale(at);', 'if (unmaps) make_stale(at);', 'res/invalidate-exact'],
  ]
  it.skipIf(!hasGcc).each(faults)('fails where %s (needs gcc)', async (_what, from, to, meant) => {
    expect(source.split(from)).toHaveLength(2)
    const { code, stdout } = await addrspace(['conform', '--exec', compiled(source.replace(from, to)), '--filter', meant, '--json', '--timeout', '5'])
    expect(stdout).toMatch(new RegExp(`"id":"${meant}","backend":"toy in C","status":"fail"`))
    expect(code).toBe(1)
  })

  it.skipIf(!hasGcc)('answers as its protocol’s description says (needs gcc)', () => {
    const [, hello = '', ...blocks] = Array.from(DOCUMENT.matchAll(/^```jsonl?\n(.*?)^```$/gms), ([, text]) => text!)
    const lines = blocks.slice(1, -1).flatMap((block) => block.trimEnd().split('\n'))
    const requests = lines.filter((_line, at) => at % 2 === 0)
    const { stdout } = spawnSync(compiled(source), { input: ['{"id":1,"ask":"hello","protocol":1}', ...requests, ''].join('\n'), encoding: 'utf8' })
    const [greeting = '', ...answers] = stdout.trimEnd().split('\n')
    expect(JSON.parse(greeting)).toEqual(JSON.parse(hello))
    expect(answers).toEqual(lines.filter((_line, at) => at % 2 === 1))
    expect(answers).toHaveLength(26)
  })
})

describe('the Rust crate page_table_multiarch', () => {
  const shim = buildShim()
  const machines = process.arch === 'x64' ? ['x86-64', 'riscv-sv39'] : ['riscv-sv39']
  const known = JSON.parse(readFileSync(join(EXAMPLES, 'page-table-multiarch/known.json'), 'utf8')) as readonly { readonly id: string; readonly reason: string; readonly machines?: readonly string[] }[]

  it.skipIf(shim === undefined).each(machines)('fails on %s what it is known to fail, each for the reason that is told, and nothing else (needs cargo)', { timeout: 240_000 }, async (machine) => {
    const { code, stdout } = await addrspace(['conform', '--exec', `${shim!} ${machine}`, '--json'])
    const { cases } = JSON.parse(stdout) as { readonly cases: readonly { readonly id: string; readonly status: string; readonly detail: string }[] }
    const of = (status: string): string[] => cases.filter((report) => report.status === status).map(({ id }) => id)
    expect({ code, fail: of('fail') }).toEqual({ code: 0, fail: [] })
    const listed = known.filter(({ machines: only }) => only?.includes(machine) ?? true)
    // What does not apply to a machine is not asked.
    expect(of('known').sort()).toEqual(listed.map(({ id }) => id).sort())
    for (const { id, reason } of listed) expect(cases.find((report) => report.id === id)!.detail.startsWith(`${reason}: `)).toBe(true)
    expect(of('pass').length).toBeGreaterThan(20)
  })

  it.skipIf(shim === undefined)('refuses a machine that it does not have, and says which there are (needs cargo)', async () => {
    const { code, stderr } = await addrspace(['conform', '--exec', `${shim!} vax`])
    expect(stderr).toMatch(/ended with exit code 2; .* expected a machine, .*riscv-sv39.*, got "vax"\n$/)
    expect(code).toBe(2)
  })
})
