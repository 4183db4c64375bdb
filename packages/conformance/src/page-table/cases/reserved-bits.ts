/**
 * Which bits the manuals reserve, typed from them: a legal word of each kind, and the bits that alone make it illegal.
 */

import type { PageTableManifest } from '../subject.ts'

export interface ReservedBits {
  readonly what: string
  /** Legal as it is. */
  readonly word: bigint
  readonly level: number
  /** Bits that are clear in `word` and, set one at a time, make it illegal. */
  readonly reserved: bigint
}

/** Bits high to low, both inclusive. */
function bits(high: number, low: number): bigint {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
}

/** The words to try on a machine. */
export function reservedBits({ machine, levels, leafLevels }: PageTableManifest): readonly ReservedBits[] {
  const pointers = Array.from({ length: levels - 1 }, (_, at) => at + 1)
  switch (machine) {
    case 'x86-64':
      // Intel SDM vol. 3A, "Paging": 20:13 of a PDE and 29:13 of a PDPTE that map a page; PS of a PML4E or PML5E. XD is in use.
      return [
        ...leafLevels.map((level) => ({ what: 'a leaf', level, word: level === 0 ? 0x1n : 0x81n, reserved: level === 0 ? 0n : bits(level === 1 ? 20 : 29, 13) })),
        ...pointers.map((level) => ({ what: 'a pointer', level, word: 0x1n, reserved: level > 2 ? 1n << 7n : 0n })),
      ]
    case 'riscv':
      // Privileged Architecture, "Sv39": 63 (N), 62:61 (PBMT) and 60:54 without their extensions; a misaligned PPN; D, A and U
      // of a pointer, and W without R, which a pointer with W would be. X or R makes a pointer a leaf.
      return [
        ...leafLevels.map((level) => ({ what: 'a leaf', level, word: 0x3n, reserved: bits(63, 54) | (level === 0 ? 0n : bits(9 + 9 * level, 10)) })),
        ...pointers.map((level) => ({ what: 'a pointer', level, word: 0x1n, reserved: bits(63, 54) | bits(7, 6) | (1n << 4n) | (1n << 2n) })),
      ]
    case 'aarch64':
      // DDI 0487, VMSAv8-64 descriptor formats, without FEAT_LPA2, FEAT_BTI and FEAT_BBM: 50:48; the address below a
      // block. SH is 11 here. Bit 1 of a block makes it a pointer, whose frame begins at bit 12.
      return [
        ...leafLevels.map((level) => ({ what: 'a leaf', level, word: level === 0 ? 0x703n : 0x701n, reserved: bits(50, 48) | (level === 0 ? 0n : bits(level === 1 ? 20 : 29, 12)) })),
        ...pointers.map((level) => ({ what: 'a pointer', level, word: 0x3n, reserved: bits(50, 48) })),
      ]
    default:
      return []
  }
}
