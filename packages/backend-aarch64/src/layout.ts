// The words of the machine's tables, bit by bit: Armv8-A, AArch64, stage 1 of the EL1&0 translation
// regime in Non-secure state, 4 KiB granule, 48-bit addresses. Our levels 3, 2, 1, 0 are Arm's L0,
// L1, L2, L3. Without FEAT_LPA2, FEAT_BBM and FEAT_BTI their bits are RES0, and reserved here, since an
// implementation with the feature reads them. What has a meaning in Secure state only (RES0 as well)
// is ignored; so are, with TCR_EL1.HPD0 = HPD1 = 1 and HA = HD = 0, hierarchical permissions and DBM.
import type { EntryLayout, LayoutBits } from '@addrspace/page-table'

import { MEMORY_ATTRIBUTES } from './memory-attributes.ts'

const CHAPTER = 'Arm Architecture Reference Manual for A-profile (DDI 0487, M.a.a), Translation table descriptor formats'

function row(high: number, low: number, role: LayoutBits['role'], name: string, meaning: string): LayoutBits {
  return { high, low, role, name, meaning }
}

function fixed(high: number, low: number, value: bigint, name: string, meaning: string): LayoutBits {
  return { high, low, role: 'fixed', name, meaning, value }
}

/** Bits of which each value has a name. */
function choice(high: number, low: number, name: string, meaning: string, values: readonly string[]): LayoutBits {
  return { high, low, role: 'field', name, meaning, values }
}

const SHAREABILITIES = ['Non-shareable', 'reserved', 'Outer Shareable', 'Inner Shareable'] as const
const MEMORY_TYPES = MEMORY_ATTRIBUTES.map(({ meaning }) => meaning)

/** What the manual calls our levels, lowest first: it counts from the root on. */
export const LEVEL_NAMES: readonly string[] = ["Arm's level 3", "Arm's level 2", "Arm's level 1", "Arm's level 0"]

const TABLE_BITS: readonly LayoutBits[] = [
  row(63, 63, 'ignored', 'NSTable', 'of Secure state only'),
  row(62, 61, 'ignored', 'APTable', 'hierarchical permissions are off'),
  row(60, 60, 'ignored', 'UXNTable', 'hierarchical permissions are off'),
  row(59, 59, 'ignored', 'PXNTable', 'hierarchical permissions are off'),
  row(58, 51, 'ignored', '', ''),
  row(50, 48, 'reserved', '', 'RES0'),
  row(47, 12, 'frame', 'next-level table address', 'kept in place'),
  row(11, 2, 'ignored', '', ''),
  fixed(1, 0, 0b11n, 'type', 'a table, where a walk can go on'),
]

const LEAF_UPPER: readonly LayoutBits[] = [
  row(63, 63, 'ignored', '', 'for software; kept'),
  row(62, 59, 'ignored', 'PBHA', 'not enabled'),
  row(58, 58, 'software', 'hidden', 'looked at only where valid is 0'),
  row(57, 55, 'ignored', '', 'for software; kept'),
  row(54, 54, 'flag', 'UXN', '1 refuses instruction fetch at EL0'),
  row(53, 53, 'flag', 'PXN', '1 refuses instruction fetch at EL1'),
  row(52, 52, 'flag', 'Contiguous', 'one of 16 like it; never set by us'),
  row(51, 51, 'ignored', 'DBM', 'dirty state is not managed by hardware'),
  row(50, 50, 'reserved', '', 'RES0 (GP of FEAT_BTI)'),
  row(49, 48, 'reserved', '', 'RES0 (address bits of FEAT_LPA2)'),
]

/** Block addresses end where the block begins; what lies below is reserved. */
const LEAF_FRAMES: readonly (readonly LayoutBits[])[] = [
  [row(47, 12, 'frame', 'output address', 'kept in place')],
  [row(47, 21, 'frame', 'output address', 'kept in place'), row(20, 12, 'reserved', '', 'RES0 (16 is nT of FEAT_BBM)')],
  [row(47, 30, 'frame', 'output address', 'kept in place'), row(29, 12, 'reserved', '', 'RES0 (16 is nT of FEAT_BBM)')],
]

const LEAF_LOWER: readonly LayoutBits[] = [
  row(11, 11, 'flag', 'nG', '1: the TLB entry is of one ASID'),
  row(10, 10, 'flag', 'AF', 'accessed; 0 raises an Access flag fault'),
  choice(9, 8, 'SH', '11 Inner, 10 Outer, 00 Non-shareable; 01 is reserved', SHAREABILITIES),
  row(7, 7, 'flag', 'AP[2]', '1 refuses writes'),
  row(6, 6, 'flag', 'AP[1]', '1 lets EL0 read, and write unless AP[2]'),
  row(5, 5, 'ignored', 'NS', 'of Secure state only'),
  choice(4, 2, 'AttrIndx', 'the memory type, an index into MAIR_EL1', MEMORY_TYPES),
]

/** A word that is not valid: hardware looks at nothing but bit 0, and we keep the leaf in it. */
const HIDDEN_UPPER: readonly LayoutBits[] = [
  row(63, 59, 'ignored', '', ''),
  fixed(58, 58, 1n, 'hidden', 'ours: a leaf without access'),
  row(57, 55, 'ignored', '', 'for software; kept'),
  row(54, 51, 'ignored', '', ''),
  row(50, 48, 'reserved', '', 'must be zero, as in the leaf'),
]

const HIDDEN_LOWER: readonly LayoutBits[] = [
  row(11, 11, 'flag', 'nG', 'as in the leaf'),
  row(10, 10, 'flag', 'AF', 'as in the leaf: accessed, before it was hidden'),
  choice(9, 8, 'SH', 'as in the leaf; 01 is reserved', SHAREABILITIES),
  row(7, 7, 'ignored', '', ''),
  row(6, 6, 'flag', 'AP[1]', 'user'),
  row(5, 5, 'ignored', '', ''),
  choice(4, 2, 'AttrIndx', 'as in the leaf', MEMORY_TYPES),
]

const SIZES = ['4 KiB', '2 MiB', '1 GiB'] as const

/** A page descriptor at level 0, block descriptors above. */
function leafLayout(level: 0 | 1 | 2): EntryLayout {
  const type = level === 0 ? fixed(1, 0, 0b11n, 'type', 'a page, where a walk ends') : fixed(1, 0, 0b01n, 'type', 'a block')
  return {
    title: `leaf at level ${level} (${SIZES[level]})`,
    kind: 'leaf',
    levels: [level],
    source: `${CHAPTER}: VMSAv8-64 Block descriptor and Page descriptor formats`,
    bits: [...LEAF_UPPER, ...LEAF_FRAMES[level]!, ...LEAF_LOWER, type],
  }
}

function hiddenLayout(level: 0 | 1 | 2): EntryLayout {
  const type = level === 0 ? fixed(1, 0, 0b10n, 'type', 'not valid; a page once it is') : fixed(1, 0, 0b00n, 'type', 'not valid; a block once it is')
  return {
    title: `hidden leaf at level ${level} (${SIZES[level]})`,
    kind: 'hidden',
    levels: [level],
    source: `${CHAPTER}: VMSAv8-64 Invalid descriptor format, bits 63:1 IGNORED`,
    bits: [...HIDDEN_UPPER, ...LEAF_FRAMES[level]!, ...HIDDEN_LOWER, type],
  }
}

export const TABLE_LAYOUT: EntryLayout = { title: 'table at levels 1 to 3', kind: 'table', levels: [1, 2, 3], source: `${CHAPTER}: VMSAv8-64 Table descriptor format`, bits: TABLE_BITS }

/** By level. */
export const LEAF_LAYOUTS: readonly EntryLayout[] = [leafLayout(0), leafLayout(1), leafLayout(2)]

/** By level. */
export const HIDDEN_LAYOUTS: readonly EntryLayout[] = [hiddenLayout(0), hiddenLayout(1), hiddenLayout(2)]

export const LAYOUTS: readonly EntryLayout[] = [TABLE_LAYOUT, ...LEAF_LAYOUTS, ...HIDDEN_LAYOUTS]
