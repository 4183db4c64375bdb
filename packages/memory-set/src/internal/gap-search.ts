// Where free space is looked for: gap after gap that is large enough, found by the largest gap
// per subtree, until the request fits into one. A gap is named by a cursor on the area left of it;
// the gap before the first area by slot -1. Subtrees without a large enough gap are skipped, so a
// search costs O(log n) and, besides, the gaps that are large enough but do not fit because of
// alignment, guards or the limit.
import type { AnyAddr, RangeLike } from '@addrspace/memory-addr'

import type { AreaIndex } from '../area-index.ts'
import type { FindFreeOptions } from '../queries.ts'
import { AreaCursor } from './area-cursor.ts'
import { addressOf, endKeyOf, exactKeyOf, FIRST_INEXACT_KEY, keyBefore, keyOf, restBefore, restOf, SPACE_END_KEY } from './bound.ts'
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

/** Above 2^53, keys are multiples of this. */
const EXACT_UNIT = 2048
/** A size that is only compared is exact in a double below 2^53. */
const MOST_EXACT = FIRST_INEXACT_KEY
/** The largest alignment that is told apart by integers. */
const MOST_ALIGN = 0x4000_0000
const SPACE_END = SPACE_END_KEY
const SLOTS = LEAF_SLOTS
const BOUNDS = LEAF_BOUNDS
const END = LEAF_END
const CHILDREN = INNER_SLOTS
const CHILD_END = INNER_END
const CHILD_GAP = INNER_GAP
const KEYS = INNER_KEYS

export class GapSearch<F, P, A extends AnyAddr> {
  readonly #cursor: AreaCursor<F, P, A>
  readonly #neighbour: AreaCursor<F, P, A>
  // The request in keys.
  #size: number
  #align: number
  #low: number
  #high: number
  /** The request, where keys do not tell it, or the areas, exactly. */
  #request: FreeRequest | undefined
  /** The difference of keys from which on a gap is worth a try. */
  #enough: number

  constructor(index: AreaIndex<F, P, A>) {
    this.#cursor = new AreaCursor(index)
    this.#neighbour = new AreaCursor(index)
    this.#size = 0
    this.#align = 1
    this.#low = 0
    this.#high = 0
    this.#request = undefined
    this.#enough = 0
  }

  /** Takes a request whose fit has to be computed with bigints. */
  take(request: FreeRequest): void {
    this.#request = request
    this.#size = endKeyOf(request.size)
    this.#low = keyOf(request.low)
    this.#high = endKeyOf(request.high)
    this.#enough = leastKeyGap(this.#size, this.#cursor.index.store.hasRests)
  }

  /**
   * Takes a request as the caller gives it, if keys tell all of it and all areas exactly, so that nothing is rounded: no
   * rests, no guards, no gap, no offset. If not, or if something about it is to be refused, gives false.
   */
  takeKeys(size: bigint, options: FindFreeOptions): boolean {
    const { store } = this.#cursor.index
    const { align, hint } = options
    // Types do not hold everybody.
    const limit = options.limit as RangeLike | null | undefined
    const direction: unknown = options.direction
    if (store.hasRests || store.attributeTable.guarded > 0 || options.alignOffset !== undefined || options.gap !== undefined) return false
    if (limit === null || (direction !== undefined && direction !== 'up' && direction !== 'down')) return false
    const sizeKey = exactKeyOf(size)
    const alignKey = align === undefined ? 1 : exactKeyOf(align)
    const start = limit === undefined ? 0 : exactKeyOf(limit.start)
    const end = limit === undefined ? SPACE_END : exactKeyOf(limit.end)
    const isUp = direction !== 'down'
    const hintKey = hint === undefined ? (isUp ? start : end) : exactKeyOf(hint)
    // Whatever is NaN fails its comparison.
    if (!(sizeKey > 0 && sizeKey < MOST_EXACT && alignKey > 0 && alignKey <= MOST_ALIGN && start < SPACE_END && start <= end && hintKey >= 0)) return false
    if ((alignKey & (alignKey - 1)) !== 0) return false
    // In the upper half of 2^53 and above a key is a multiple of 2048, and so must be what it is computed with.
    if (end > MOST_EXACT && !isUp && sizeKey % EXACT_UNIT !== 0) return false
    const low = isUp && hintKey > start ? hintKey : start
    const high = !isUp && hintKey < end ? hintKey : end
    this.#request = undefined
    this.#size = sizeKey
    this.#align = alignKey
    // A size that is no multiple of the alignment fits nowhere, and in an empty range nothing does.
    this.#low = Math.floor(sizeKey / alignKey) * alignKey === sizeKey ? low : Infinity
    this.#high = high
    this.#enough = sizeKey
    return true
  }

  /** The lowest address at which the request fits, or undefined. */
  lowest(): bigint | undefined {
    const cursor = this.#cursor
    const request = this.#request
    if (!(this.#high - this.#low >= this.#size) && request === undefined) return undefined
    cursor.seek(this.#low, request === undefined ? 0 : restOf(request.low))
    do {
      if (cursor.slot >= 0 && cursor.endKey > this.#high) return undefined
      const start = request === undefined ? this.#lowestInDoubles() : this.#lowestExactly(request)
      if (start !== undefined) return start
    } while (this.#nextGap())
    return undefined
  }

  /** The highest address at which the request fits, or undefined. */
  highest(): bigint | undefined {
    const cursor = this.#cursor
    const request = this.#request
    if (!(this.#high - this.#low >= this.#size) && request === undefined) return undefined
    const highRest = request === undefined || this.#high === SPACE_END ? 0 : restOf(request.high)
    cursor.seek(keyBefore(this.#high, highRest), restBefore(this.#high, highRest))
    do {
      const start = request === undefined ? this.#highestInDoubles() : this.#highestExactly(request)
      if (start !== undefined) return start
      if (cursor.slot >= 0 && cursor.startKey < this.#low) return undefined
    } while (this.#previousGap())
    return undefined
  }

  #lowestInDoubles(): bigint | undefined {
    const cursor = this.#cursor
    const from = Math.max(this.#low, cursor.slot < 0 ? 0 : cursor.endKey)
    const start = Math.ceil(from / this.#align) * this.#align
    const until = Math.min(this.#high, this.#cursor.nextStart())
    return until - start >= this.#size ? addressOf(start, 0) : undefined
  }

  #highestInDoubles(): bigint | undefined {
    const cursor = this.#cursor
    const from = Math.max(this.#low, cursor.slot < 0 ? 0 : cursor.endKey)
    const until = Math.min(this.#high, this.#cursor.nextStart())
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
    return store.attributeTable.at(store.attributes[cursor.leaf * SLOTS + cursor.slot]!).guards
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
    this.#cursor.seek(SPACE_END, 0)
    return true
  }

  #nextGapInLeaf(from: number): boolean {
    const { index, nodes, slots } = this.#cursor
    const { bounds, leafCounts } = index.store
    const first = nodes[0]! * BOUNDS
    const last = leafCounts[nodes[0]!]! - 1
    for (let i = from; i < last; i++) {
      if (bounds[first + i + 1]! - bounds[first + END + i]! >= this.#enough) {
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
    const at = nodes[level]! * KEYS + slot
    if (slot + 1 >= innerCounts[nodes[level]!]!) return false
    if (keys[at + 1]! - keys[at + CHILD_END]! < this.#enough) return this.#gapFromChild(level, slot + 1)
    this.#goToLastOf(level, slot)
    return true
  }

  /** Looks into a child, behind it, into the next one, and so on. */
  #gapFromChild(level: number, from: number): boolean {
    const { index, nodes, slots } = this.#cursor
    const { keys, innerCounts, children } = index.store
    const inner = nodes[level]!
    const first = inner * KEYS
    const count = innerCounts[inner]!
    for (let i = from; i < count; i++) {
      if (keys[first + CHILD_GAP + i]! >= this.#enough) {
        slots[level] = i
        nodes[level - 1] = children[inner * CHILDREN + i]!
        return level === 1 ? this.#nextGapInLeaf(0) : this.#gapFromChild(level - 1, 0)
      }
      if (i + 1 < count && keys[first + i + 1]! - keys[first + CHILD_END + i]! >= this.#enough) {
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
    const first = nodes[0]! * BOUNDS
    for (let i = from; i >= 0; i--) {
      if (bounds[first + i + 1]! - bounds[first + END + i]! >= this.#enough) {
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
    const first = inner * KEYS
    for (let i = from; i >= 0; i--) {
      if (i + 1 < innerCounts[inner]! && keys[first + i + 1]! - keys[first + CHILD_END + i]! >= this.#enough) {
        this.#goToLastOf(level, i)
        return true
      }
      if (keys[first + CHILD_GAP + i]! >= this.#enough) {
        slots[level] = i
        const child = children[inner * CHILDREN + i]!
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
      const node = store.children[nodes[below + 1]! * CHILDREN + slots[below + 1]!]!
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
