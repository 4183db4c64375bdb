import { describe, expect, it } from 'vitest'
import { formatFlags, parseFlags } from '@addrspace/page-table'
import { pa } from '@addrspace/memory-addr'
import { aarch64 } from '@addrspace/backend-aarch64'

interface Golden {
  readonly source: string
  readonly word: bigint
  readonly level: number
  readonly flags: string
  readonly frame: bigint
  readonly accessed: boolean
}

// Leaves as our table of permissions asks for them, put together by hand from the fields in DDI 0487,
// "VMSAv8-64 Block descriptor and Page descriptor formats": UXN 54, PXN 53, nG 11, AF 10, SH=11 (0x300),
// AP[2] 0x80, AP[1] 0x40, AttrIndx in 4:2 (1 is 0x04, 2 is 0x08), page 0b11, block 0b01.
const OURS: readonly Golden[] = [
  // 0x800 nG + 0x400 AF + 0x300 SH + 0x80 AP[2] + 3; UXN and PXN
  { source: 'kernel r', word: 0x0060_0000_4000_0f83n, level: 0, flags: 'r', frame: 0x4000_0000n, accessed: true },
  { source: 'kernel rw', word: 0x0060_0000_4000_1f03n, level: 0, flags: 'rw', frame: 0x4000_1000n, accessed: true },
  { source: 'kernel rw, global', word: 0x0060_0000_4000_1703n, level: 0, flags: 'rwg', frame: 0x4000_1000n, accessed: true },
  { source: 'kernel rx, global: UXN alone', word: 0x0040_0000_4008_0783n, level: 0, flags: 'rxg', frame: 0x4008_0000n, accessed: true },
  { source: 'kernel rwx', word: 0x0040_0000_4008_0f03n, level: 0, flags: 'rwx', frame: 0x4008_0000n, accessed: true },
  { source: 'user r', word: 0x0060_0000_8000_0fc3n, level: 0, flags: 'ru', frame: 0x8000_0000n, accessed: true },
  { source: 'user rw', word: 0x0060_0000_8000_0f43n, level: 0, flags: 'rwu', frame: 0x8000_0000n, accessed: true },
  { source: 'user rx: PXN alone', word: 0x0020_0000_8000_0fc3n, level: 0, flags: 'rxu', frame: 0x8000_0000n, accessed: true },
  { source: 'user rwx', word: 0x0020_0000_8000_0f43n, level: 0, flags: 'rwxu', frame: 0x8000_0000n, accessed: true },
  { source: 'user x: AP=10, PXN alone', word: 0x0020_0000_8000_0f83n, level: 0, flags: 'xu', frame: 0x8000_0000n, accessed: true },
  { source: 'device, kernel rw, global: AttrIndx 2', word: 0x0060_0000_0900_070bn, level: 0, flags: 'rwdg', frame: 0x0900_0000n, accessed: true },
  { source: 'uncached, kernel rw: AttrIndx 1', word: 0x0060_0000_4200_0f07n, level: 0, flags: 'rwn', frame: 0x4200_0000n, accessed: true },
  { source: 'not accessed', word: 0x0060_0000_8000_0b43n, level: 0, flags: 'rwu', frame: 0x8000_0000n, accessed: false },
  { source: '2 MiB, user rw', word: 0x0060_0000_8020_0f41n, level: 1, flags: 'rwu', frame: 0x8020_0000n, accessed: true },
  { source: '1 GiB, kernel rw, global', word: 0x0060_0000_4000_0701n, level: 2, flags: 'rwg', frame: 0x4000_0000n, accessed: true },
  { source: 'the last page of 48 bits', word: 0x0060_ffff_ffff_ff03n, level: 0, flags: 'rw', frame: 0xffff_ffff_f000n, accessed: true },
  { source: 'the last GiB of 48 bits', word: 0x0060_ffff_c000_0f01n, level: 2, flags: 'rw', frame: 0xffff_c000_0000n, accessed: true },
]

// Linux, arch/arm64/include/asm/pgtable-prot.h and pgtable-hwdef.h, where MT_NORMAL is index 0 as it
// is here: PTE_TYPE_PAGE 3, PTE_USER 1<<6, PTE_RDONLY 1<<7, PTE_SHARED 3<<8, PTE_AF 1<<10, PTE_NG
// 1<<11, PTE_WRITE 1<<51 (DBM), PTE_PXN 1<<53, PTE_UXN 1<<54; added up by hand.
const LINUX: readonly Golden[] = [
  // PROT_NORMAL: page, AF, SHARED, PXN, UXN, WRITE
  { source: 'PAGE_KERNEL', word: 0x0068_0000_4100_0703n, level: 0, flags: 'rwg', frame: 0x4100_0000n, accessed: true },
  // + RDONLY, - WRITE
  { source: 'PAGE_KERNEL_RO', word: 0x0060_0000_4100_0783n, level: 0, flags: 'rg', frame: 0x4100_0000n, accessed: true },
  // PAGE_KERNEL_RO - PXN
  { source: 'PAGE_KERNEL_ROX', word: 0x0040_0000_4100_0783n, level: 0, flags: 'rxg', frame: 0x4100_0000n, accessed: true },
  // PAGE_KERNEL - PXN
  { source: 'PAGE_KERNEL_EXEC', word: 0x0048_0000_4100_0703n, level: 0, flags: 'rwxg', frame: 0x4100_0000n, accessed: true },
  // USER, NG, PXN, UXN, WRITE; RDONLY has gone with the first write
  { source: 'PAGE_SHARED, dirty', word: 0x0068_0000_4100_0f43n, level: 0, flags: 'rwu', frame: 0x4100_0000n, accessed: true },
  // USER, NG, PXN, WRITE
  { source: 'PAGE_SHARED_EXEC, dirty', word: 0x0028_0000_4100_0f43n, level: 0, flags: 'rwxu', frame: 0x4100_0000n, accessed: true },
  // USER, RDONLY, NG, PXN, UXN
  { source: 'PAGE_READONLY', word: 0x0060_0000_4100_0fc3n, level: 0, flags: 'ru', frame: 0x4100_0000n, accessed: true },
  // USER, RDONLY, NG, PXN
  { source: 'PAGE_READONLY_EXEC', word: 0x0020_0000_4100_0fc3n, level: 0, flags: 'rxu', frame: 0x4100_0000n, accessed: true },
  // RDONLY, NG, PXN
  { source: 'PAGE_EXECONLY', word: 0x0020_0000_4100_0f83n, level: 0, flags: 'xu', frame: 0x4100_0000n, accessed: true },
  // PMD_TYPE_SECT 1, otherwise as PAGE_KERNEL
  { source: 'PAGE_KERNEL as a section', word: 0x0068_0000_4120_0701n, level: 1, flags: 'rwg', frame: 0x4120_0000n, accessed: true },
]

describe('leaves of ours', () => {
  it.each(OURS)('$source: $flags at level $level', ({ word, level, flags, frame, accessed }) => {
    const entry = { kind: 'leaf', frame: pa(frame), flags: parseFlags(flags), accessed, dirty: false } as const
    expect(aarch64.decode(word, level)).toEqual(entry)
    expect(aarch64.encode(entry, level)).toBe(word)
  })
})

describe('leaves of Linux', () => {
  it.each(LINUX)('$source is $flags', ({ word, level, flags, frame, accessed }) => {
    const entry = aarch64.decode(word, level)
    expect(entry).toEqual({ kind: 'leaf', frame, flags: parseFlags(flags), accessed, dirty: false })
    // Alike but for DBM, which hardware ignores here.
    if (entry.kind === 'leaf') expect(aarch64.encode(entry, level)).toBe(word & ~(1n << 51n))
  })
})

describe('hidden leaves', () => {
  // Linux, PAGE_NONE: PAGE_READONLY with PTE_VALID clear, PTE_PROT_NONE 1<<58 set, USER clear.
  it('Linux’ PAGE_NONE is one', () => {
    const word = 0x0460_0000_4100_0f82n
    expect(aarch64.decode(word, 0)).toEqual({ kind: 'leaf', frame: 0x4100_0000n, flags: parseFlags(''), accessed: true, dirty: false })
    expect(aarch64.encode({ kind: 'leaf', frame: pa(0x4100_0000), flags: parseFlags(''), accessed: true, dirty: false }, 0)).toBe(word)
  })
})

describe('leaves of nobody’s own table of permissions', () => {
  // Tutorials for the Raspberry Pi map with type, AttrIndx and AF alone (MM_TYPE_BLOCK | MT_NORMAL_NC << 2 |
  // MM_ACCESS, 0x405): AP=00 UXN=0 PXN=0, the kernel does all, user mode executes.
  it.each([
    ['block, AF, AttrIndx 1: user mode only executes, and that is what is told', 0x4020_0405n, 1, 'xung'],
    ['AttrIndx 7, an attribute that is device here', 0x0060_0000_4000_071fn, 0, 'rwdg'],
    ['AP=11 UXN=1 PXN=0: user mode reads, the kernel would execute', 0x0040_0000_4000_07c3n, 0, 'rug'],
    ['AP=01 UXN=1 PXN=0: the kernel executes nothing that user mode writes', 0x0040_0000_4000_0743n, 0, 'rwug'],
    ['Contiguous, DBM, PBHA, software bits, NS', 0xfbf8_0000_4000_0723n, 0, 'rwg'],
  ])('%s', (_, word, level, flags) => {
    const entry = aarch64.decode(word, level)
    expect(entry.kind === 'leaf' && formatFlags(entry.flags)).toBe(flags)
  })
})

describe('other words', () => {
  it('a zero word is absent at every level, and the other way round', () => {
    for (const level of [0, 1, 2, 3]) expect(aarch64.decode(0n, level)).toEqual({ kind: 'absent' })
    expect(aarch64.encode({ kind: 'absent' }, 3)).toBe(0n)
  })
  it('a table pointer is its address and 0b11', () => {
    for (const level of [1, 2, 3]) {
      expect(aarch64.decode(0x8000_1003n, level)).toEqual({ kind: 'table', frame: 0x8000_1000n })
      expect(aarch64.encode({ kind: 'table', frame: pa(0xffff_ffff_f000n) }, level)).toBe(0xffff_ffff_f003n)
    }
  })
  it('Linux’ pointers with hierarchical permissions are pointers: PMD_TABLE_PXN 1<<59, PUD_TABLE_UXN 1<<60, APTable, NSTable', () => {
    expect(aarch64.decode(0x0800_0000_8000_1003n, 1)).toEqual({ kind: 'table', frame: 0x8000_1000n })
    expect(aarch64.decode(0xf800_0000_8000_1003n, 2)).toEqual({ kind: 'table', frame: 0x8000_1000n })
  })
  it.each([
    ['bits 1:0 = 01 at Arm’s level 3 are reserved', 0x4000_0701n, 0, '1:0'],
    ['a block at Arm’s level 0 is reserved', 0x8000_0000_0701n, 3, '1:0'],
    ['a 2 MiB block has 20:12 zero', 0x4000_1701n, 1, '20:12'],
    ['a 1 GiB block has 29:12 zero', 0x4020_0701n, 2, '29:12'],
    ['nT is RES0 without FEAT_BBM', 0x4001_0701n, 1, '20:12'],
    ['49:48 are RES0 without FEAT_LPA2, in a page', 0x0001_0000_4000_0703n, 0, '49:48'],
    ['and in a block', 0x0002_0000_4000_0701n, 2, '49:48'],
    ['50:48 are RES0 in a pointer', 0x0004_0000_4000_0003n, 3, '50:48'],
    ['GP is RES0 without FEAT_BTI', 0x0004_0000_4000_0703n, 0, '50'],
    ['SH = 01 is reserved', 0x4000_0503n, 0, 'SH'],
    ['the highest culprit is told', 0x0005_0000_4000_1501n, 1, '50'],
  ])('%s', (_, word, level, bit) => {
    expect(aarch64.decode(word, level)).toEqual({ kind: 'invalid', reason: 'reserved', bit })
  })
  it('a word that is not valid is absent, whatever else it says', () => {
    expect(aarch64.decode(0x0060_0000_4000_0702n, 0)).toEqual({ kind: 'absent' })
    expect(aarch64.decode(0xfbff_ffff_ffff_fffen, 1)).toEqual({ kind: 'absent' })
  })
})

describe('encode', () => {
  const leaf = { kind: 'leaf', frame: pa(0x4000_0000), flags: parseFlags('rw'), accessed: true, dirty: false } as const
  it.each([
    ['a table at level 0', () => aarch64.encode({ kind: 'table', frame: pa(0x1000) }, 0)],
    ['a table on half a frame', () => aarch64.encode({ kind: 'table', frame: pa(0x1800) }, 1)],
    ['a table above 48 bits', () => aarch64.encode({ kind: 'table', frame: pa(0x1_0000_0000_0000n) }, 1)],
    ['a leaf at level 3', () => aarch64.encode({ ...leaf, frame: pa(0) }, 3)],
    ['a page above 48 bits', () => aarch64.encode({ ...leaf, frame: pa(0x1_0000_0000_0000n) }, 0)],
    ['a page on half a frame', () => aarch64.encode({ ...leaf, frame: pa(0x800) }, 0)],
    ['a 2 MiB leaf on a 4 KiB frame', () => aarch64.encode({ ...leaf, frame: pa(0x4000_1000) }, 1)],
    ['a 1 GiB leaf on a 2 MiB frame', () => aarch64.encode({ ...leaf, frame: pa(0x4020_0000) }, 2)],
    ['a dirty leaf, which the machine cannot tell', () => aarch64.encode({ ...leaf, dirty: true }, 0)],
    ['flags that are refused', () => aarch64.encode({ ...leaf, flags: parseFlags('rwdn') }, 0)],
    ['flags that are strengthened: the entry would read back as another', () => aarch64.encode({ ...leaf, flags: parseFlags('w') }, 0)],
  ])('refuses %s', (_, act) => {
    expect(act).toThrow(RangeError)
  })
})
