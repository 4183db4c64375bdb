// Words from the manuals and from other systems, typed by hand: the sums are in the comments, none
// was made by running this package.
import { pa } from '@addrspace/memory-addr'
import { parseFlags, type AbsentEntry, type InvalidEntry, type LeafEntry, type TableEntry } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { x8664, x8664La57 } from '../src/index.ts'

const leaf = (frame: bigint, letters: string, accessedDirty: '' | 'a' | 'd' | 'ad' = ''): LeafEntry => ({
  kind: 'leaf',
  frame: pa(frame),
  flags: parseFlags(letters),
  accessed: accessedDirty.includes('a'),
  dirty: accessedDirty.includes('d'),
})
const table = (frame: bigint): TableEntry => ({ kind: 'table', frame: pa(frame) })
const absent: AbsentEntry = { kind: 'absent' }
const reserved = (bit: string): InvalidEntry => ({ kind: 'invalid', reason: 'reserved', bit })

interface Golden {
  readonly what: string
  readonly word: bigint
  readonly level: number
  readonly entry: AbsentEntry | LeafEntry | TableEntry | InvalidEntry
}

// What we would write ourselves: decoded, and encoded back to the same word.
const BOTH_WAYS: readonly Golden[] = [
  // OSDev wiki, "Setting Up Long Mode": the boot loader's identity map, 0x...003 is present + writable; PTEs from 0x00000003 on.
  { what: 'OSDev, first PTE: P + R/W', word: 0x0000_0003n, level: 0, entry: leaf(0n, 'rwx') },
  { what: 'OSDev, second PTE: P + R/W, next page', word: 0x0000_1003n, level: 0, entry: leaf(0x1000n, 'rwx') },
  // "Writing an OS in Rust", first edition, "Entering Long Mode": 0b10000011 is present + writable + huge, at 2 MiB × index.
  { what: 'blog_os, PDE 1: present + writable + huge', word: 0x20_0083n, level: 1, entry: leaf(0x20_0000n, 'rwx') },
  { what: 'the same in a PDPTE, second GiB', word: 0x4000_0083n, level: 2, entry: leaf(0x4000_0000n, 'rwx') },
  // xv6, mmu.h: PTE_P 0x001, PTE_W 0x002, PTE_U 0x004; walkpgdir makes table pointers of all three: 7.
  { what: 'xv6, pointer to a page table', word: 0x0de0_1007n, level: 1, entry: table(0x0de0_1000n) },
  { what: 'the same in a PDPTE', word: 0x0de0_2007n, level: 2, entry: table(0x0de0_2000n) },
  { what: 'the same in a PML4E', word: 0x0de0_3007n, level: 3, entry: table(0x0de0_3000n) },
  { what: 'the same in a PML5E', word: 0x0de0_4007n, level: 4, entry: table(0x0de0_4000n) },
  { what: 'xv6, user text: P 1 + U 4', word: 0x0000_6005n, level: 0, entry: leaf(0x6000n, 'rxu') },
  { what: 'xv6, user data: P 1 + W 2 + U 4', word: 0x0000_7007n, level: 0, entry: leaf(0x7000n, 'rwxu') },
  // Linux, arch/x86/include/asm/pgtable_types.h: present 1, RW 2, USER 4, PWT 8, PCD 0x10, ACCESSED 0x20, DIRTY 0x40, PSE 0x80, GLOBAL 0x100, NX 1 << 63.
  { what: 'Linux PAGE_SHARED: 1 + 2 + 4 + 0x20 + NX', word: 0x8000_0001_2345_6027n, level: 0, entry: leaf(0x1_2345_6000n, 'rwu', 'a') },
  { what: 'Linux PAGE_READONLY: 1 + 4 + 0x20 + NX', word: 0x8000_0001_2345_6025n, level: 0, entry: leaf(0x1_2345_6000n, 'ru', 'a') },
  { what: 'Linux PAGE_READONLY_EXEC: 1 + 4 + 0x20', word: 0x0000_0001_2345_6025n, level: 0, entry: leaf(0x1_2345_6000n, 'rxu', 'a') },
  { what: 'Linux PAGE_SHARED, written to: + 0x40', word: 0x8000_0001_2345_6067n, level: 0, entry: leaf(0x1_2345_6000n, 'rwu', 'ad') },
  { what: 'Linux PAGE_KERNEL: 1 + 2 + 0x20 + 0x40 + 0x100 + NX', word: 0x8000_0000_0100_0163n, level: 0, entry: leaf(0x100_0000n, 'rwg', 'ad') },
  { what: 'Linux PAGE_KERNEL_RO: without RW', word: 0x8000_0000_0100_0161n, level: 0, entry: leaf(0x100_0000n, 'rg', 'ad') },
  { what: 'Linux PAGE_KERNEL_RX: without RW and NX', word: 0x0100_0161n, level: 0, entry: leaf(0x100_0000n, 'rxg', 'ad') },
  { what: 'Linux PAGE_KERNEL_EXEC', word: 0x0100_0163n, level: 0, entry: leaf(0x100_0000n, 'rwxg', 'ad') },
  { what: 'Linux PAGE_KERNEL_LARGE: + 0x80', word: 0x8000_0000_0100_01e3n, level: 1, entry: leaf(0x100_0000n, 'rwg', 'ad') },
  { what: 'Linux PAGE_KERNEL_LARGE_EXEC', word: 0x0100_01e3n, level: 1, entry: leaf(0x100_0000n, 'rwxg', 'ad') },
  { what: 'Linux PAGE_KERNEL_LARGE in a PDPTE', word: 0x8000_0001_0000_01e3n, level: 2, entry: leaf(0x1_0000_0000n, 'rwg', 'ad') },
  { what: 'Linux PAGE_KERNEL_VVAR: 1 + 4 + 0x20 + 0x40 + 0x100 + NX', word: 0x8000_0000_0200_0165n, level: 0, entry: leaf(0x200_0000n, 'rug', 'ad') },
  // PCD 0x10 alone selects PAT entry 2, UC- after reset; with PWT 8 entry 3, UC (SDM, "Page Attribute Table").
  { what: 'Linux PAGE_KERNEL with UC-: + 0x10', word: 0x8000_0000_fec0_0173n, level: 0, entry: leaf(0xfec0_0000n, 'rwng', 'ad') },
  { what: 'Linux PAGE_KERNEL_NOCACHE with UC: + 0x18', word: 0x8000_0000_fee0_017bn, level: 0, entry: leaf(0xfee0_0000n, 'rwdg', 'ad') },
  { what: 'UC in a huge leaf', word: 0x8000_0000_fee0_01fbn, level: 1, entry: leaf(0xfee0_0000n, 'rwdg', 'ad') },
  // All 52 bits of an address.
  { what: 'the last page', word: 0x000f_ffff_ffff_f001n, level: 0, entry: leaf(0xf_ffff_ffff_f000n, 'rx') },
  { what: 'the last 2 MiB', word: 0x000f_ffff_ffe0_0081n, level: 1, entry: leaf(0xf_ffff_ffe0_0000n, 'rx') },
  { what: 'the last GiB', word: 0x000f_ffff_c000_0081n, level: 2, entry: leaf(0xf_ffff_c000_0000n, 'rx') },
  { what: 'a table in the last page', word: 0x000f_ffff_ffff_f007n, level: 3, entry: table(0xf_ffff_ffff_f000n) },
  { what: 'nothing', word: 0n, level: 0, entry: absent },
  // Our own marker: XD, bits 8:7 = 10 (huge: 11), 4:0 = 01010; 0x8000… + 0x100 (+ 0x80) + 0x0a.
  { what: 'hidden 4 KiB', word: 0x8000_0001_2345_610an, level: 0, entry: leaf(0x1_2345_6000n, '') },
  { what: 'hidden 4 KiB, accessed and dirty', word: 0x8000_0001_2345_616an, level: 0, entry: leaf(0x1_2345_6000n, '', 'ad') },
  { what: 'hidden 2 MiB', word: 0x8000_0001_2340_018an, level: 1, entry: leaf(0x1_2340_0000n, '') },
  { what: 'hidden 1 GiB', word: 0x8000_0001_4000_018an, level: 2, entry: leaf(0x1_4000_0000n, '') },
]

// What others write, and we only read.
const READ_ONLY: readonly Golden[] = [
  { what: 'OSDev, PML4E: P + R/W', word: 0x2003n, level: 3, entry: table(0x2000n) },
  { what: 'OSDev, PDPTE', word: 0x3003n, level: 2, entry: table(0x3000n) },
  { what: 'OSDev, PDE', word: 0x4003n, level: 1, entry: table(0x4000n) },
  { what: 'Linux _PAGE_TABLE: 1 + 2 + 4 + 0x20 + 0x40; bit 6 is ignored', word: 0x1_2345_6067n, level: 1, entry: table(0x1_2345_6000n) },
  { what: 'Linux _KERNPG_TABLE: 1 + 2 + 0x20 + 0x40', word: 0x0200_4063n, level: 3, entry: table(0x200_4000n) },
  { what: 'a PML4E with NX, as page-table isolation makes it', word: 0x8000_0001_2345_6067n, level: 3, entry: table(0x1_2345_6000n) },
  { what: 'Linux, user PTE with _PAGE_SPECIAL (bit 9) and soft dirty (bit 11)', word: 0x8000_0001_2345_6a25n, level: 0, entry: leaf(0x1_2345_6000n, 'ru', 'a') },
  { what: 'protection key 15 and software bits 58:52', word: 0x7ff0_0000_0000_1005n, level: 0, entry: leaf(0x1000n, 'rxu') },
  // Bit 7 by level: PAT in a PTE, PS above, reserved at the top.
  { what: 'bit 7 in a PTE is PAT: entry 4, WB', word: 0x0010_0083n, level: 0, entry: leaf(0x10_0000n, 'rwx') },
  { what: 'PAT with PCD in a PTE: entry 6, UC-', word: 0x0010_0093n, level: 0, entry: leaf(0x10_0000n, 'rwxn') },
  { what: 'PAT with PCD and PWT in a PDE, bit 12: entry 7, UC', word: 0x0020_109bn, level: 1, entry: leaf(0x20_0000n, 'rwxd') },
  { what: 'PWT alone: entry 1, WT, is cached', word: 0x0010_000bn, level: 0, entry: leaf(0x10_0000n, 'rwx') },
  { what: 'bit 7 in a PML4E', word: 0x0000_0083n, level: 3, entry: reserved('PS') },
  { what: 'bit 7 in a PML5E', word: 0x0000_0083n, level: 4, entry: reserved('PS') },
  // SDM, "Paging": P and PS of a PDE are 1: bits 20:13 are reserved; of a PDPTE: 29:13. Bit 12 is PAT.
  { what: 'PDE with bit 12', word: 0x0000_1083n, level: 1, entry: leaf(0n, 'rwx') },
  { what: 'PDE with bit 13', word: 0x0000_2083n, level: 1, entry: reserved('20:13') },
  { what: 'PDE with bit 20', word: 0x0010_0083n, level: 1, entry: reserved('20:13') },
  { what: 'PDPTE with bit 12', word: 0x0000_1083n, level: 2, entry: leaf(0n, 'rwx') },
  { what: 'PDPTE with bit 13', word: 0x0000_2083n, level: 2, entry: reserved('29:13') },
  { what: 'PDPTE with bit 29', word: 0x2000_0083n, level: 2, entry: reserved('29:13') },
  { what: 'PDE with bit 29', word: 0x2000_0083n, level: 1, entry: leaf(0x2000_0000n, 'rwx') },
  // Not present: what guests keep there is absent, and never ours.
  { what: 'Linux PAGE_NONE: PROTNONE 0x100 + ACCESSED 0x20', word: 0x1_2345_6120n, level: 0, entry: absent },
  { what: 'Linux PAGE_NONE, was dirty, its frame inverted against L1TF', word: 0x000f_fffe_dcba_9160n, level: 0, entry: absent },
  { what: 'Linux PAGE_NONE of 2 MiB: + PSE 0x80', word: 0x1_2340_01a0n, level: 1, entry: absent },
  { what: 'Linux, write-combining PROT_NONE: + PWT 8', word: 0x8000_0000_e000_0128n, level: 0, entry: absent },
  // pgtable_64.h: type in 63:59, the inverted offset in 58:9, soft dirty in bit 1; ~0x123 << 9 within 58:9.
  { what: 'Linux swap entry, type 0, offset 0x123', word: 0x07ff_ffff_fffd_b800n, level: 0, entry: absent },
  { what: 'Linux swap entry, type 31, soft dirty, exclusive, uffd', word: 0xffff_ffff_fffd_b80en, level: 0, entry: absent },
  { what: 'Linux, a huge page while it is split: PSE alone', word: 0x8000_0001_2340_00e6n, level: 1, entry: absent },
  { what: 'Windows, demand zero, protection 4 in bits 9:5', word: 0x0000_0080n, level: 0, entry: absent },
  { what: 'all ones but P', word: 0xffff_ffff_ffff_fffen, level: 0, entry: absent },
  { what: 'the hidden 4 KiB marker at level 1', word: 0x8000_0001_2340_010an, level: 1, entry: absent },
  { what: 'the hidden 2 MiB marker at level 0', word: 0x8000_0001_2340_018an, level: 0, entry: absent },
  { what: 'the hidden 2 MiB marker on a 4 KiB frame', word: 0x8000_0001_2345_618an, level: 1, entry: absent },
  { what: 'the huge marker at level 3', word: 0x8000_0000_0000_018an, level: 3, entry: absent },
  { what: 'the marker with P', word: 0x8000_0001_2345_610bn, level: 0, entry: leaf(0x1_2345_6000n, 'rwg') },
]

describe('golden words', () => {
  it.each(BOTH_WAYS)('$what is decoded, and encoded back', ({ word, level, entry }) => {
    expect(x8664La57.decode(word, level)).toEqual(entry)
    expect(entry.kind === 'invalid' ? undefined : x8664La57.encode(entry, level)).toBe(word)
    if (level < 4) expect(x8664.decode(word, level)).toEqual(entry)
  })

  it.each(READ_ONLY)('$what is decoded', ({ word, level, entry }) => {
    expect(x8664La57.decode(word, level)).toEqual(entry)
    if (level < 4) expect(x8664.decode(word, level)).toEqual(entry)
  })
})

describe('the names and bits that the walker asks for', () => {
  it('are those of the manual', () => {
    expect([x8664.name, x8664La57.name]).toEqual(['x86-64', 'x86-64-la57'])
    expect(x8664.presentBitName).toBe('P')
    expect(x8664.frameField).toEqual({ high: 51, low: 12 })
    expect(x8664.tableBits).toBe(0x7n) // P | R/W | U/S
    expect(x8664.accessedBit).toBe(0x20n)
    expect(x8664.dirtyBit).toBe(0x40n)
    expect(x8664.tableAccessedBit).toBe(0x20n)
    expect(x8664.defaultControls).toEqual({ wp: true, nxe: true, smep: false, smap: false })
  })
})

describe('encode', () => {
  const rw = parseFlags('rw')
  const plain = { kind: 'leaf', flags: rw, accessed: false, dirty: false } as const

  it.each([
    ['a frame off its page', { ...plain, frame: pa(0x800) }, 0],
    ['a 2 MiB leaf on a 4 KiB frame', { ...plain, frame: pa(0x1000) }, 1],
    ['a 1 GiB leaf on a 2 MiB frame', { ...plain, frame: pa(0x20_0000) }, 2],
    ['a frame beyond 52 bits', { ...plain, frame: pa(1n << 52n) }, 0],
    ['a leaf at level 3', { ...plain, frame: pa(0) }, 3],
    ['flags that are granted otherwise', { ...plain, frame: pa(0), flags: parseFlags('w') }, 0],
    ['a hidden leaf with flags that are not kept', { ...plain, frame: pa(0), flags: parseFlags('u') }, 0],
    ['flags that are refused', { ...plain, frame: pa(0), flags: parseFlags('rdn') }, 0],
    ['a table pointer at level 0', table(0x1000n), 0],
    ['a table pointer above the root', table(0x1000n), 4],
    ['a table off its page', table(0x1010n), 1],
    ['a table beyond 52 bits', table(1n << 52n), 1],
  ] as const)('refuses %s', (_, entry, level) => {
    expect(() => x8664.encode(entry, level)).toThrow(RangeError)
  })

  it('says what is wrong', () => {
    expect(() => x8664.encode({ ...plain, frame: pa(0x1000) }, 1)).toThrow('"frame" must be a multiple of 0x200000 below 2^52, got 0x1000')
    expect(() => x8664.encode({ ...plain, frame: pa(0), flags: parseFlags('w') }, 0)).toThrow('"flags" must be granted as they are, got w, granted as "rw"')
    expect(() => x8664.encode({ ...plain, frame: pa(0), flags: parseFlags('rdn') }, 0)).toThrow('device and uncached are two memory types')
  })
})
