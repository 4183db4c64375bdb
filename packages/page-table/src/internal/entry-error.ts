// The error that names an entry in the way.
import { formatHex, formatSize } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'

import { PageTableError } from '../errors.ts'
import type { Tables } from './tables.ts'

/** `invalid-entry` if the entry is none or points to no table of this place, otherwise the reason given. */
export function entryError<C>(tables: Tables<C>, table: number, slot: number, level: number, vaddr: VirtAddr, reason: 'already-mapped' | 'not-mapped'): PageTableError {
  const entry = tables.format.decode(tables.wordAt(table, slot), level)
  const isForeign = entry.kind === 'table' && tables.ownChildAt(table, slot) === undefined
  const isInvalid = entry.kind === 'invalid' || isForeign
  const what = isForeign
    ? 'a pointer to a table that was not made here is in the way'
    : isInvalid
      ? 'an illegal entry is in the way'
      : reason === 'not-mapped'
        ? 'nothing is mapped'
        : entry.kind === 'leaf'
          ? `a leaf entry of ${formatSize(tables.geometry.span(level))} is in the way`
          : 'a table entry is in the way'
  return new PageTableError(isInvalid ? 'invalid-entry' : reason, `${what} at ${formatHex(vaddr)}, level ${String(level)}`, {
    vaddr,
    level,
    entryAddress: tables.entryAddress(table, slot),
    entry,
  })
}
