// Iteration over what is mapped in a range, in address order and in runs: equal leaves next to each
// other with consecutive frames are told as one. Tables may point anywhere, also to themselves: what
// hardware finds there is told, however much it is, but nothing is searched twice in vain.
import type { PhysAddr, RangeLike, VirtAddr } from '@addrspace/memory-addr'

import type { MappingFlags } from './flags.ts'
import { HIDDEN, LEAF, TABLE } from './format.ts'
import type { Geometry } from './geometry.ts'
import { addressOf, offsetIn, pageOf } from './internal/edge.ts'
import type { TableReader } from './internal/table-reader.ts'
import { progressionLength, zeroRun } from './internal/words.ts'

/** One leaf, or several of the same size and flags with consecutive frames. */
export interface LeafRun {
  /** The first address. */
  readonly start: VirtAddr
  /** Of all leaves together, in bytes. */
  readonly size: bigint
  /** Where it leads: the first byte of the first frame. */
  readonly paddr: PhysAddr
  /** Of each leaf, in bytes. */
  readonly leafSize: bigint
  /** Of each leaf. */
  readonly level: number
  /** What each leaf alone grants. */
  readonly flags: MappingFlags
  /** Whether a use of each is marked. */
  readonly accessed: boolean
  /** Whether a write to each is marked. */
  readonly dirty: boolean
}

/** Which tables are searched. */
export interface LeavesOptions {
  /**
   * `all` (default): whatever hardware would find, also in tables that a guest has let pointers lead
   * to. `own`: only in tables that were made there, which is where changes are made, and where there
   * are never more leaves than tables have entries.
   */
  readonly tables?: 'all' | 'own'
}

/** A run as it is found: all numbers, pages counted from address 0. */
interface PageRun {
  readonly page: number
  /** Of base pages. */
  count: number
  readonly frame: number
  readonly level: number
  readonly flags: MappingFlags
  readonly accessed: boolean
  readonly dirty: boolean
}

/** A search through the tables of one address space. */
interface Search<C> {
  readonly tables: TableReader<C>
  /** Pages [from, to). */
  readonly from: number
  readonly to: number
  /** Only runs that hold this frame; undefined for all. */
  readonly frame: number | undefined
  /** Whether to follow only pointers to tables that were made there, which form a tree. */
  readonly isOwnOnly: boolean
  /** Tables, at a level, below which there is nothing to tell: what keeps a search through cycles short. */
  readonly barren: Set<number>
}

const PAGES = 2 ** 52

/** Leaves below the roots of both halves; with a frame, only those runs that hold it. */
export function* leavesIn<C>(halves: readonly [TableReader<C>, TableReader<C>], range: RangeLike<VirtAddr>, options: LeavesOptions & { readonly frame?: number } = {}): IterableIterator<LeafRun> {
  if (range.start === range.end) return
  const { geometry } = halves[0]
  const first = pageOf(range.start)
  // An end of 2^64 is told as page 0.
  const end = (pageOf(range.end) || PAGES) + (offsetIn(range.end) === 0 ? 0 : 1)
  const barren = new Set<number>()
  let run: PageRun | undefined
  for (const [i, tables] of halves.entries()) {
    const from = Math.max(first, i === 0 ? 0 : PAGES - geometry.lowerPages)
    const to = Math.min(end, i === 0 ? geometry.lowerPages : PAGES)
    if (from >= to) continue
    // The page at which index 0 of the root lies.
    const base = i === 0 ? 0 : PAGES - geometry.spanPages(geometry.levels)
    const search = { tables, from, to, frame: options.frame, isOwnOnly: options.tables === 'own', barren }
    for (const next of runsBelow(search, tables.root, geometry.levels - 1, base)) {
      if (run !== undefined && continues(run, next)) run.count += next.count
      else {
        if (run !== undefined) yield leafRunOf(geometry, run)
        run = next
      }
    }
  }
  if (run !== undefined) yield leafRunOf(geometry, run)
}

function* runsBelow<C>(search: Search<C>, table: number, level: number, base: number): IterableIterator<PageRun> {
  const { tables, from, to, barren } = search
  const { geometry, memory, format } = tables
  if (memory.indexOf(table) < 0 || barren.has(keyOf(table, level))) return
  const span = geometry.spanPages(level)
  const first = from > base ? Math.floor((from - base) / span) : 0
  const last = Math.min(geometry.entries, Math.ceil((to - base) / span))
  let isBarren = first === 0 && last === geometry.entries
  for (let slot = first; slot < last; slot++) {
    // Taken again after every yield: the memory may have grown meanwhile.
    const { words } = memory
    const at = memory.indexOf(table)
    slot += zeroRun(words, at + 2 * slot, last - slot)
    if (slot === last) break
    const kind = format.classify(words[at + 2 * slot]!, words[at + 2 * slot + 1]!, level)
    if (kind === TABLE && level > 0) {
      const child = search.isOwnOnly ? tables.ownChildAt(table, slot) : tables.childAt(table, slot)
      if (child === undefined) continue
      yield* runsBelow(search, child, level - 1, base + slot * span)
      isBarren &&= barren.has(keyOf(child, level - 1))
    } else if (kind === LEAF || kind === HIDDEN) {
      const run = runAt(tables, words, at + 2 * slot, level, last - slot, base + slot * span)
      slot += run.count / span - 1
      if (search.frame !== undefined && (search.frame < run.frame || search.frame >= run.frame + run.count)) continue
      isBarren = false
      yield run
    }
  }
  if (isBarren) barren.add(keyOf(table, level))
}

/** The leaf at a place in a table, and those behind it that continue it. */
function runAt<C>(tables: TableReader<C>, words: Int32Array, at: number, level: number, wanted: number, page: number): PageRun {
  const { geometry, format, accessed, dirty } = tables
  const low = words[at]!
  const high = words[at + 1]!
  const span = geometry.spanPages(level)
  const frame = tables.leafFrameIn(low, high, level)
  const step = tables.frameStep(level)
  // The last frames that the field can tell are followed by a carry, and by no leaf of this run.
  const most = Math.min(wanted, (tables.fieldFrames - frame) / span)
  return {
    page,
    count: progressionLength(words, at, most, step.low, step.high) * span,
    frame,
    level,
    flags: format.flagsOf(low, high, level),
    accessed: (low & accessed.low) !== 0 || (high & accessed.high) !== 0,
    dirty: (low & dirty.low) !== 0 || (high & dirty.high) !== 0,
  }
}

function leafRunOf(geometry: Geometry, { page, count, frame, level, flags, accessed, dirty }: PageRun): LeafRun {
  return { start: addressOf(page) as VirtAddr, size: addressOf(count), paddr: addressOf(frame) as PhysAddr, leafSize: geometry.span(level), level, flags, accessed, dirty }
}

function keyOf(table: number, level: number): number {
  return table * 64 + level
}

function continues(run: PageRun, next: PageRun): boolean {
  return (
    run.page + run.count === next.page &&
    run.frame + run.count === next.frame &&
    run.level === next.level &&
    run.flags === next.flags &&
    run.accessed === next.accessed &&
    run.dirty === next.dirty
  )
}
