// The words that vectors are made of, put together by hand from the manuals: what goes into tables does not come from
// the formats that are judged. Of each machine only what QEMU takes as the manual says is tried; what it is lenient
// with is left to the vectors that are typed from the manual.
import type { Mode } from '@addrspace/page-table'

import type { Controls } from './walk-vector.ts'

export interface VectorWords {
  /** The file's text about the machine. */
  readonly notes: string
  /** The controls of the file, all of them. */
  readonly controls: Controls
  /** What differs from them, in all ways that matter for accesses of a mode. */
  readonly settings: (mode: Mode) => readonly Controls[]
  readonly leafLevels: readonly number[]
  pointer(frame: bigint): bigint
  /** With rights as in `rights`, and everything else as a leaf has to have it. */
  leaf(frame: bigint, level: number, rights: bigint): bigint
  /** All combinations of the bits that say who may do what. */
  readonly rights: readonly bigint[]
  /** Of those, the one that lets user mode do everything. */
  readonly everything: bigint
  /** Bits to flip in a pointer, and in a leaf, one at a time: all but those of an address. */
  readonly pointerBits: readonly number[]
  leafBits(level: number): readonly number[]
}

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const combinations = (bits: readonly number[]): bigint[] => Array.from({ length: 1 << bits.length }, (_, choice) => bits.reduce((word, bit, i) => ((choice >> i) & 1 ? word | (1n << BigInt(bit)) : word), 0n))

/** All ways to set switches. */
function switches(...names: readonly string[]): Controls[] {
  return names.reduce<Controls[]>((all, name) => all.flatMap((one) => [{ ...one, [name]: false }, { ...one, [name]: true }]), [{}])
}

// V 0, R 1, W 2, X 3, U 4, G 5, A 6, D 7, RSW 9:8, PPN 53:10, reserved 63:54.
export function riscvWords(levels: number): VectorWords {
  return {
    notes: 'Without Svnapot, Svpbmt, Svrsw60t59b and Zicfiss. A page fault does not tell why: "any" is a fault of whatever reason.',
    controls: { sum: false, mxr: false, ad: 'svadu' },
    settings: () => switches('sum', 'mxr'),
    leafLevels: span(0, levels - 1),
    pointer: (frame) => (frame >> 2n) | 1n,
    leaf: (frame, _level, rights) => (frame >> 2n) | 0xc1n | rights,
    rights: combinations([1, 2, 3, 4]),
    everything: 0x1en,
    pointerBits: [...span(0, 9), ...span(54, 63)],
    leafBits: (level) => [...span(0, 9 + 9 * level), ...span(54, 63)],
  }
}

// P 0, R/W 1, U/S 2, PWT 3, PCD 4, A 5, D 6, PS or PAT 7, G 8, ignored 11:9, PAT of huge leaves 12, ignored 62:52, XD 63.
export function x8664Words(): VectorWords {
  return {
    notes: 'Long mode, 52 physical address bits, CR4.PKE and CR4.CET clear, EFLAGS.AC clear, the PAT as it is after reset. An error code tells the reason, and no level.',
    controls: { wp: true, nxe: true, smep: false, smap: false },
    settings: (mode) => (mode === 'user' ? switches('nxe') : switches('wp', 'nxe', 'smep', 'smap')),
    leafLevels: [0, 1, 2],
    pointer: (frame) => frame | 7n,
    leaf: (frame, level, rights) => frame | 0x61n | (level > 0 ? 0x80n : 0n) | rights,
    rights: combinations([1, 2, 63]),
    everything: 6n,
    // Bit 7 of a pointer at levels 1 and 2 makes a leaf of it, on the frame of a table.
    pointerBits: [...span(0, 6), ...span(8, 11), ...span(52, 63)],
    leafBits: (level) => [...span(0, 6), ...(level === 0 ? [7] : span(12, 11 + 9 * level)), ...span(8, 11), ...span(52, 63)],
  }
}

// Valid 0, type 1, AttrIndx 4:2, NS 5, AP 7:6, SH 9:8, AF 10, nG 11, DBM 51, Contiguous 52, PXN 53, UXN 54, software 58:55,
// PBHA or hierarchical permissions 63:59. RES0 bits, which hardware need not look at, are left alone.
export function aarch64Words(): VectorWords {
  return {
    notes: 'Stage 1 of EL1&0, granule of 4 KiB, 48 bits in both halves, TCR_EL1.HPD0 = HPD1 = 1, HA = HD = 0, DS = 0. A translation fault does not tell the reserved from the absent.',
    controls: { pan: false },
    settings: () => switches('pan'),
    leafLevels: [0, 1, 2],
    pointer: (frame) => frame | 3n,
    leaf: (frame, level, rights) => frame | 0x700n | (level === 0 ? 3n : 1n) | rights,
    rights: combinations([6, 7, 53, 54]),
    everything: 1n << 6n,
    pointerBits: [0, ...span(2, 11), ...span(51, 63)],
    leafBits: (level) => [0, ...(level === 0 ? [1] : []), ...span(2, 7), ...span(10, 11), 51, 53, 54, ...span(55, 63)],
  }
}
