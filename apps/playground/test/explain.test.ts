import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal } from './command-line.ts'

const MACHINES = 'x86-64, x86-64-la57, riscv-sv39, riscv-sv48, riscv-sv57, aarch64'

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

  it('names the bits of a word that is not there as they would be if it were', async () => {
    const { stdout } = await addrspace(['explain', '0x8000000080003066', '--backend', 'x86-64', '--level', '0'])
    const [head, why, ...rows] = stdout.trimEnd().split('\n')
    expect(head).toBe('0x8000000080003066 at level 0 of x86-64: not present')
    expect(why).toBe('P is clear: the machine looks at no other bit; they are named as in: leaf at level 0 (PTE, 4 KiB)')
    const cells = rows.slice(0, -1).map((row) => row.trim().split(/ {2,}/).slice(0, 4))
    expect(cells.filter(([, held]) => held !== '0' && held !== '0x0')).toEqual([
      ['63', '1', 'ignored', 'XD'], ['51:12', '0x80003', 'ignored', 'address'], ['6', '1', 'ignored', 'D'], ['5', '1', 'ignored', 'A'],
      ['2', '1', 'ignored', 'U/S'], ['1', '1', 'ignored', 'R/W'],
    ])
    expect(cells.at(-1)).toEqual(['0', '0', 'fixed', 'P'])
    const json = await addrspace(['explain', '0x80000002', '--backend', 'aarch64', '--level', '1', '--json'])
    const { kind, title, bits } = JSON.parse(json.stdout) as { kind: string; title: string; bits: { high: number; low: number; role: string; name: string; value: string }[] }
    expect({ kind, title }).toEqual({ kind: 'absent', title: 'table at levels 1 to 3' })
    expect(bits.reduce((sum, { high, low }) => sum + high - low + 1, 0)).toBe(64)
    expect(bits.filter(({ value }) => value !== '0x0').map(({ role, name, value }) => [role, name, value])).toEqual([['ignored', 'next-level table address', '0x80000'], ['fixed', 'type', '0x2']])
    const zero = await addrspace(['explain', '0x0', '--backend', 'x86-64', '--level', '1'])
    expect(zero.stdout).toBe('0x0 at level 1 of x86-64: not present\nP is clear: the machine looks at no other bit\n')
  })

  it('marks what makes a word illegal, and says what it would have to be', async () => {
    const marked = async (word: string, backend: string, level: string): Promise<string[]> => {
      const { stdout } = await addrspace(['explain', word, '--backend', backend, '--level', level])
      const [head = '', , ...rows] = stdout.trimEnd().split('\n')
      return [head.slice(head.indexOf(': ') + 2), ...rows.filter((row) => row.startsWith('>')).map((row) => row.split(/ {2,}/).join(' '))]
    }
    expect(await marked('133', 'x86-64', '3')).toEqual(['illegal (reserved, PS)', '> 7 1 reserved PS must be zero: must be 0'])
    // A block's type at level 0.
    expect(await marked('0x80003f01', 'aarch64', '0')).toEqual(['illegal (reserved, 1:0)', '> 1:0 0x1 fixed type a page, where a walk ends: must be 0x3'])
    // No permission at the last level; each of two would make a leaf of it, W alone would not.
    expect(await marked('0x20000001', 'riscv-sv39', '0')).toEqual([
      'illegal (reserved, XWR)', '> 3 0 flag X may be executed; X or R makes it a leaf: 1 would do', '> 1 0 flag R may be read: 1 would do',
    ])
    expect(await marked('0x5', 'riscv-sv48', '0')).toEqual([
      'illegal (reserved, W)', '> 2 1 flag W may be written; without R reserved: not so', '> 1 0 flag R may be read: must be 1',
    ])
    // SH 01, which is reserved.
    expect(await marked('0x80003d03', 'aarch64', '0')).toEqual([
      'illegal (reserved, SH)', '> 9:8 0x1 field SH 11 Inner, 10 Outer, 00 Non-shareable; 01 is reserved; here reserved: must be 0x0, 0x2 or 0x3',
    ])
    // Two things at once.
    expect(await marked('0x80003087', 'x86-64', '1')).toEqual(['illegal (reserved, 20:13)', '> 20:13 0x1 reserved must be zero: must be 0x0'])
    expect(await marked('0x4000000000000041', 'riscv-sv39', '1')).toEqual([
      'illegal (reserved, 62:61)', '> 62:61 0x2 reserved must be zero (PBMT, with Svpbmt): must be 0x0', '> 6 1 reserved A must be zero: must be 0',
    ])
  })

  it('says what the value of a field means, and what Arm calls the level', async () => {
    const rowOf = async (word: string, backend: string, name: string): Promise<string | undefined> => {
      const { stdout } = await addrspace(['explain', word, '--backend', backend, '--level', '0'])
      return stdout.split('\n').find((row) => row.includes(`  ${name}  `))?.trim().split(/ {2,}/).slice(-1)[0]
    }
    expect(await rowOf('0x80003003', 'x86-64', 'PCD:PWT')).toBe('memory type, with PAT; here WB, write-back')
    expect(await rowOf('0x8000301b', 'x86-64', 'PCD:PWT')).toBe('memory type, with PAT; here UC, uncached')
    expect(await rowOf('0x80003083', 'x86-64', 'PAT')).toBe('memory type; here entries 4 to 7 of the page attribute table, which are as 0 to 3 after reset')
    expect(await rowOf('0x80003f47', 'aarch64', 'AttrIndx')).toBe('the memory type, an index into MAIR_EL1; here Normal, Inner and Outer Non-cacheable')
    const { stdout } = await addrspace(['explain', '0x80003f47', '--backend', 'aarch64', '--level', '0'])
    expect(stdout).toMatch(/^0x80003f47 at level 0 \(Arm's level 3\) of aarch64: a leaf /)
    expect(stdout).toContain('\nMemory types are told as with MAIR_EL1 = 0x444ff.\n')
    const json = await addrspace(['explain', '0x8000301b', '--backend', 'x86-64', '--level', '0', '--json'])
    expect(json.stdout).toContain('"name":"PCD:PWT","value":"0x3","meaning":"memory type, with PAT","says":"UC, uncached"}')
  })

  it('refuses words, machines and levels that are none', async () => {
    const refused = async (args: readonly string[], message: string): Promise<void> => expectRefusal(await addrspace(['explain', ...args]), message)
    await refused(['xyz', '--backend', 'x86-64', '--level', '0'], 'WORD must be a number below 2^64, hexadecimal with 0x or decimal, got "xyz"')
    await refused(['0x0', '--backend', 'x86', '--level', '0'], `unknown machine "x86"; known are ${MACHINES}`)
    await refused(['0x0', '--backend', 'all', '--level', '0'], `unknown machine "all"; known are ${MACHINES}`)
    const word = 'WORD has 16 digits, as a word in hexadecimal has: write 0x8000000080003067 or, if it is decimal, 0x1c6bf52af8bffb'
    await refused(['8000000080003067', '--backend', 'x86-64', '--level', '0'], word)
    await refused(['0x0', '--backend', 'mock', '--level', '0'], `mock has no entries; machines are ${MACHINES}`)
    await refused(['0x0', '--backend', 'riscv-sv39', '--level', '3'], '--level must be 0 to 2 on riscv-sv39, got "3"')
    await refused(['0x0', '--backend', 'riscv-sv39', '--level', '-1'], '--level must be 0 to 2 on riscv-sv39, got "-1"')
    await refused(['0x0', '--backend', 'aarch64'], "required option '--level <L>' not specified; see addrspace explain --help")
    await refused(['0x0', '--level', '0'], "required option '--backend <NAME>' not specified; see addrspace explain --help")
  })
})
