// Dropping a table with all that lies below it, words untouched: its pointer is cleared by the caller,
// the tables are given back at commit, and what hardware may have cached of them is noted.
import type { PageTableError } from '../errors.ts'
import { ABSENT, INVALID, TABLE } from '../format.ts'
import { addressOf } from './edge.ts'
import { entryError } from './entry-error.ts'
import type { PageRange } from './range.ts'
import { addressIn } from './range.ts'
import { absentRun, leafRun } from './runs.ts'
import type { Tables } from './tables.ts'

export interface LeaveRequest {
  readonly range: PageRange
  /** The page at which index 0 of the table lies. */
  readonly page: number
  readonly holes: 'refuse' | 'skip'
  /** What to do with an entry that is none, or points to a table that is not ours here; skipped, it counts as stale. */
  readonly illegal: 'refuse' | 'skip'
}

/** Drops a table and all below it. */
export function leaveBehind<C>(tables: Tables<C>, table: number, level: number, request: LeaveRequest): PageTableError | undefined {
  const { log, geometry } = tables
  const before = log.staleCount
  const error = leaveSlots(tables, table, level, 0, geometry.entries, request)
  if (error !== undefined) return error
  // A pointer to a table with nothing in it may be cached as well.
  if (log.staleCount === before) log.stale({ start: addressIn(request.range, request.page), size: geometry.span(level + 1) })
  tables.dropTable(table)
  return undefined
}

/** Drops all below slots [first, end) of a table, but not the table. */
export function leaveSlots<C>(tables: Tables<C>, table: number, level: number, first: number, end: number, request: LeaveRequest): PageTableError | undefined {
  const { geometry, log } = tables
  const { range } = request
  const span = geometry.spanPages(level)
  for (let slot = first; slot < end; ) {
    const page = request.page + slot * span
    const kind = tables.classAt(table, slot, level)
    if (kind === ABSENT) {
      if (request.holes === 'refuse') return entryError(tables, table, slot, level, addressIn(range, page), 'not-mapped')
      slot += absentRun(tables, table, slot, level, end - slot)
      continue
    }
    const child = kind === TABLE ? tables.ownChildAt(table, slot) : undefined
    if (child !== undefined) {
      const error = leaveBehind(tables, child, level - 1, { range, page, holes: request.holes, illegal: request.illegal })
      if (error !== undefined) return error
      slot++
      continue
    }
    const isIllegal = kind === INVALID || kind === TABLE
    if (isIllegal && request.illegal === 'refuse') return entryError(tables, table, slot, level, addressIn(range, page), 'already-mapped')
    const run = isIllegal ? 1 : leafRun(tables, table, slot, level, end - slot)
    // Leaves that hardware does not see are told too: the pointer to their table may be cached.
    if (kind !== INVALID) log.stale({ start: addressIn(range, page), size: addressOf(run * span) })
    slot += run
  }
  return undefined
}
