// What a change leaves stale in a machine's TLB. A table collects it and tells its sink once, when
// the change is committed and before frames return to the allocator.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

/**
 * Virtual addresses whose translations may be cached although they no longer hold. Whatever was
 * cached of them goes: leaves of any size that hold one of them, and pointers on the way there.
 */
export interface StaleRange {
  /** The first address. */
  readonly start: VirtAddr
  /** In bytes. */
  readonly size: bigint
}

/**
 * An entry that was live before the change, is another live one after it, and may not be replaced in one
 * write: it is made invalid, the range invalidated, and then made anew, in this order.
 */
export interface BreakStep {
  /** Where the entry lies. */
  readonly entry: PhysAddr
  /** The live word before the change. */
  readonly oldWord: bigint
  /** The live word after it. */
  readonly newWord: bigint
  /** What the entry spans, to be invalidated between the two. */
  readonly range: StaleRange
}

/** What one committed change has left stale. */
export interface Invalidations {
  /** Merged, disjoint, in ascending order. */
  readonly ranges: readonly StaleRange[]
  /** At most one of an entry, whatever happened in between; in ascending order of their ranges, which are in `ranges` too. */
  readonly breaks: readonly BreakStep[]
  /**
   * Whether tables go back to the allocator, so that pointers to them must be dropped too. A RISC-V
   * SFENCE.VMA with an address orders only leaves: there, all of the address space is to be fenced.
   */
  readonly dropsTables: boolean
}

/**
 * Is told of every change that can have left something stale. It must not change the table, which
 * throws a TypeError then. What it throws reaches the caller of the change, which stands.
 */
export type InvalidationSink = (invalidations: Invalidations) => void

/** Sorts ranges and joins those that touch. */
export function mergeRanges(ranges: readonly StaleRange[]): StaleRange[] {
  const sorted = [...ranges].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  const merged: StaleRange[] = []
  for (const range of sorted) {
    const last = merged.at(-1)
    if (last === undefined || last.start + last.size < range.start) {
      merged.push(range)
      continue
    }
    const end = range.start + range.size
    if (end > last.start + last.size) merged[merged.length - 1] = { start: last.start, size: end - last.start }
  }
  return merged
}
