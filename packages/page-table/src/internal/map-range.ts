// Mapping a range: one descent, whole runs of entries per table, the largest leaves that fit. What
// is in the way refuses the range, and the caller rolls back.
import { formatHex } from '@addrspace/memory-addr'

import { PageTableError } from '../errors.ts'
import { ABSENT, HIDDEN, LEAF, TABLE } from '../format.ts'
import { entryError } from './entry-error.ts'
import type { PageRange } from './range.ts'
import { addressIn } from './range.ts'
import type { Halves } from './halves.ts'
import type { Tables } from './tables.ts'
import { areZero, fillWords } from './table-words.ts'

export interface MapRequest {
  readonly range: PageRange
  /** The frame of the range's first page. */
  readonly frame: number
  /** All bits of a leaf but its frame, by level. */
  readonly leafBits: readonly Halves[]
  /** The level of the largest leaves to use. */
  readonly maxLeafLevel: number
}

/**
 * How many tables the request needs that do not exist yet. O(tables that the range has, or would have).
 * Not counted, 0, where so many are available that it cannot need more.
 */
export function tablesNeeded<C>(tables: Tables<C>, request: MapRequest, available: number): number {
  const { from, to } = request.range
  const { geometry } = tables
  let most = 0
  for (let level = 1; level < geometry.levels; level++) most += Math.ceil((to - from) / geometry.spanPages(level)) + 1
  if (available >= most) return 0
  return needed(tables, tables.root, tables.geometry.levels - 1, from, to, request)
}

/** Counts below a table, or below one that is yet to be taken (`undefined`). */
function needed<C>(tables: Tables<C>, table: number | undefined, level: number, from: number, to: number, request: MapRequest): number {
  if (level === 0) return 0
  const { geometry } = tables
  const span = geometry.spanPages(level)
  let count = 0
  for (let page = from; page < to; ) {
    const run = leafRun(tables, level, page, to, request)
    if (run > 0) {
      page += run * span
      continue
    }
    const stop = Math.min(to, page - (page % span) + span)
    const slot = Math.floor(page / span) % geometry.entries
    const kind = table === undefined ? ABSENT : tables.classAt(table, slot, level)
    if (kind === ABSENT) count += 1 + needed(tables, undefined, level - 1, page, stop, request)
    // Anything else in the way is refused when it is met.
    else if (kind === TABLE && table !== undefined) {
      const child = tables.ownChildAt(table, slot)
      if (child !== undefined) count += needed(tables, child, level - 1, page, stop, request)
    }
    page = stop
  }
  return count
}

/** Writes the leaves; gives the error of what is in the way. */
export function mapRange<C>(tables: Tables<C>, request: MapRequest): PageTableError | undefined {
  const { from, to } = request.range
  return mapIn(tables, tables.root, tables.geometry.levels - 1, from, to, request, false)
}

function mapIn<C>(tables: Tables<C>, table: number, level: number, from: number, to: number, request: MapRequest, isNew: boolean): PageTableError | undefined {
  const { geometry } = tables
  const span = geometry.spanPages(level)
  for (let page = from; page < to; ) {
    const slot = Math.floor(page / span) % geometry.entries
    const run = Math.min(leafRun(tables, level, page, to, request), geometry.entries - slot)
    if (run > 0) {
      const error = writeLeaves(tables, table, level, slot, run, page, request, isNew)
      if (error !== undefined) return error
      page += run * span
      continue
    }
    const stop = Math.min(to, page - (page % span) + span)
    const isChildNew = tables.classAt(table, slot, level) === ABSENT
    const child = childFor(tables, table, slot, level, page, request)
    if (child instanceof PageTableError) return child
    const error = mapIn(tables, child, level - 1, page, stop, request, isChildNew)
    if (error !== undefined) return error
    page = stop
  }
  return undefined
}

/** How many whole entries of this level, from this page on, can be leaves; 0 if a lower level has to do it. */
function leafRun<C>(tables: Tables<C>, level: number, page: number, to: number, request: MapRequest): number {
  if (level > request.maxLeafLevel || !tables.geometry.hasLeaf(level) || tables.isFixed(level)) return 0
  const span = tables.geometry.spanPages(level)
  const frame = request.frame + (page - request.range.from)
  if (page % span !== 0 || frame % span !== 0) return 0
  return Math.floor((to - page) / span)
}

function writeLeaves<C>(tables: Tables<C>, table: number, level: number, slot: number, count: number, page: number, request: MapRequest, isNew: boolean): PageTableError | undefined {
  const { memory, log } = tables
  const at = memory.writableIndexOf(table) + 2 * slot
  // A table taken just now is known to be zero, and noted to be overwritten.
  if (!isNew && areZero(memory, at, count)) log.words.overwriteZeros(table, 2 * slot, 2 * count)
  else if (!isNew) {
    // Words that hardware does not see may be anything; they are overwritten, unless they are ours.
    for (let i = 0; i < count; i++) {
      if (tables.classAt(table, slot + i, level) !== ABSENT) return inTheWay(tables, table, slot + i, level, page + i * tables.geometry.spanPages(level), request)
    }
    log.words.overwrite(table, 2 * slot, 2 * count)
  }
  const bits = request.leafBits[level]!
  const frame = tables.frameBits(request.frame + (page - request.range.from))
  const step = tables.frameStep(level)
  fillWords(memory, at, count, bits.low | frame.low, bits.high | frame.high, step.low, step.high)
  return undefined
}

/** The table below an entry, taken where there is none. */
function childFor<C>(tables: Tables<C>, table: number, slot: number, level: number, page: number, request: MapRequest): number | PageTableError {
  const kind = tables.classAt(table, slot, level)
  if (kind === TABLE) return tables.ownChildAt(table, slot) ?? inTheWay(tables, table, slot, level, page, request)
  if (kind !== ABSENT) return inTheWay(tables, table, slot, level, page, request)
  const child = tables.addTable(table, slot)
  if (child !== undefined) return child
  const vaddr = addressIn(request.range, page)
  return new PageTableError('out-of-frames', tables.shortage(`for a table at ${formatHex(vaddr)}`), { vaddr })
}

/** Names the entry in the way; for a table the first leaf below it, if there is one. */
function inTheWay<C>(tables: Tables<C>, table: number, slot: number, level: number, page: number, request: MapRequest): PageTableError {
  const below = firstLeafBelow(tables, table, slot, level, page) ?? { table, slot, level, page }
  return entryError(tables, below.table, below.slot, below.level, addressIn(request.range, below.page), 'already-mapped')
}

interface Found {
  readonly table: number
  readonly slot: number
  readonly level: number
  readonly page: number
}

function firstLeafBelow<C>(tables: Tables<C>, table: number, slot: number, level: number, page: number): Found | undefined {
  const child = tables.classAt(table, slot, level) === TABLE ? tables.ownChildAt(table, slot) : undefined
  if (child === undefined) return undefined
  const span = tables.geometry.spanPages(level - 1)
  for (let below = 0; below < tables.geometry.entries; below++) {
    const kind = tables.classAt(child, below, level - 1)
    const at = page + below * span
    const found = kind === LEAF || kind === HIDDEN ? { table: child, slot: below, level: level - 1, page: at } : firstLeafBelow(tables, child, below, level - 1, at)
    if (found !== undefined) return found
  }
  return undefined
}
