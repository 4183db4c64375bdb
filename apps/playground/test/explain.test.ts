import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal } from './command-line.ts'

describe('addrspace explain', () => {
  it('names every bit of a word', async () => {
    const { code, stdout, stderr } = await addrspace(['explain', '0x8000000080003067', '--backend', 'x86-64', '--level', '0'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [head, title, ...rows] = stdout.trimEnd().split('\n')
    expect(head).toBe('0x8000000080003067 at level 0 of x86-64: a leaf at 0x80003000 that grants rwu, accessed, dirty')
    expect(title).toBe('leaf at level 0 (PTE, 4 KiB)')
    const cells = rows.slice(0, -1).map((row) => row.trim().split(/ {2,}/).slice(0, 4))
    expect(cells.filter(([, held]) => held !== '0' && held !== '0x0')).toEqual([
      ['63', '1', 'flag', 'XD'], ['51:12', '0x80003', 'frame', 'address'], ['6', '1', 'flag', 'D'], ['5', '1', 'flag', 'A'],
      ['2', '1', 'flag', 'U/S'], ['1', '1', 'flag', 'R/W'], ['0', '1', 'fixed', 'P'],
    ])
  })

  it('gives all 64 bits as JSON, as a leaf, a table, or what is illegal', async () => {
    const explain = async (word: string, backend: string, level: string): Promise<{ kind: string; bits: { high: number; low: number; name: string; role: string; value: string }[] }> => {
      const { code, stdout } = await addrspace(['explain', word, '--backend', backend, '--level', level, '--json'])
      expect(code).toBe(0)
      return JSON.parse(stdout) as Awaited<ReturnType<typeof explain>>
    }
    // Sv39: V and nothing else is a pointer; the frame number stands at bit 10.
    const table = await explain('0x20000c01', 'riscv-sv39', '2')
    expect(table.kind).toBe('table')
    expect(table.bits.reduce((sum, { high, low }) => sum + high - low + 1, 0)).toBe(64)
    expect(table.bits.filter(({ value }) => value !== '0x0').map(({ high, low, value }) => [high, low, value])).toEqual([[53, 10, '0x80003'], [0, 0, '0x1']])
    // W without R is reserved, and looks most like a leaf.
    const illegal = await explain('0x5', 'riscv-sv48', '0')
    expect(illegal.kind).toBe('invalid')
    expect(illegal.bits.filter(({ value }) => value !== '0x0').map(({ name }) => name)).toEqual(['W', 'V'])
    expect((await explain('0x60000080002f03', 'aarch64', '0')).kind).toBe('leaf')
    expect((await explain('0', 'aarch64', '3')).kind).toBe('absent')
    // Bit 7 is reserved where no leaf may stand.
    expect((await explain('0x85', 'x86-64-la57', '4')).kind).toBe('invalid')
  })

  it('tells of words that are not there, or illegal', async () => {
    const absent = await addrspace(['explain', '0x80', '--backend', 'x86-64', '--level', '1'])
    expect(absent.stdout).toBe('0x80 at level 1 of x86-64: not present\n  0  P is clear: the machine looks at no other bit\n')
    const illegal = await addrspace(['explain', '133', '--backend', 'x86-64', '--level', '3'])
    expect(illegal.stdout.split('\n')[0]).toBe('0x85 at level 3 of x86-64: illegal (reserved, PS)')
  })

  it('refuses words, machines and levels that are none', async () => {
    const refused = async (args: readonly string[], message: string): Promise<void> => expectRefusal(await addrspace(['explain', ...args]), message)
    await refused(['xyz', '--backend', 'x86-64', '--level', '0'], 'WORD must be a number below 2^64, hexadecimal with 0x or decimal, got "xyz"')
    await refused(['0x0', '--backend', 'x86', '--level', '0'], 'unknown backend "x86"; known are mock, null, x86-64, x86-64-la57, riscv-sv39, riscv-sv48, riscv-sv57, aarch64')
    await refused(['0x0', '--backend', 'mock', '--level', '0'], 'mock has no entries; machines are x86-64, x86-64-la57, riscv-sv39, riscv-sv48, riscv-sv57, aarch64')
    await refused(['0x0', '--backend', 'riscv-sv39', '--level', '3'], '--level must be 0 to 2 on riscv-sv39, got "3"')
    await refused(['0x0', '--backend', 'riscv-sv39', '--level', '-1'], '--level must be 0 to 2 on riscv-sv39, got "-1"')
    await refused(['0x0', '--backend', 'aarch64'], "required option '--level <L>' not specified; see addrspace explain --help")
    await refused(['0x0', '--level', '0'], "required option '--backend <NAME>' not specified; see addrspace explain --help")
  })
})
