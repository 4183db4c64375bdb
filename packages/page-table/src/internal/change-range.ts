// Changing what is mapped in a range, that is unmapping or protecting it: one descent, whole runs of
// equal entries per table. A huge leaf that the range cuts is split; a table that is unmapped whole
// is dropped with its pointer, untouched; one that has become empty goes too.
import { formatHex } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'

import { PageTableError } from '../errors.ts'
import { ABSENT, HIDDEN, INVALID, LEAF, TABLE } from '../format.ts'
import { entryError } from './map-range.ts'
import type { PageRange } from './range.ts'
import { addressIn } from './range.ts'
import type { Halves, Tables } from './tables.ts'
import { halvesOf, wordOf } from './tables.ts'
import { areZero, fillProgression, rewrite, runLength } from './words.ts'

export interface ChangeRequest {
  readonly range: PageRange
  readonly mayHaveHoles: boolean
  /** What a leaf's flag bits become, by level; undefined to unmap. */
  readonly flagBits: readonly FlagBits[] | undefined
}

export interface FlagBits {
  readonly set: Halves
  readonly mask: Halves
}

/** How many tables splitting the huge leaves takes that the range cuts; at most one leaf at either end. */
export function tablesForSplits<C>(tables: Tables<C>, root: number, range: PageRange): number {
  const top = tables.geometry.levels - 1
  return splits(tables, root, top, range.from, range.to)
}

/** Counts below a table. Only the entries that hold the range's ends can be cut. */
function splits<C>(tables: Tables<C>, table: number, level: number, from: number, to: number): number {
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
    if (kind === LEAF || kind === HIDDEN) count += splitsOfLeaf(tables, level, cutFrom - start, cutTo - start)
    else if (kind === TABLE) {
      const child = tables.childAt(table, slot)
      if (child !== undefined) count += splits(tables, child, level - 1, cutFrom, cutTo)
    }
  }
  return count
}

/** How many tables one leaf needs of which pages [from, to) are cut out. */
function splitsOfLeaf<C>(tables: Tables<C>, level: number, from: number, to: number): number {
  const span = tables.geometry.spanPages(level)
  if (level === 0 || (from === 0 && to === span)) return 0
  const below = tables.geometry.spanPages(level - 1)
  const first = from - (from % below)
  const last = to - 1 - ((to - 1) % below)
  let count = 1
  for (const start of first === last ? [first] : [first, last]) {
    count += splitsOfLeaf(tables, level - 1, Math.max(from, start) - start, Math.min(to, start + below) - start)
  }
  return count
}

/** Makes the change; gives the error of a hole, an illegal entry, or a table that could not be had. */
export function changeRange<C>(tables: Tables<C>, root: number, request: ChangeRequest): PageTableError | undefined {
  const { from, to } = request.range
  return changeIn(tables, root, tables.geometry.levels - 1, from, to, request)
}

function changeIn<C>(tables: Tables<C>, table: number, level: number, from: number, to: number, request: ChangeRequest): PageTableError | undefined {
  const { geometry } = tables
  const span = geometry.spanPages(level)
  for (let page = from; page < to; ) {
    const slot = Math.floor(page / span) % geometry.entries
    const start = page - (page % span)
    const stop = Math.min(to, start + span)
    const isWhole = page === start && stop === start + span
    switch (tables.classAt(table, slot, level)) {
      case ABSENT: {
        if (!request.mayHaveHoles) return entryError(tables, table, slot, level, addressIn(request.range, page), 'not-mapped')
        page = start + absentRun(tables, table, slot, level, Math.ceil((to - start) / span)) * span
        continue
      }
      case INVALID:
        return entryError(tables, table, slot, level, addressIn(request.range, page), 'already-mapped')
      case TABLE: {
        const error = changeBelow(tables, table, slot, level, page, stop, isWhole, request)
        if (error !== undefined) return error
        break
      }
      case LEAF:
      case HIDDEN: {
        if (isWhole) {
          const run = leafRun(tables, table, slot, level, Math.floor((to - page) / span))
          changeLeaves(tables, table, slot, level, run, page, request)
          page += run * span
          continue
        }
        const error = split(tables, table, slot, level, start, request)
        if (error !== undefined) return error
        // The entry is a table now, and is looked at again.
        continue
      }
    }
    page = stop
  }
  return undefined
}

/** How many absent entries follow one another, that one included. */
function absentRun<C>(tables: Tables<C>, table: number, slot: number, level: number, wanted: number): number {
  const { memory, geometry } = tables
  const most = Math.min(wanted, geometry.entries - slot)
  if (areZero(memory.chunkOf(table)!, memory.indexOf(table) + 2 * slot, most)) return most
  let run = 1
  while (run < most && tables.classAt(table, slot + run, level) === ABSENT) run++
  return run
}

/** How many leaves of equal bits follow one another, frame, accessed and dirty aside. */
function leafRun<C>(tables: Tables<C>, table: number, slot: number, level: number, wanted: number): number {
  const { memory, geometry, format } = tables
  const frame = tables.frameMask(level)
  const seen = halvesOf(format.accessedBit | format.dirtyBit)
  const most = Math.min(wanted, geometry.entries - slot)
  const equal = runLength(memory.chunkOf(table)!, memory.indexOf(table) + 2 * slot, most, ~(frame.low | seen.low), ~(frame.high | seen.high))
  if (level === 0) return equal
  // A huge leaf may be illegal by its frame alone, and a hidden one then be none.
  const kind = tables.classAt(table, slot, level)
  let run = 1
  while (run < equal && tables.classAt(table, slot + run, level) === kind) run++
  return run
}

function changeLeaves<C>(tables: Tables<C>, table: number, slot: number, level: number, count: number, page: number, request: ChangeRequest): void {
  const { memory, log, format, geometry } = tables
  const chunk = memory.writableChunkOf(table)!
  const at = memory.indexOf(table) + 2 * slot
  const low = chunk[at]!
  const high = chunk[at + 1]!
  const flags = request.flagBits?.[level]
  if (flags !== undefined && (low & flags.mask.low) === flags.set.low && (high & flags.mask.high) === flags.set.high) return
  const isLive = format.classify(low, high, level) === LEAF
  const vaddr = addressIn(request.range, page)
  if (isLive) log.stale({ start: vaddr, size: BigInt(count * geometry.spanPages(level)) << 12n })
  log.overwrite(table, chunk, 2 * slot, 2 * count)
  if (flags === undefined) {
    chunk.fill(0, at, at + 2 * count)
    return
  }
  const changed = wordOf((low & ~flags.mask.low) | flags.set.low, (high & ~flags.mask.high) | flags.set.high)
  if (isLive && format.needsBreak(wordOf(low, high), changed, level)) breakLeaves(tables, table, slot, level, count, vaddr, flags)
  rewrite(chunk, at, count, ~flags.mask.low, ~flags.mask.high, flags.set.low, flags.set.high)
}

/** Tells of each leaf that has to be broken before it is made again. */
function breakLeaves<C>(tables: Tables<C>, table: number, slot: number, level: number, count: number, vaddr: VirtAddr, flags: FlagBits): void {
  const mask = wordOf(flags.mask.low, flags.mask.high)
  const set = wordOf(flags.set.low, flags.set.high)
  const size = tables.geometry.span(level)
  for (let i = 0; i < count; i++) {
    const oldWord = tables.wordAt(table, slot + i)
    const range = { start: (vaddr + BigInt(i) * size) as VirtAddr, size }
    tables.log.break({ entry: tables.entryAddress(table, slot + i), oldWord, newWord: (oldWord & ~mask) | set, range })
  }
}

/** Changes what lies below a pointer; drops the table if nothing is left in it. */
function changeBelow<C>(tables: Tables<C>, table: number, slot: number, level: number, page: number, stop: number, isWhole: boolean, request: ChangeRequest): PageTableError | undefined {
  const child = tables.childAt(table, slot)
  if (child === undefined) return entryError(tables, table, slot, level, addressIn(request.range, page), 'already-mapped')
  const isUnmapping = request.flagBits === undefined
  // A table that somebody else may point to as well is emptied, and stays.
  const isDroppable = isUnmapping && tables.owned.has(child) && !tables.isPinned(table, slot)
  if (isWhole && isDroppable) {
    const error = leaveBehind(tables, child, level - 1, page, request)
    if (error !== undefined) return error
    tables.write(table, slot, { low: 0, high: 0 })
    return undefined
  }
  const error = changeIn(tables, child, level - 1, page, stop, request)
  if (error !== undefined || !isDroppable || !tables.isEmpty(child)) return error
  tables.write(table, slot, { low: 0, high: 0 })
  tables.dropTable(child)
  return undefined
}

/** Notes what goes with a table whose pointer is about to be cleared, without touching its words. */
function leaveBehind<C>(tables: Tables<C>, table: number, level: number, page: number, request: ChangeRequest): PageTableError | undefined {
  const { geometry, log } = tables
  const span = geometry.spanPages(level)
  for (let slot = 0; slot < geometry.entries; ) {
    const start = page + slot * span
    switch (tables.classAt(table, slot, level)) {
      case ABSENT:
        if (!request.mayHaveHoles) return entryError(tables, table, slot, level, addressIn(request.range, start), 'not-mapped')
        slot += absentRun(tables, table, slot, level, geometry.entries)
        break
      case INVALID:
        return entryError(tables, table, slot, level, addressIn(request.range, start), 'already-mapped')
      case TABLE: {
        const child = tables.childAt(table, slot)
        if (child === undefined) return entryError(tables, table, slot, level, addressIn(request.range, start), 'already-mapped')
        const error = leaveBehind(tables, child, level - 1, start, request)
        if (error !== undefined) return error
        slot++
        break
      }
      case LEAF: {
        const run = leafRun(tables, table, slot, level, geometry.entries)
        log.stale({ start: addressIn(request.range, start), size: BigInt(run * span) << 12n })
        slot += run
        break
      }
      case HIDDEN:
        slot += leafRun(tables, table, slot, level, geometry.entries)
        break
    }
  }
  tables.dropTable(table)
  return undefined
}

/** Replaces a huge leaf by a table of leaves one level below that say the same. */
function split<C>(tables: Tables<C>, table: number, slot: number, level: number, page: number, request: ChangeRequest): PageTableError | undefined {
  const { memory, format, geometry, log } = tables
  const word = tables.wordAt(table, slot)
  const { low, high } = halvesOf(word)
  // The leaf may begin below the range; its address is the range's, aligned down.
  const vaddr = addressIn(request.range, page)
  const child = tables.takeTable()
  if (child === undefined) return new PageTableError('out-of-frames', `no frame is left to split the leaf at ${formatHex(vaddr)}`, { vaddr, level })
  const bits = halvesOf(format.splitBits(word, level))
  const frame = tables.frameBits(tables.leafFrameIn(low, high, level))
  const step = tables.frameStep(level - 1)
  fillProgression(memory.writableChunkOf(child)!, memory.indexOf(child), geometry.entries, bits.low | frame.low, bits.high | frame.high, step.low, step.high)
  const isLive = format.classify(low, high, level) === LEAF
  tables.link(table, slot, child)
  const newWord = tables.wordAt(table, slot)
  if (isLive && format.needsBreak(word, newWord, level)) {
    const range = { start: vaddr, size: geometry.span(level) }
    log.stale(range)
    log.break({ entry: tables.entryAddress(table, slot), oldWord: word, newWord, range })
  }
  return undefined
}
