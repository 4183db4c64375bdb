import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal } from './command-line.ts'

/** A run of everything takes a dozen seconds, and several times that on a busy machine. */
const LONG = { timeout: 240_000 }

const BACKENDS = 'mock, null, x86-64, x86-64-la57, riscv-sv39, riscv-sv48, riscv-sv57, aarch64'

describe('addrspace conform', () => {
  it('finds no fault with any backend, and counts cases by group', LONG, async () => {
    const { code, stdout, stderr } = await addrspace(['conform'])
    const [groups, cases, ...rows] = stdout.trimEnd().split('\n').map((row) => row.trim().split(/ +/))
    expect(groups).toEqual(['law', 'table', 'set', 'map', 'unmap', 'protect', 'flags', 'pte', 'walk', 'res', 'all'])
    expect(cases?.[0]).toBe('cases')
    expect(rows.slice(0, -1).map(([name]) => name)).toEqual(BACKENDS.split(', '))
    // No machine leaves a group out; only those without have no cases of page tables.
    expect(rows.slice(0, -1).map((row) => row.slice(1, -1).filter((cell) => cell === '–').length)).toEqual([7, 7, 0, 0, 0, 0, 0, 0])
    expect(rows.at(-1)?.join(' ')).toBe('Cases passed; where these are fewer, the others do not apply. --verbose has a row for each.')
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

  it('asks machines alone about page tables', async () => {
    const { code, stdout } = await addrspace(['conform', '--filter', 'walk/table-beyond'])
    const [head, ...rows] = stdout.trimEnd().split('\n').map((row) => row.split(/ +/))
    expect(head?.slice(1)).toEqual(BACKENDS.split(', '))
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row.slice(1, 4)).toEqual(['unsupported', 'unsupported', 'pass'])
    expect(code).toBe(0)
  })

  it('holds a machine against a case with every way of backing, and tells of the one that is out of the question', async () => {
    const { code, stdout } = await addrspace(['conform', '--backend', 'aarch64', '--filter', 'set/whole-space', '--json'])
    expect(stdout).toBe(
      '{"cases":[{"id":"set/whole-space","backend":"aarch64","status":"unsupported","detail":"eager, on demand, linear: it does not take 2^64 bytes"}]}\n',
    )
    expect(code).toBe(0)
  })

  it('tells which case notices each seeded fault', LONG, async () => {
    const { code, stdout, stderr } = await addrspace(['conform', '--mutants'])
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^mutant +case meant for it$/)
    expect(lines[1]).toMatch(/^backend\/counts-bytes +law\/wide-range-cost +noticed$/)
    expect(lines[2]).toBe('  map looks at every byte of the range')
    // The matrix: what is broken by groups of cases, and the sum of each row.
    const matrix = lines.slice(lines.indexOf('') + 1, -2).map((line) => line.trim().split(/ {2,}/))
    const [columns, ...rows] = matrix
    expect(columns?.slice(0, 2)).toEqual(['mutants of', 'law'])
    expect(columns?.at(-1)).toBe('all')
    expect(rows.map(([name]) => name)).toEqual(expect.arrayContaining(['backend', 'set', 'table', 'walker', 'format', 'frames', 'sink', 'all']))
    for (const [, ...cells] of rows) {
      expect(cells).toHaveLength(columns!.length - 1)
      const counts = cells.map((cell) => (cell === '–' ? 0 : Number(cell)))
      expect(counts.slice(0, -1).reduce((sum, count) => sum + count, 0)).toBe(counts.at(-1))
    }
    expect(lines.at(-2)).toBe(`${rows.at(-1)!.at(-1)!} mutants, all noticed`)
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
