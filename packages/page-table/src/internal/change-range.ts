// Changing what is mapped in a range, that is unmapping or protecting it: one descent, whole runs of
// equal entries per table. A huge leaf that the range cuts is split; a table that is unmapped whole
// is dropped with its pointer, untouched; one that has become empty goes too.
import { formatHex } from '@addrspace/memory-addr'

import { PageTableError } from '../errors.ts'
import { ABSENT, HIDDEN, INVALID, LEAF, TABLE } from '../format.ts'
import { changeLeaves, isUnchanged } from './change-leaves.ts'
import type { FlagBits } from './change-leaves.ts'
import { entryError } from './entry-error.ts'
import { leaveBehind } from './leave-behind.ts'
import type { PageRange } from './range.ts'
import { addressIn } from './range.ts'
import { absentRun, leafRun } from './runs.ts'
import { split, splitsOfLeaf } from './split.ts'
import type { Tables } from './tables.ts'

export interface ChangeRequest {
  readonly range: PageRange
  readonly mayHaveHoles: boolean
  /** What a leaf's flag bits become, by level; undefined to unmap. */
  readonly flagBits: readonly FlagBits[] | undefined
}

/** How many tables splitting the huge leaves takes that the range cuts; at most one leaf at either end. Not counted, 0, where there are plenty. */
export function tablesForSplits<C>(tables: Tables<C>, request: ChangeRequest, available: number): number {
  if (available >= 2 * tables.geometry.levels) return 0
  const { from, to } = request.range
  return splits(tables, tables.root, tables.geometry.levels - 1, from, to, request)
}

/** Counts below a table. Only the entries that hold the range's ends can be cut. */
function splits<C>(tables: Tables<C>, table: number, level: number, from: number, to: number, request: ChangeRequest): number {
  if (level === 0) return 0
  const { geometry } = tables
  const span = geometry.spanPages(level)
  let count = 0
  const first = from - (from % span)
  const last = to - 1 - ((to - 1) % span)
  for (const start of first === last ? [first] : [first, last]) {
    const cutFrom = Math.max(from, start)
    const cutTo = Math.min(to, start + span)
    if (cutFrom === start && cutTo === start + span) continue
    const slot = Math.floor(start / span) % geometry.entries
    const kind = tables.classAt(table, slot, level)
    if (kind === LEAF || kind === HIDDEN) {
      if (!isUnchanged(tables, table, slot, request.flagBits?.[level])) count += splitsOfLeaf(geometry, level, cutFrom - start, cutTo - start)
    } else if (kind === TABLE) {
      const child = tables.ownChildAt(table, slot)
      if (child !== undefined) count += splits(tables, child, level - 1, cutFrom, cutTo, request)
    }
  }
  return count
}

/** Makes the change; gives the error of a hole, an illegal entry, or a table that could not be had. */
export function changeRange<C>(tables: Tables<C>, request: ChangeRequest): PageTableError | undefined {
  const { from, to } = request.range
  return changeIn(tables, tables.root, tables.geometry.levels - 1, from, to, request)
}

function changeIn<C>(tables: Tables<C>, table: number, level: number, from: number, to: number, request: ChangeRequest): PageTableError | undefined {
  const { geometry } = tables
  const { range } = request
  const span = geometry.spanPages(level)
  for (let page = from; page < to; ) {
    const slot = Math.floor(page / span) % geometry.entries
    const start = page - (page % span)
    const stop = Math.min(to, start + span)
    const isWhole = page === start && stop === start + span
    switch (tables.classAt(table, slot, level)) {
      case ABSENT: {
        if (!request.mayHaveHoles) return entryError(tables, table, slot, level, addressIn(range, page), 'not-mapped')
        page = start + absentRun(tables, table, slot, level, Math.ceil((to - start) / span)) * span
        continue
      }
      case INVALID:
        return entryError(tables, table, slot, level, addressIn(range, page), 'already-mapped')
      case TABLE: {
        const error = changeBelow(tables, table, slot, level, page, stop, isWhole, request)
        if (error !== undefined) return error
        break
      }
      case LEAF:
      case HIDDEN: {
        if (isWhole) {
          const run = leafRun(tables, table, slot, level, Math.floor((to - page) / span))
          changeLeaves(tables, table, slot, level, run, addressIn(range, page), request.flagBits?.[level])
          page += run * span
          continue
        }
        if (isUnchanged(tables, table, slot, request.flagBits?.[level])) break
        // The leaf may begin below the range.
        const vaddr = addressIn(range, start)
        if (split(tables, table, slot, level) === undefined) {
          return new PageTableError('out-of-frames', tables.shortage(`to split the leaf at ${formatHex(vaddr)}`), { vaddr, level })
        }
        // The entry is a table now, and is looked at again.
        continue
      }
    }
    page = stop
  }
  return undefined
}

/** Changes what lies below a pointer; drops the table if nothing is left in it. */
function changeBelow<C>(tables: Tables<C>, table: number, slot: number, level: number, page: number, stop: number, isWhole: boolean, request: ChangeRequest): PageTableError | undefined {
  const { log } = tables
  const { range, mayHaveHoles, flagBits } = request
  const child = tables.ownChildAt(table, slot)
  if (child === undefined) return entryError(tables, table, slot, level, addressIn(range, page), 'already-mapped')
  const isDroppable = flagBits === undefined && !tables.isFixed(level)
  if (isWhole && isDroppable) {
    const error = leaveBehind(tables, child, level - 1, { range, page, holes: mayHaveHoles ? 'skip' : 'refuse', illegal: 'refuse' })
    if (error !== undefined) return error
    tables.write(table, slot, { low: 0, high: 0 })
    return undefined
  }
  const before = log.staleCount
  const error = changeIn(tables, child, level - 1, page, stop, request)
  if (error !== undefined || !isDroppable || !tables.isEmpty(child, level - 1)) return error
  tables.write(table, slot, { low: 0, high: 0 })
  tables.dropTable(child)
  // The pointer itself may be cached, even where no leaf was: the machine must hear of some address below it.
  if (log.staleCount === before) log.stale({ start: addressIn(range, page), size: BigInt(stop - page) << 12n })
  return undefined
}
