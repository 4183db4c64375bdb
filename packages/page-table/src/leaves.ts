// Iteration over what is mapped in a range, in address order and in runs: equal leaves next to each
// other with consecutive frames are told as one.
import { checkRange } from '@addrspace/memory-addr'
import type { PhysAddr, RangeLike, VirtAddr } from '@addrspace/memory-addr'

import type { MappingFlags } from './flags.ts'
import { HIDDEN, LEAF, TABLE } from './format.ts'
import type { Tables } from './internal/tables.ts'
import { halvesOf } from './internal/tables.ts'
import { areZero } from './internal/words.ts'

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

export function* leavesIn<C>(tables: Tables<C>, roots: readonly number[], range: RangeLike<VirtAddr>): IterableIterator<LeafRun> {
  checkRange(range, 'range')
  const { geometry } = tables
  const halves: readonly [bigint, bigint][] = [
    [0n, geometry.lowerEnd],
    [geometry.upperStart, 1n << 64n],
  ]
  let run: LeafRun | undefined
  for (const [i, [start, end]] of halves.entries()) {
    const from = range.start > start ? range.start : start
    const to = range.end < end ? range.end : end
    if (from >= to) continue
    const root = roots[geometry.roots === 2 ? i : 0]!
    for (const leaf of leavesBelow(tables, root, geometry.levels - 1, baseOf(geometry.virtBits, start), from, to)) {
      if (run !== undefined && continues(run, leaf)) run = { ...run, size: run.size + leaf.size }
      else {
        if (run !== undefined) yield run
        run = leaf
      }
    }
  }
  if (run !== undefined) yield run
}

/** The address at which index 0 of the root lies, for the half that starts at `start`. */
function baseOf(virtBits: number, start: bigint): bigint {
  return start - (start % (1n << BigInt(virtBits)))
}

function* leavesBelow<C>(tables: Tables<C>, table: number, level: number, base: bigint, from: bigint, to: bigint): IterableIterator<LeafRun> {
  const { geometry, memory, format } = tables
  const span = geometry.span(level)
  const chunk = memory.chunkOf(table)
  if (chunk === undefined) return
  const at = memory.indexOf(table)
  const first = from > base ? Number((from - base) / span) : 0
  const last = Math.min(geometry.entries, Number((to - base + span - 1n) / span))
  if (areZero(chunk, at + 2 * first, last - first)) return
  const seen = { accessed: halvesOf(format.accessedBit), dirty: halvesOf(format.dirtyBit) }
  for (let slot = first; slot < last; slot++) {
    const low = chunk[at + 2 * slot]!
    const high = chunk[at + 2 * slot + 1]!
    const start = (base + BigInt(slot) * span) as VirtAddr
    const kind = format.classify(low, high, level)
    if (kind === TABLE) {
      const child = tables.childAt(table, slot)
      if (child !== undefined) yield* leavesBelow(tables, child, level - 1, start, from, to)
    } else if (kind === LEAF || kind === HIDDEN) {
      yield {
        start,
        size: span,
        paddr: (BigInt(tables.leafFrameIn(low, high, level)) << 12n) as PhysAddr,
        leafSize: span,
        level,
        flags: format.flagsOf(low, high, level),
        accessed: (low & seen.accessed.low) !== 0 || (high & seen.accessed.high) !== 0,
        dirty: (low & seen.dirty.low) !== 0 || (high & seen.dirty.high) !== 0,
      }
    }
  }
}

function continues(run: LeafRun, leaf: LeafRun): boolean {
  return (
    run.start + run.size === leaf.start &&
    run.paddr + run.size === leaf.paddr &&
    run.leafSize === leaf.leafSize &&
    run.flags === leaf.flags &&
    run.accessed === leaf.accessed &&
    run.dirty === leaf.dirty
  )
}
