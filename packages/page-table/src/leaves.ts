// Iteration over what is mapped in a range, in address order and in runs: equal leaves next to each
// other with consecutive frames are told as one. Tables may point anywhere, also to themselves: what
// hardware finds there is told, however much it is, but nothing is searched twice in vain.
import type { PhysAddr, RangeLike, VirtAddr } from '@addrspace/memory-addr'

import type { MappingFlags } from './flags.ts'
import { HIDDEN, LEAF, TABLE } from './format.ts'
import type { Tables } from './internal/tables.ts'
import { halvesOf } from './internal/tables.ts'
import { progressionLength, zeroRun } from './internal/words.ts'

/** One leaf, or several of the same size and flags with consecutive frames. */
export interface LeafRun {
  readonly start: VirtAddr
  /** Of all leaves together, in bytes. */
  readonly size: bigint
  readonly paddr: PhysAddr
  /** Of each leaf, in bytes. */
  readonly leafSize: bigint
  readonly level: number
  readonly flags: MappingFlags
  readonly accessed: boolean
  readonly dirty: boolean
}

/** A search through the tables of one address space. */
interface Search<C> {
  readonly tables: Tables<C>
  readonly from: bigint
  readonly to: bigint
  /** Only runs that hold this frame; undefined for all. */
  readonly frame: number | undefined
  /** Whether to follow only pointers to tables that were made there, which form a tree. */
  readonly isOwnOnly: boolean
  /** Tables, at a level, below which there is nothing to tell: what keeps a search through cycles short. */
  readonly barren: Set<number>
}

export interface LeavesOptions {
  /**
   * `all` (default): whatever hardware would find, also in tables that a guest has let pointers lead
   * to. `own`: only in tables that were made there, which is where changes are made, and where there
   * are never more leaves than tables have entries.
   */
  readonly tables?: 'all' | 'own'
}

/** Leaves below the roots of both halves; with a frame, only those runs that hold it. */
export function* leavesIn<C>(halves: readonly [Tables<C>, Tables<C>], range: RangeLike<VirtAddr>, options: LeavesOptions & { readonly frame?: number } = {}): IterableIterator<LeafRun> {
  const { geometry } = halves[0]
  const { frame } = options
  const isOwnOnly = options.tables === 'own'
  const barren = new Set<number>()
  let run: LeafRun | undefined
  for (const [i, tables] of halves.entries()) {
    const start = i === 0 ? 0n : geometry.upperStart
    const end = i === 0 ? geometry.lowerEnd : 1n << 64n
    const from = range.start > start ? range.start : start
    const to = range.end < end ? range.end : end
    if (from >= to) continue
    // The address at which index 0 of the root lies.
    const base = start - (start % (1n << BigInt(geometry.virtBits)))
    for (const leaves of leavesBelow({ tables, from, to, frame, isOwnOnly, barren }, tables.root, geometry.levels - 1, base)) {
      if (run !== undefined && continues(run, leaves)) run = { ...run, size: run.size + leaves.size }
      else {
        if (run !== undefined) yield run
        run = leaves
      }
    }
  }
  if (run !== undefined) yield run
}

function* leavesBelow<C>(search: Search<C>, table: number, level: number, base: bigint): IterableIterator<LeafRun> {
  const { tables, from, to, barren } = search
  const { geometry, memory, format } = tables
  const seen = memory.chunkOf(table)
  if (seen === undefined || barren.has(keyOf(table, level))) return
  const span = geometry.span(level)
  const first = from > base ? Number((from - base) / span) : 0
  const last = Math.min(geometry.entries, Number((to - base + span - 1n) / span))
  let isBarren = first === 0 && last === geometry.entries
  for (let slot = first; slot < last; slot++) {
    // Taken again after every yield: a window may have grown meanwhile.
    const chunk = memory.chunkOf(table)!
    const at = memory.indexOf(table)
    slot += zeroRun(chunk, at + 2 * slot, last - slot)
    if (slot === last) break
    const kind = format.classify(chunk[at + 2 * slot]!, chunk[at + 2 * slot + 1]!, level)
    if (kind === TABLE && level > 0) {
      const child = search.isOwnOnly ? tables.ownChildAt(table, slot) : tables.childAt(table, slot)
      if (child === undefined) continue
      yield* leavesBelow(search, child, level - 1, base + BigInt(slot) * span)
      isBarren &&= barren.has(keyOf(child, level - 1))
    } else if (kind === LEAF || kind === HIDDEN) {
      const run = runAt(search, table, slot, level, last - slot, base)
      slot += Number(run.size / span) - 1
      if (search.frame !== undefined && !holds(run, search.frame)) continue
      isBarren = false
      yield run
    }
  }
  if (isBarren) barren.add(keyOf(table, level))
}

/** The leaf in a slot, and those behind it in the same table that continue it. */
function runAt<C>(search: Search<C>, table: number, slot: number, level: number, wanted: number, base: bigint): LeafRun {
  const { tables } = search
  const { geometry, memory, format } = tables
  const chunk = memory.chunkOf(table)!
  const at = memory.indexOf(table) + 2 * slot
  const low = chunk[at]!
  const high = chunk[at + 1]!
  const span = geometry.span(level)
  const frame = tables.leafFrameIn(low, high, level)
  const step = tables.frameStep(level)
  // The last frames that the field can tell are followed by a carry, and by no leaf of this run.
  const most = Math.min(wanted, (tables.fieldFrames - frame) / geometry.spanPages(level))
  const count = progressionLength(chunk, at, most, step.low, step.high)
  const accessed = halvesOf(format.accessedBit)
  const dirty = halvesOf(format.dirtyBit)
  return {
    start: (base + BigInt(slot) * span) as VirtAddr,
    size: BigInt(count) * span,
    paddr: (BigInt(frame) << 12n) as PhysAddr,
    leafSize: span,
    level,
    flags: format.flagsOf(low, high, level),
    accessed: (low & accessed.low) !== 0 || (high & accessed.high) !== 0,
    dirty: (low & dirty.low) !== 0 || (high & dirty.high) !== 0,
  }
}

function keyOf(table: number, level: number): number {
  return table * 64 + level
}

function holds(run: LeafRun, frame: number): boolean {
  const paddr = BigInt(frame) << 12n
  return paddr >= run.paddr && paddr < run.paddr + run.size
}

function continues(run: LeafRun, next: LeafRun): boolean {
  return (
    run.start + run.size === next.start &&
    run.paddr + run.size === next.paddr &&
    run.leafSize === next.leafSize &&
    run.flags === next.flags &&
    run.accessed === next.accessed &&
    run.dirty === next.dirty
  )
}
