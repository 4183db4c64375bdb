import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal } from './command-line.ts'

describe('addrspace conform', () => {
  it('finds no fault with any backend, and counts cases by group', async () => {
    const { code, stdout, stderr } = await addrspace(['conform'])
    const [head, ...rows] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^ +mock +null$/)
    expect(rows.map((row) => row.replace(/\d+/g, 'N').replaceAll(/ +/g, ' '))).toEqual([
      'law (N cases) N pass, N unsupported N pass, N unsupported',
      'table (N cases) N pass, N unsupported N pass, N unsupported',
      'set (N cases) N pass N pass',
      'all (N cases) N pass, N unsupported N pass, N unsupported',
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
    expect(stdout).toBe('          mock  null\nset/wrap  pass  pass\n')
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
    expectRefusal(await addrspace(['conform', '--backend', 'nonsense', '--json']), 'unknown backend "nonsense"; known are mock, null, all')
  })
})
