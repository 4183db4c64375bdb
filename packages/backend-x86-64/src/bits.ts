// What the bit tables say, in our words: masks by name, read once from the tables, as bigints and as
// signed 32-bit halves. No bit has a number here.
import type { EntryLayout, LayoutBits } from '@addrspace/page-table'

import { LEAF_2M, LEAF_4K, TABLE_POINTER } from './layout.ts'

const maskOfRow = ({ high, low }: LayoutBits): bigint => ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)

/** All bits of the rows that fit; 0n if none does. */
function maskWhere(layout: EntryLayout, fits: (row: LayoutBits) => boolean): bigint {
  return layout.bits.filter(fits).reduce((mask, row) => mask | maskOfRow(row), 0n)
}

/** The value of all fixed bits. */
export function fixedValue(layout: EntryLayout): bigint {
  return layout.bits.reduce((value, row) => value | ((row.value ?? 0n) << BigInt(row.low)), 0n)
}

export const fixedMask = (layout: EntryLayout): bigint => maskWhere(layout, (row) => row.role === 'fixed')
export const reservedMask = (layout: EntryLayout): bigint => maskWhere(layout, (row) => row.role === 'reserved')
export const frameMask = (layout: EntryLayout): bigint => maskWhere(layout, (row) => row.role === 'frame')

/** The bits of a row that the manual gives this name; 0n if the layout has none. */
export const namedMask = (layout: EntryLayout, name: string): bigint => maskWhere(layout, (row) => row.name === name)

export const lowHalf = (word: bigint): number => Number(BigInt.asIntN(32, word))
export const highHalf = (word: bigint): number => Number(BigInt.asIntN(32, word >> 32n))

/** The manual's names of what an access may be refused for. */
export const NAMES = { present: 'P', writable: 'R/W', user: 'U/S', noExecute: 'XD' } as const

// At the same place at every level.
export const PRESENT: bigint = namedMask(LEAF_4K, NAMES.present)
export const WRITABLE: bigint = namedMask(LEAF_4K, NAMES.writable)
export const FOR_USER: bigint = namedMask(LEAF_4K, NAMES.user)
export const MEMORY_TYPE: bigint = namedMask(LEAF_4K, 'PCD:PWT')
export const ACCESSED: bigint = namedMask(LEAF_4K, 'A')
export const DIRTY: bigint = namedMask(LEAF_4K, 'D')
export const FOR_ALL_SPACES: bigint = namedMask(LEAF_4K, 'G')
export const NO_EXECUTE: bigint = namedMask(LEAF_4K, NAMES.noExecute)
export const TABLE_ACCESSED: bigint = namedMask(TABLE_POINTER, 'A')
/** What makes an entry above level 0 a leaf; at level 0 the same bit selects a memory type. */
export const HUGE: bigint = namedMask(LEAF_2M, 'PS')
