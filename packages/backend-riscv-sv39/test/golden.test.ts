// Words typed from other implementations and from the manual, with the arithmetic beside each. A frame's
// number stands at bit 10, so paddr 0x8000_0000 (frame 0x8_0000) becomes 0x8_0000 << 10 = 0x2000_0000.
import { describe, expect, it } from 'vitest'
import { pa } from '@addrspace/memory-addr'
import { HIDDEN, parseFlags, type PteEntry } from '@addrspace/page-table'
import { riscvSv39, riscvSv48, riscvSv57 } from '@addrspace/backend-riscv-sv39'
import { high, low } from './oracle.ts'

const table = (frame: bigint): PteEntry => ({ kind: 'table', frame: pa(frame) })
const leaf = (frame: bigint, letters: string, seen = ''): PteEntry => ({
  kind: 'leaf',
  frame: pa(frame),
  flags: parseFlags(letters),
  accessed: seen.includes('a'),
  dirty: seen.includes('d'),
})

// MIT 6.1810, "Lab: page tables", "Print a page table": what vmprint shows of the first process of
// xv6-riscv, each line "pte … pa …". xv6 leaves A and D clear. Flags in kernel/riscv.h: V 1, R 2, W 4, X 8, U 16.
const XV6: readonly [word: bigint, level: number, entry: PteEntry][] = [
  [0x0000000021fd9c01n, 2, table(0x87f67000n)],
  [0x0000000021fd9801n, 1, table(0x87f66000n)],
  [0x0000000021fda01bn, 0, leaf(0x87f68000n, 'rxu')],
  [0x0000000021fd9417n, 0, leaf(0x87f65000n, 'rwu')],
  [0x0000000021fd9007n, 0, leaf(0x87f64000n, 'rw')],
  [0x0000000021fda801n, 2, table(0x87f6a000n)],
  [0x0000000021fda401n, 1, table(0x87f69000n)],
  [0x0000000021fdcc13n, 0, leaf(0x87f73000n, 'ru')],
  [0x0000000021fdd007n, 0, leaf(0x87f74000n, 'rw')],
  [0x0000000020001c0bn, 0, leaf(0x80007000n, 'rx')],
  // University of Washington, CSEP 551, "Lecture: Virtual memory": the UART of an xv6 kernel, R | W | V.
  [0x0000000004000007n, 0, leaf(0x10000000n, 'rw')],
]

const OTHERS: readonly [why: string, word: bigint, level: number, entry: PteEntry][] = [
  // arceos, boot.rs of riscv64-qemu-virt: `(0x80000 << 10) | 0xef`, "VRWX_GAD, 1G block".
  ['arceos: gigapage of the boot table', 0x200000efn, 2, leaf(0x80000000n, 'rwxg', 'ad')],
  // Linux, arch/riscv/include/asm/pgtable.h: _PAGE_KERNEL is READ 2 | WRITE 4 | PRESENT 1 | ACCESSED 0x40 |
  // DIRTY 0x80 | GLOBAL 0x20 = 0xe7; pfn_pmd shifts the frame 0x80200 by _PAGE_PFN_SHIFT 10: 0x2008_0000.
  ['Linux: PAGE_KERNEL, a megapage at 0x8020_0000', 0x200800e7n, 1, leaf(0x80200000n, 'rwg', 'ad')],
  // The same file: PAGE_KERNEL_READ is _PAGE_KERNEL without WRITE, 0xe3; on frame 0x80400: 0x2010_0000.
  ['Linux: PAGE_KERNEL_READ, a megapage at 0x8040_0000', 0x201000e3n, 1, leaf(0x80400000n, 'rg', 'ad')],
  // pgtable-bits.h: _PAGE_TABLE is _PAGE_PRESENT; frame 0x81fff << 10 = 0x207f_fc00.
  ['Linux: _PAGE_TABLE', 0x207ffc01n, 1, table(0x81fff000n)],
  // Encoding of PTE R/W/X fields: X=1, W=0, R=0 is an execute-only page. V | X | U = 0x19.
  ['manual: execute-only', 0x19n, 0, leaf(0n, 'xu')],
  // The highest frame: PPN 53:10 all ones, 0xfff_ffff_ffff << 10 = 0x003f_ffff_ffff_fc00, plus R and V.
  ['manual: the last frame of 56 bits', 0x003f_ffff_ffff_fc03n, 0, leaf(0x00ff_ffff_ffff_f000n, 'r')],
  // "For non-leaf PTEs, the global setting implies that all mappings in the subsequent levels … are global."
  ['manual: a global pointer', 0x21n, 1, table(0n)],
  // "The RSW field is reserved for use by supervisor software; the implementation shall ignore this field."
  ['manual: RSW is ignored in a leaf', 0x303n, 0, leaf(0n, 'r')],
  ['manual: RSW is ignored in a pointer', 0x301n, 1, table(0n)],
  // "The V bit indicates whether the PTE is valid; if it is 0, all other bits in the PTE are don't-cares".
  ['manual: not valid, all else set but RSW', 0xffff_ffff_ffff_fcfen, 0, { kind: 'absent' }],
  ['manual: not valid, all else set', 0xffff_ffff_ffff_fffen, 2, { kind: 'absent' }],
  // pgtable-bits.h: _PAGE_PROT_NONE is _PAGE_GLOBAL 0x20 in a word that is not present; with A and D: 0xe0.
  ['Linux: PROT_NONE is not our marker', 0x200800e0n, 0, { kind: 'absent' }],
]

describe('golden words', () => {
  it.each(XV6)('xv6: %o at level %i', (word, level, entry) => {
    expect(riscvSv39.decode(word, level)).toEqual(entry)
    if (entry.kind === 'leaf' || entry.kind === 'table') expect(riscvSv39.encode(entry, level)).toBe(word)
  })

  it.each(OTHERS)('%s', (_why, word, level, entry) => {
    expect(riscvSv39.decode(word, level)).toEqual(entry)
  })

  it('are encoded as other implementations encode them', () => {
    for (const [why, word, level, entry] of OTHERS.filter(([why]) => why.startsWith('arceos') || why.startsWith('Linux: PAGE') || why.startsWith('Linux: _'))) {
      if (entry.kind !== 'leaf' && entry.kind !== 'table') throw new Error(why)
      expect(riscvSv39.encode(entry, level)).toBe(word)
    }
  })
})

describe('illegal words', () => {
  // "Sv39": bit 63 without Svnapot, bits 62:61 without Svpbmt, bits 60:54: "a page-fault exception is raised".
  // "Encoding of PTE R/W/X fields": W without R, with and without X. "For non-leaf PTEs, the D, A, and U
  // bits are reserved". Step 5 of the translation process: misaligned superpages.
  it.each([
    ['N without Svnapot', 0x8000_0000_0000_0003n, 0, '63'],
    ['a 64 KiB page of Svnapot: N, PPN[0] = 0b1000', 0x8000_0000_0000_2003n, 0, '63'],
    ['PBMT = NC without Svpbmt', 0x2000_0000_0000_0003n, 0, '62:61'],
    ['PBMT = IO without Svpbmt', 0x4000_0000_0000_0003n, 0, '62:61'],
    ['PBMT of a pointer', 0x2000_0000_0000_0001n, 1, '62:61'],
    ['bit 60, software\'s with Svrsw60t59b', 0x1000_0000_0000_0003n, 0, '60:54'],
    ['bit 54', 0x0040_0000_0000_0003n, 0, '60:54'],
    ['bit 54 of a pointer', 0x0040_0000_0000_0001n, 2, '60:54'],
    ['the highest of several', 0xffff_ffff_ffff_ffffn, 0, '63'],
    ['W alone, the shadow stack page of Zicfiss', 0x05n, 0, 'W'],
    ['W and X without R', 0x0dn, 2, 'W'],
    ['D in a pointer', 0x81n, 1, 'D'],
    ['A in a pointer', 0x41n, 1, 'A'],
    ['U in a pointer', 0x11n, 1, 'U'],
    ['a pointer at level 0', 0x01n, 0, 'XWR'],
    ['a pointer at level 0 with A and D', 0xc1n, 0, 'D'],
    // The misaligned superpage that several cores accept: frame 0x80201 << 10 = 0x2008_0400.
    ['a megapage at 0x8020_1000', 0x200804efn, 1, 'PPN[0]'],
    // Frame 0x80200 << 10 = 0x2008_0000: 2 MiB aligned, not 1 GiB aligned.
    ['a gigapage at 0x8020_0000', 0x200800efn, 2, 'PPN[1:0]'],
  ] as const)('%s', (_why, word, level, bit) => {
    expect(riscvSv39.decode(word, level)).toEqual({ kind: 'invalid', reason: 'reserved', bit })
  })
})

describe('Sv48 and Sv57', () => {
  it('have the same words at the levels they share', () => {
    for (const [word, level, entry] of XV6) {
      expect(riscvSv48.decode(word, level)).toEqual(entry)
      expect(riscvSv57.decode(word, level)).toEqual(entry)
    }
  })

  it('have terapages: bits 36:10 are zero', () => {
    // PPN[3] begins at bit 37: 1 << 37 is frame 1 << 27, paddr 1 << 39 = 512 GiB. R | X | A | V = 0x4b.
    expect(riscvSv48.decode(0x20_0000_004bn, 3)).toEqual(leaf(0x80_0000_0000n, 'rx', 'a'))
    expect(riscvSv48.decode(0x10_0000_004bn, 3)).toEqual({ kind: 'invalid', reason: 'reserved', bit: 'PPN[2:0]' })
  })

  it('have petapages: bits 45:10 are zero', () => {
    // PPN[4] begins at bit 46: 1 << 46 is frame 1 << 36, paddr 1 << 48 = 256 TiB.
    expect(riscvSv57.decode(0x4000_0000_004bn, 4)).toEqual(leaf(0x1_0000_0000_0000n, 'rx', 'a'))
    expect(riscvSv57.decode(0x2000_0000_004bn, 4)).toEqual({ kind: 'invalid', reason: 'reserved', bit: 'PPN[3:0]' })
  })

  it('have pointers at the levels where Sv39 has its root', () => {
    expect(riscvSv48.decode(0x21fd9c01n, 3)).toEqual(table(0x87f67000n))
    expect(riscvSv57.decode(0x21fd9c01n, 4)).toEqual(table(0x87f67000n))
  })
})

describe('hidden leaves', () => {
  it('have V, R, W, X clear and both bits of RSW set', () => {
    // Frame 0x80200 << 10 = 0x2008_0000; RSW = 0x300; U = 0x10; A | D = 0xc0.
    const word = 0x200803d0n
    expect(riscvSv39.decode(word, 1)).toEqual(leaf(0x80200000n, 'u', 'ad'))
    expect(riscvSv39.classify(low(word), high(word), 1)).toBe(HIDDEN)
    expect(riscvSv39.encode({ kind: 'leaf', frame: pa(0x80200000), flags: parseFlags('u'), accessed: true, dirty: true }, 1)).toBe(word)
  })
})
