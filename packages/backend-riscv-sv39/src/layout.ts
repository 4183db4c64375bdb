// The words of RISC-V's page tables, from the RISC-V Instruction Set Manual, Volume II: Privileged
// Architecture, chapter "Supervisor-Level ISA". The manual's letters live here; elsewhere they have
// our words. One description serves Sv39, Sv48 and Sv57: bits 63:54 and 9:0 are the same in all three
// and at every level, and of the 44 bits between them the lowest 9 per level must be zero in a leaf.
import type { EntryLayout, LayoutBits } from '@addrspace/page-table'

/** Bits 9:0, as masks of a word's low half. */
export const PRESENT: number = 1 << 0 // V
export const READABLE: number = 1 << 1 // R
export const WRITABLE: number = 1 << 2 // W
export const EXECUTABLE: number = 1 << 3 // X
export const FOR_USER: number = 1 << 4 // U
export const FOR_ALL_SPACES: number = 1 << 5 // G
export const ACCESSED: number = 1 << 6 // A
export const DIRTY: number = 1 << 7 // D
/** Both bits that the manual reserves for supervisor software, RSW: our marker of a hidden leaf. */
export const MARKER: number = 3 << 8

/** Bits 53:10, the number of a 4 KiB frame: PPN. */
export const FRAME_FIELD: { readonly high: number; readonly low: number } = { high: 53, low: 10 }
/** Bits 63:54, as a mask of a word's high half. */
export const UPPER: number = ~0 << (FRAME_FIELD.high + 1 - 32)
/** Bits of the frame's number that one level of tables translates. */
const INDEX_BITS = 9

/** What the manual calls the bits that faults are told by. */
export const NAME = {
  present: 'V',
  readable: 'R',
  writable: 'W',
  executable: 'X',
  user: 'U',
  accessed: 'A',
  dirty: 'D',
  /** All three permissions of an entry that has none of them. */
  permissions: 'XWR',
} as const

const SOURCE = 'RISC-V Instruction Set Manual, Volume II: Privileged Architecture, "Supervisor-Level ISA", "Sv39" (bits 63:10) and "Sv32" (bits 9:0), "Addressing and Memory Protection"'
const SIZES = ['4 KiB', '2 MiB', '1 GiB', '512 GiB', '256 TiB']

const reserved = (high: number, low: number, name: string, meaning: string): LayoutBits => ({ high, low, role: 'reserved', name, meaning })
const flag = (bit: number, name: string, meaning: string): LayoutBits => ({ high: bit, low: bit, role: 'flag', name, meaning })
const fixed = (high: number, low: number, name: string, value: bigint, meaning: string): LayoutBits => ({ high, low, role: 'fixed', name, meaning, value })
const software = (bit: number, name: string, meaning: string): LayoutBits => ({ high: bit, low: bit, role: 'software', name, meaning })

const RESERVED_UPPER: readonly LayoutBits[] = [
  reserved(63, 63, '', 'must be zero (N, with Svnapot)'),
  reserved(62, 61, '', 'must be zero (PBMT, with Svpbmt)'),
  reserved(60, 54, '', 'must be zero'),
]
const rsw = (meaning: string): LayoutBits => ({ high: 9, low: 8, role: 'ignored', name: 'RSW', meaning })

/** Entries that point to a table: at every level but 0. */
function tableLayout(levels: number): EntryLayout {
  return {
    title: `table pointer at levels 1 to ${String(levels - 1)}`,
    kind: 'table',
    levels: Array.from({ length: levels - 1 }, (_, i) => i + 1),
    source: SOURCE,
    bits: [
      ...RESERVED_UPPER,
      { ...FRAME_FIELD, role: 'frame', name: ppn(levels - 1, 0), meaning: 'of the next table' },
      rsw('of software'),
      reserved(7, 7, 'D', 'must be zero'),
      reserved(6, 6, 'A', 'must be zero'),
      flag(5, 'G', 'every leaf below is in all address spaces'),
      reserved(4, 4, 'U', 'must be zero'),
      fixed(3, 1, 'XWR', 0n, 'no permission: a pointer'),
      fixed(0, 0, 'V', 1n, 'present'),
    ],
  }
}

function leafLayout(level: number, levels: number): EntryLayout {
  return {
    title: `leaf at level ${String(level)} (${SIZES[level]!})`,
    kind: 'leaf',
    levels: [level],
    source: SOURCE,
    bits: [
      ...RESERVED_UPPER,
      ...frameBits(level, levels, (high, low, name) => reserved(high, low, name, 'must be zero, or the frame is misaligned')),
      rsw('of software; cleared when flags change'),
      flag(7, 'D', 'written since cleared'),
      flag(6, 'A', 'read, written or fetched from since cleared'),
      flag(5, 'G', 'in all address spaces'),
      flag(4, 'U', 'user mode may; the supervisor needs SUM, and never fetches'),
      flag(3, 'X', 'may be executed; X or R makes it a leaf'),
      flag(2, 'W', 'may be written; without R reserved'),
      flag(1, 'R', 'may be read'),
      fixed(0, 0, 'V', 1n, 'present'),
    ],
  }
}

/** With V clear "all other bits in the PTE are don't-cares and may be used freely by software". */
function hiddenLayout(level: number, levels: number): EntryLayout {
  return {
    title: `hidden leaf at level ${String(level)} (${SIZES[level]!})`,
    kind: 'hidden',
    levels: [level],
    source: SOURCE,
    bits: [
      fixed(63, 54, '', 0n, ''),
      ...frameBits(level, levels, (high, low, name) => fixed(high, low, name, 0n, 'aligned')),
      fixed(9, 8, 'RSW', 3n, 'our marker'),
      software(7, 'D', 'kept'),
      software(6, 'A', 'kept'),
      software(5, 'G', 'kept'),
      software(4, 'U', 'kept'),
      fixed(3, 1, 'XWR', 0n, 'no permission'),
      fixed(0, 0, 'V', 0n, 'hardware looks at nothing else'),
    ],
  }
}

/** The frame of a leaf, and below it what alignment to the leaf's size takes away. */
function frameBits(level: number, levels: number, below: (high: number, low: number, name: string) => LayoutBits): LayoutBits[] {
  const { high, low } = FRAME_FIELD
  const start = low + INDEX_BITS * level
  const frame: LayoutBits = { high, low: start, role: 'frame', name: ppn(levels - 1, level), meaning: 'of the leaf' }
  return level === 0 ? [frame] : [frame, below(start - 1, low, ppn(level - 1, 0))]
}

/** Parts `high` to `low` of the frame's number, one part per level. */
function ppn(high: number, low: number): string {
  return high === low ? `PPN[${String(high)}]` : `PPN[${String(high)}:${String(low)}]`
}

/** All kinds of entries of a machine with so many levels; leaves may stand at each. */
export function layoutsOf(levels: number): readonly EntryLayout[] {
  const all = Array.from({ length: levels }, (_, level) => level)
  return [tableLayout(levels), ...all.map((level) => leafLayout(level, levels)), ...all.map((level) => hiddenLayout(level, levels))]
}
