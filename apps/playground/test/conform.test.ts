import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal } from './command-line.ts'

const BACKENDS = 'mock, null, x86-64, x86-64-la57, riscv-sv39, riscv-sv48, riscv-sv57, aarch64'

describe('addrspace conform', () => {
  it('finds no fault with any backend, and counts cases by group', async () => {
    const { code, stdout, stderr } = await addrspace(['conform'])
    const rows = stdout.trimEnd().split('\n').map((row) => row.replaceAll(/(?<= |\()\d+ /g, 'N ').replaceAll(/ +/g, ' '))
    const onMachine = 'N pass N pass N pass, N unsupported N pass, N unsupported'
    expect(rows).toEqual([
      ' law (N cases) table (N cases) set (N cases) all (N cases)',
      'mock N pass, N unsupported N pass, N unsupported N pass N pass, N unsupported',
      'null N pass, N unsupported N pass, N unsupported N pass N pass, N unsupported',
      `x86-64 ${onMachine}`,
      `x86-64-la57 ${onMachine}`,
      // Its half has 2^38 bytes, fewer than a wide range.
      'riscv-sv39 N pass, N unsupported N pass N pass, N unsupported N pass, N unsupported',
      `riscv-sv48 ${onMachine}`,
      `riscv-sv57 ${onMachine}`,
      `aarch64 ${onMachine}`,
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('prints cases as JSON', async () => {
    expect(await addrspace(['conform', '--backend', 'null', '--filter', 'table/rollback', '--json'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^\{"cases":\[\{"id":"table\/rollback","backend":"null","status":"unsupported","detail":"[^"]+"\}\]\}\n$/,
      ) as string,
      stderr: '',
    })
  })

  it('prints a row per case for a filter', async () => {
    const { stdout } = await addrspace(['conform', '--filter', 'set/wrap'])
    expect(stdout.split('\n').map((row) => row.split(/ +/))).toEqual([
      ['', ...BACKENDS.split(', ')],
      ['set/wrap', ...Array<string>(8).fill('pass')],
      [''],
    ])
  })

  it('holds a machine against a case with every way of backing, and tells of the one that is out of the question', async () => {
    const { code, stdout } = await addrspace(['conform', '--backend', 'aarch64', '--filter', 'set/whole-space', '--json'])
    expect(stdout).toBe(
      '{"cases":[{"id":"set/whole-space","backend":"aarch64","status":"unsupported","detail":"eager, on demand, linear: it does not take 2^64 bytes"}]}\n',
    )
    expect(code).toBe(0)
  })

  it('tells which case notices each seeded fault', async () => {
    const { code, stdout, stderr } = await addrspace(['conform', '--mutants'])
    expect(stdout).toMatch(/^mutant +case meant for it\n/)
    expect(stdout).toMatch(/\n[0-9]+ mutants, all noticed\n$/)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectRefusal(
      await addrspace(['conform', '--mutants', '--filter', 'set']),
      "option '--mutants' cannot be used with option '--filter <ID>'; see addrspace conform --help",
    )
  })

  it('refuses a filter that no case meets, and backends that it does not know', async () => {
    expectRefusal(await addrspace(['conform', '--filter', 'nonsense']), 'no case has "nonsense" in its id; conform --verbose lists all')
    expectRefusal(await addrspace(['conform', '--backend', 'nonsense', '--json']), 'unknown backend "nonsense"; known are ' + `${BACKENDS}, all`)
  })
})
