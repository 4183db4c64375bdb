// The bit tables of x86-64 long mode: one for every kind of entry at every class of levels, highest
// bit first. Physical addresses are 52 bits wide, so no frame bit is reserved. What is read out of
// these tables is in bits.ts; nobody else knows a bit's number.
import type { EntryLayout, LayoutBits } from '@addrspace/page-table'

import { MEMORY_TYPES, TABLE_HALVES } from './memory-types.ts'

const flag = (bit: number, name: string, meaning: string): LayoutBits => ({ high: bit, low: bit, role: 'flag', name, meaning })
const memoryType = (meaning: string): LayoutBits => ({ high: 4, low: 3, role: 'field', name: 'PCD:PWT', meaning, values: MEMORY_TYPES.map((type) => type.meaning) })
const tableHalf = (bit: number): LayoutBits => ({ ...flag(bit, 'PAT', 'memory type'), values: TABLE_HALVES })
const frame = (low: number): LayoutBits => ({ high: 51, low, role: 'frame', name: 'address', meaning: `bits 51:${String(low)} of the physical address` })
const fixed = (high: number, low: number, value: bigint, name: string, meaning: string): LayoutBits => ({ high, low, role: 'fixed', name, meaning, value })
const reserved = (high: number, low: number, name: string): LayoutBits => ({ high, low, role: 'reserved', name, meaning: 'must be zero' })
const ignored = (high: number, low: number, meaning: string): LayoutBits => ({ high, low, role: 'ignored', name: '', meaning })

// Rows that stand at the same place in several tables.
const XD = flag(63, 'XD', 'no instruction fetch; reserved unless EFER.NXE')
const FREE_HIGH = ignored(62, 52, 'free for software')
const KEY = ignored(62, 52, 'free for software; 62:59 protection key, taken as off')
const FREE_LOW = ignored(11, 9, 'free for software')
const G = flag(8, 'G', 'in every address space')
const PS = fixed(7, 7, 1n, 'PS', 'a leaf')
const D = flag(6, 'D', 'dirty: written to')
const A = flag(5, 'A', 'accessed')
const TYPE = memoryType('memory type, with PAT')
const US = flag(2, 'U/S', 'user mode may')
const RW = flag(1, 'R/W', 'writes may')
const P = fixed(0, 0, 1n, 'P', 'present')

const LOW_OF_LEAF = [D, A, TYPE, US, RW, P] as const
const LOW_OF_TABLE = [
  ignored(6, 6, 'free for software'),
  flag(5, 'A', 'walked through'),
  memoryType('memory type of the next table'),
  flag(2, 'U/S', 'user mode may, below'),
  flag(1, 'R/W', 'writes may, below'),
  P,
] as const

const SDM = 'Intel SDM vol. 3A, chapter "Paging", "4-Level Paging and 5-Level Paging"'
const APM = 'AMD64 APM vol. 2, chapter "Page Translation and Protection", "Long-Mode Page Translation"'

export const TABLE_POINTER: EntryLayout = {
  title: 'table pointer at level 1 (PDE) and level 2 (PDPTE)',
  kind: 'table',
  levels: [1, 2],
  source: `${SDM}: PDE that references a page table, PDPTE that references a page directory; ${APM}`,
  bits: [XD, FREE_HIGH, frame(12), ignored(11, 8, 'free for software'), fixed(7, 7, 0n, 'PS', 'no leaf'), ...LOW_OF_TABLE],
}

export const TOP_POINTER: EntryLayout = {
  title: 'table pointer at level 3 (PML4E) and, of five, level 4 (PML5E)',
  kind: 'table',
  levels: [3, 4],
  source: `${SDM}: PML4E that references a page-directory-pointer table, PML5E that references a PML4 table; ${APM}`,
  bits: [XD, FREE_HIGH, frame(12), ignored(11, 8, 'free for software'), reserved(7, 7, 'PS'), ...LOW_OF_TABLE],
}

export const LEAF_4K: EntryLayout = {
  title: 'leaf at level 0 (PTE, 4 KiB)',
  kind: 'leaf',
  levels: [0],
  source: `${SDM}: PTE that maps a 4-KByte page; ${APM}`,
  bits: [XD, KEY, frame(12), FREE_LOW, G, tableHalf(7), ...LOW_OF_LEAF],
}

export const LEAF_2M: EntryLayout = {
  title: 'leaf at level 1 (PDE, 2 MiB)',
  kind: 'leaf',
  levels: [1],
  source: `${SDM}: PDE that maps a 2-MByte page; ${APM}`,
  bits: [XD, KEY, frame(21), reserved(20, 13, ''), tableHalf(12), FREE_LOW, G, PS, ...LOW_OF_LEAF],
}

export const LEAF_1G: EntryLayout = {
  title: 'leaf at level 2 (PDPTE, 1 GiB)',
  kind: 'leaf',
  levels: [2],
  source: `${SDM}: PDPTE that maps a 1-GByte page; ${APM}`,
  bits: [XD, KEY, frame(30), reserved(29, 13, ''), tableHalf(12), FREE_LOW, G, PS, ...LOW_OF_LEAF],
}

// Hidden leaves: present is clear, so hardware looks at no other bit. The marker is a pattern of
// bits that flags decide anyway, so that the software bits stay the software's. No kernel we know
// writes it: Linux keeps 8:7 clear in swap entries, and 1 clear in its own PROT_NONE (8 set).
const NO_ACCESS = `${SDM}: "all other bits are ignored" if P is 0; the marker is ours`
const hidden = (bit7: bigint, ...address: readonly LayoutBits[]): readonly LayoutBits[] => [
  fixed(63, 63, 1n, 'marker', ''),
  FREE_HIGH,
  ...address,
  FREE_LOW,
  fixed(8, 7, 2n | bit7, 'marker', ''),
  D,
  A,
  fixed(4, 1, 0b0101n, 'marker', ''),
  fixed(0, 0, 0n, 'P', 'not present'),
]

export const HIDDEN_4K: EntryLayout = {
  title: 'hidden leaf at level 0 (4 KiB)',
  kind: 'hidden',
  levels: [0],
  source: NO_ACCESS,
  bits: hidden(0n, frame(12)),
}

export const HIDDEN_2M: EntryLayout = {
  title: 'hidden leaf at level 1 (2 MiB)',
  kind: 'hidden',
  levels: [1],
  source: NO_ACCESS,
  bits: hidden(1n, frame(21), fixed(20, 12, 0n, 'marker', '')),
}

export const HIDDEN_1G: EntryLayout = {
  title: 'hidden leaf at level 2 (1 GiB)',
  kind: 'hidden',
  levels: [2],
  source: NO_ACCESS,
  bits: hidden(1n, frame(30), fixed(29, 12, 0n, 'marker', '')),
}

export const LAYOUTS: readonly EntryLayout[] = [TABLE_POINTER, TOP_POINTER, LEAF_4K, LEAF_2M, LEAF_1G, HIDDEN_4K, HIDDEN_2M, HIDDEN_1G]
