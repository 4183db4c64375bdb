// Where free space is looked for: gap after gap that is large enough, found by the largest gap
// per subtree, until the request fits into one. A gap is named by a cursor on the area left of it;
// the gap before the first area by slot -1. Subtrees without a large enough gap are skipped, so a
// search costs O(log n) and, besides, the gaps that are large enough but do not fit because of
// alignment, guards or the limit.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from '../area-index.ts'
import { AreaCursor } from './area-cursor.ts'
import { addressOf, endKeyOf, FIRST_INEXACT_KEY, keyBefore, keyOf, restBefore, restOf, SPACE_END_KEY } from './bound.ts'
import { INNER_END, INNER_GAP, INNER_KEYS, INNER_SLOTS, LEAF_BOUNDS, LEAF_END, LEAF_SLOTS } from './node-store.ts'

/** What is looked for: all values checked, `low` < `high`, size above 0 and a multiple of the alignment. */
export interface FreeRequest {
  /** In bytes. */
  readonly size: bigint
  /** A power of two. */
  readonly align: bigint
  /** What the start is modulo `align`. */
  readonly alignOffset: bigint
  /** The result lies in [low, high). */
  readonly low: bigint
  readonly high: bigint
  /** Bytes that stay free next to the result. */
  readonly gapBelow: bigint
  readonly gapAbove: bigint
}

/** All that a fit is computed with is a multiple of this, or below 2^53: then doubles are exact. */
const EXACT_UNIT = 2048

export class GapSearch<F, P, A extends AnyAddr> {
  readonly #cursor: AreaCursor<F, P, A>
  readonly #neighbour: AreaCursor<F, P, A>
  // The request in keys.
  #size: number
  #align: number
  #low: number
  #high: number
  /** The difference of keys from which on a gap is worth a try. */
  #enough: number

  constructor(index: AreaIndex<F, P, A>) {
    this.#cursor = new AreaCursor(index)
    this.#neighbour = new AreaCursor(index)
    this.#size = 0
    this.#align = 1
    this.#low = 0
    this.#high = 0
    this.#enough = 0
  }

  /** The lowest address at which the request fits, or undefined. */
  lowest(request: FreeRequest): bigint | undefined {
    const cursor = this.#cursor
    this.#take(request)
    const inDoubles = this.#fitsInDoubles(request)
    cursor.seek(this.#low, restOf(request.low))
    do {
      if (cursor.slot >= 0 && cursor.endKey > this.#high) return undefined
      const start = inDoubles ? this.#lowestInDoubles() : this.#lowestExactly(request)
      if (start !== undefined) return start
    } while (this.#nextGap())
    return undefined
  }

  /** The highest address at which the request fits, or undefined. */
  highest(request: FreeRequest): bigint | undefined {
    const cursor = this.#cursor
    this.#take(request)
    const highRest = this.#high === SPACE_END_KEY ? 0 : restOf(request.high)
    const inDoubles = this.#fitsInDoubles(request) && (this.#high <= FIRST_INEXACT_KEY || this.#size % EXACT_UNIT === 0)
    cursor.seek(keyBefore(this.#high, highRest), restBefore(this.#high, highRest))
    do {
      const start = inDoubles ? this.#highestInDoubles() : this.#highestExactly(request)
      if (start !== undefined) return start
      if (cursor.slot >= 0 && cursor.startKey < this.#low) return undefined
    } while (this.#previousGap())
    return undefined
  }

  #take(request: FreeRequest): void {
    this.#size = endKeyOf(request.size)
    this.#align = keyOf(request.align)
    this.#low = keyOf(request.low)
    this.#high = endKeyOf(request.high)
    this.#enough = leastKeyGap(this.#size, this.#cursor.index.store.hasRests)
  }

  /** Whether no rounding can happen: see EXACT_UNIT; a size is only compared, and exact below 2^53. */
  #fitsInDoubles(request: FreeRequest): boolean {
    const { store } = this.#cursor.index
    if (store.hasRests || store.attributeTable.guarded > 0) return false
    if (request.alignOffset !== 0n || request.gapBelow !== 0n || request.gapAbove !== 0n) return false
    if (this.#size >= FIRST_INEXACT_KEY) return false
    return restOf(request.high) === 0 && restOf(request.low) === 0
  }

  #lowestInDoubles(): bigint | undefined {
    const cursor = this.#cursor
    const from = Math.max(this.#low, cursor.slot < 0 ? 0 : cursor.endKey)
    const start = Math.ceil(from / this.#align) * this.#align
    const until = Math.min(this.#high, this.#nextStartKey())
    return until - start >= this.#size ? addressOf(start, 0) : undefined
  }

  #highestInDoubles(): bigint | undefined {
    const cursor = this.#cursor
    const from = Math.max(this.#low, cursor.slot < 0 ? 0 : cursor.endKey)
    const until = Math.min(this.#high, this.#nextStartKey())
    const start = Math.floor((until - this.#size) / this.#align) * this.#align
    return start >= from ? addressOf(start, 0) : undefined
  }

  #lowestExactly(request: FreeRequest): bigint | undefined {
    const from = this.#clearFrom(request)
    const over = (from - request.alignOffset) & (request.align - 1n)
    const start = over === 0n ? from : from + request.align - over
    return start + request.size <= this.#clearUntil(request) ? start : undefined
  }

  #highestExactly(request: FreeRequest): bigint | undefined {
    const until = this.#clearUntil(request) - request.size
    const start = until - ((until - request.alignOffset) & (request.align - 1n))
    return start >= this.#clearFrom(request) ? start : undefined
  }

  /** Where the gap begins for this request: behind the area on its left, its guard, and the request's own gap. */
  #clearFrom(request: FreeRequest): bigint {
    const cursor = this.#cursor
    if (cursor.slot < 0) return request.low
    const guard = this.#guardsAt(cursor).above
    const from = addressOf(cursor.endKey, cursor.endRest) + (guard > request.gapBelow ? guard : request.gapBelow)
    return from > request.low ? from : request.low
  }

  /** Where it ends. */
  #clearUntil(request: FreeRequest): bigint {
    const right = this.#neighbour
    right.copyFrom(this.#cursor)
    if (!right.next()) return request.high
    const guard = this.#guardsAt(right).below
    const until = addressOf(right.startKey, right.startRest) - (guard > request.gapAbove ? guard : request.gapAbove)
    return until < request.high ? until : request.high
  }

  #guardsAt(cursor: AreaCursor<F, P, A>): { readonly below: bigint; readonly above: bigint } {
    const { store } = cursor.index
    return store.attributeTable.at(store.attributes[cursor.leaf * LEAF_SLOTS + cursor.slot]!).guards
  }

  /** The start of the area right of the gap, or the end of the space. */
  #nextStartKey(): number {
    const { index, nodes, slots } = this.#cursor
    const { store, height } = index
    if (slots[0]! + 1 < store.leafCounts[nodes[0]!]!) return store.bounds[nodes[0]! * LEAF_BOUNDS + slots[0]! + 1]!
    for (let level = 1; level <= height; level++) {
      const slot = slots[level]! + 1
      if (slot < store.innerCounts[nodes[level]!]!) return store.keys[nodes[level]! * INNER_KEYS + slot]!
    }
    return SPACE_END_KEY
  }

  /** Goes to the next gap that is large enough; the one behind the last area counts always. */
  #nextGap(): boolean {
    const { index, nodes, slots } = this.#cursor
    const { store, height } = index
    if (index.count === 0) return false
    // The gap behind the last entry of a node is one between two children further up.
    let isPast = slots[0] === store.leafCounts[nodes[0]!]! - 1
    if (!isPast && this.#nextGapInLeaf(slots[0]! + 1)) return true
    for (let level = 1; level <= height; level++) {
      if (isPast ? this.#gapFromChild(level, slots[level]! + 1) : this.#gapBehindChild(level, slots[level]!)) return true
      isPast &&= slots[level] === store.innerCounts[nodes[level]!]! - 1
    }
    if (isPast) return false
    this.#cursor.seek(SPACE_END_KEY, 0)
    return true
  }

  #nextGapInLeaf(from: number): boolean {
    const { index, nodes, slots } = this.#cursor
    const { bounds, leafCounts } = index.store
    const first = nodes[0]! * LEAF_BOUNDS
    const last = leafCounts[nodes[0]!]! - 1
    for (let i = from; i < last; i++) {
      if (bounds[first + i + 1]! - bounds[first + LEAF_END + i]! >= this.#enough) {
        slots[0] = i
        return true
      }
    }
    return false
  }

  /** Looks behind a child of the path's node at this level, then into the children right of it and behind them. */
  #gapBehindChild(level: number, slot: number): boolean {
    const { index, nodes } = this.#cursor
    const { keys, innerCounts } = index.store
    const at = nodes[level]! * INNER_KEYS + slot
    if (slot + 1 >= innerCounts[nodes[level]!]!) return false
    if (keys[at + 1]! - keys[at + INNER_END]! < this.#enough) return this.#gapFromChild(level, slot + 1)
    this.#goToLastOf(level, slot)
    return true
  }

  /** Looks into a child, behind it, into the next one, and so on. */
  #gapFromChild(level: number, from: number): boolean {
    const { index, nodes, slots } = this.#cursor
    const { keys, innerCounts, children } = index.store
    const inner = nodes[level]!
    const first = inner * INNER_KEYS
    const count = innerCounts[inner]!
    for (let i = from; i < count; i++) {
      if (keys[first + INNER_GAP + i]! >= this.#enough) {
        slots[level] = i
        nodes[level - 1] = children[inner * INNER_SLOTS + i]!
        return level === 1 ? this.#nextGapInLeaf(0) : this.#gapFromChild(level - 1, 0)
      }
      if (i + 1 < count && keys[first + i + 1]! - keys[first + INNER_END + i]! >= this.#enough) {
        this.#goToLastOf(level, i)
        return true
      }
    }
    return false
  }

  /** Goes to the previous gap that is large enough; the one before the first area counts always. */
  #previousGap(): boolean {
    const { index, slots } = this.#cursor
    if (slots[0]! < 0) return false
    if (this.#previousGapInLeaf(slots[0]! - 1)) return true
    for (let level = 1; level <= index.height; level++) {
      if (this.#gapUpToChild(level, slots[level]! - 1)) return true
    }
    this.#cursor.seek(0, 0)
    slots[0] = -1
    return true
  }

  #previousGapInLeaf(from: number): boolean {
    const { index, nodes, slots } = this.#cursor
    const { bounds } = index.store
    const first = nodes[0]! * LEAF_BOUNDS
    for (let i = from; i >= 0; i--) {
      if (bounds[first + i + 1]! - bounds[first + LEAF_END + i]! >= this.#enough) {
        slots[0] = i
        return true
      }
    }
    return false
  }

  /** Looks behind a child, into it, behind the one left of it, and so on. */
  #gapUpToChild(level: number, from: number): boolean {
    const { index, nodes, slots } = this.#cursor
    const { keys, innerCounts, leafCounts, children } = index.store
    const inner = nodes[level]!
    const first = inner * INNER_KEYS
    for (let i = from; i >= 0; i--) {
      if (i + 1 < innerCounts[inner]! && keys[first + i + 1]! - keys[first + INNER_END + i]! >= this.#enough) {
        this.#goToLastOf(level, i)
        return true
      }
      if (keys[first + INNER_GAP + i]! >= this.#enough) {
        slots[level] = i
        const child = children[inner * INNER_SLOTS + i]!
        nodes[level - 1] = child
        return level === 1 ? this.#previousGapInLeaf(leafCounts[child]! - 2) : this.#gapUpToChild(level - 1, innerCounts[child]! - 1)
      }
    }
    return false
  }

  /** Goes to the last area below a child: the one left of the gap between the child and its right sibling. */
  #goToLastOf(level: number, slot: number): void {
    const { index, nodes, slots } = this.#cursor
    const { store } = index
    slots[level] = slot
    for (let below = level - 1; below >= 0; below--) {
      const node = store.children[nodes[below + 1]! * INNER_SLOTS + slots[below + 1]!]!
      nodes[below] = node
      slots[below] = (below === 0 ? store.leafCounts[node]! : store.innerCounts[node]!) - 1
    }
  }
}

/**
 * A difference of keys that no gap of at least `size` bytes falls below. Where bounds have rests,
 * the keys of a gap are off by less than 2^11 each; a difference from 2^53 on is rounded besides.
 */
function leastKeyGap(size: number, hasRests: boolean): number {
  if (size >= FIRST_INEXACT_KEY) return size * (1 - 2 ** -50) - 4096
  return hasRests ? size - 2048 : size
}
