// Where free space is looked for: gap after gap that is large enough, found by the largest gap
// per subtree, until the request fits into one. A gap is named by a cursor on the area right of it;
// the gap behind the last area by the place behind that. Subtrees without a large enough gap are
// skipped, so a search costs O(log n) and, besides, the gaps that are large enough but do not fit
// because of alignment, guards or the limit.
import type { AnyAddr, RangeLike } from '@addrspace/memory-addr'

import type { AreaIndex } from '../area-index.ts'
import type { FindFreeOptions } from '../queries.ts'
import { AreaCursor } from './area-cursor.ts'
import { addressOf, endKeyOf, exactKeyOf, FIRST_INEXACT_KEY, isBelow, keyBefore, keyOf, restBefore, restOf, SPACE_END_KEY } from './bound.ts'
import { END as DISTANCE, NODE_BITS, SLOT_MASK as MASK } from './node-store.ts'
import type { NodeStore } from './node-store.ts'

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
const BITS = NODE_BITS
const END = DISTANCE
const SLOT_MASK = MASK

export class GapSearch<F, P, A extends AnyAddr> {
  declare private readonly cursor: AreaCursor<F, P, A>
  /** Upwards 1, downwards -1. */
  #step: 1 | -1 = 1
  // The request in keys; doubles from the beginning, so that the fields are ones for doubles.
  #size = NaN
  #align = NaN
  #inverse = NaN
  #low = NaN
  #high = NaN
  /** The difference of keys from which on a gap is worth a try. */
  #enough = NaN
  /** The request, where keys do not tell it, or the areas, exactly. */
  #request: FreeRequest | undefined = undefined

  constructor(index: AreaIndex<F, P, A>) {
    this.cursor = new AreaCursor(index)
  }

  /** Takes a request whose fit has to be computed with bigints. */
  take(request: FreeRequest, isUp: boolean): void {
    this.#request = request
    this.#step = isUp ? 1 : -1
    this.#size = endKeyOf(request.size)
    this.#low = keyOf(request.low)
    this.#high = endKeyOf(request.high)
    this.#enough = leastKeyGap(this.#size, this.cursor.index.store.hasRests)
  }

  /**
   * Takes a request as the caller gives it, if keys tell all of it and all areas exactly, so that nothing is rounded: no
   * rests, no guards, no gap, no offset. If not, or if something about it is to be refused, gives false.
   */
  takeKeys(size: bigint, options: FindFreeOptions): boolean {
    const { store } = this.cursor.index
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
    this.#step = isUp ? 1 : -1
    this.#size = sizeKey
    this.#align = alignKey
    this.#inverse = 1 / alignKey
    // A size that is no multiple of the alignment fits nowhere, and in an empty range nothing does.
    this.#low = Math.floor(sizeKey * this.#inverse) * alignKey === sizeKey ? low : Infinity
    this.#high = high
    this.#enough = sizeKey
    return true
  }

  /** The lowest address at which the request fits, or downwards the highest; undefined if there is none. */
  find(): bigint | undefined {
    const cursor = this.cursor
    const { store } = cursor.index
    const request = this.#request
    const isUp = this.#step > 0
    if (!(this.#high - this.#low >= this.#size) && request === undefined) return undefined
    const bound = isUp ? this.#low : this.#high
    const boundRest = request === undefined ? 0 : restOf(isUp ? request.low : request.high)
    const key = isUp ? bound : keyBefore(bound, boundRest)
    const rest = isUp ? boundRest : restBefore(bound, boundRest)
    const at = cursor.seek(key, rest)
    if (!isBelow(key, rest, store.bounds[at]!, store.startRest(at))) cursor.path[0] = at + 1
    do {
      const start = request === undefined ? this.#fitInKeys() : this.#fitExactly(request)
      if (start !== undefined) return start
      const left = cursor.at - 1
      if (this.#isBehindArea() && (isUp ? store.bounds[left + END]! > this.#high : store.bounds[left]! < this.#low)) return undefined
    } while (this.#nextGap())
    return undefined
  }

  /** Whether there is an area on the left of the gap. */
  #isBehindArea(): boolean {
    return (this.cursor.at & SLOT_MASK) > 0
  }

  #fitInKeys(): bigint | undefined {
    const cursor = this.cursor
    const { bounds } = cursor.index.store
    const right = cursor.nextArea()
    const from = Math.max(this.#low, this.#isBehindArea() ? bounds[cursor.at - 1 + END]! : 0)
    const until = Math.min(this.#high, right < 0 ? SPACE_END : bounds[right]!)
    if (until - from < this.#size) return undefined
    // What is rounded is exact: the inverse of a power of two is one.
    const start = this.#step > 0 ? Math.ceil(from * this.#inverse) * this.#align : Math.floor((until - this.#size) * this.#inverse) * this.#align
    return start >= from && until - start >= this.#size ? addressOf(start, 0) : undefined
  }

  /** The gap begins behind the area on its left, its guard and the request's own gap, and ends likewise. */
  #fitExactly({ size, align, alignOffset, low, high, gapBelow, gapAbove }: FreeRequest): bigint | undefined {
    const cursor = this.cursor
    const { store } = cursor.index
    const left = cursor.at - 1
    const right = cursor.nextArea()
    const from = this.#isBehindArea() ? max(low, store.endOf(left) + max(store.attributesAt(left).guards.above, gapBelow)) : low
    const end = right < 0 ? high : store.startOf(right) - max(store.attributesAt(right).guards.below, gapAbove)
    const until = end < high ? end : high
    const lowest = this.#step > 0 ? from + ((alignOffset - from) & (align - 1n)) : until - size - ((until - size - alignOffset) & (align - 1n))
    return lowest >= from && lowest + size <= until ? lowest : undefined
  }

  /**
   * Goes to the next gap that is large enough, upwards or downwards; the one behind the last area,
   * or before the first one, counts always.
   *
   * In a node with n entries, what is to be looked at is numbered: 2i is inside entry i (nothing, of
   * an area), 2i + 1 between it and the next one, and 2n - 1 a gap between two nodes further up.
   */
  #nextGap(): boolean {
    const cursor = this.cursor
    const { path, index } = cursor
    const { counts } = index.store
    const step = this.#step
    // The gap in front of the place at the cursor is where the search is.
    let number = 2 * (path[0]! & SLOT_MASK) - 1
    let isPast = false
    for (let level = 0; level <= index.height; level++) {
      const at = path[level]!
      if (level > 0) number = 2 * (at & SLOT_MASK) + (isPast ? 1 : 0)
      if (this.#scan(level, at >> BITS, number + step)) return true
      isPast = number === 2 * counts[at >> BITS]! - 1
    }
    if (step > 0 ? isPast : !this.#isBehindArea()) return false
    path[0] = cursor.seek(step > 0 ? SPACE_END : 0, 0) + (step > 0 ? 1 : 0)
    return true
  }

  /** Looks for a gap in a node from a number on, and goes there. */
  #scan(level: number, node: number, number: number): boolean {
    const { path, index } = this.cursor
    const { bounds, refs, gaps, counts } = index.store
    const enough = this.#enough
    if (gaps[node]! < enough) return false
    const step = this.#step
    const first = node << BITS
    const last = first + counts[node]! - 1
    // Of the first entry perhaps only the second number in this direction is to be looked at.
    let isHalf = (number & 1) === (step > 0 ? 1 : 0)
    for (let at = first + (number >> 1); at >= first && at <= last; at += step) {
      if (!isHalf) at = skip(index.store, level, at, step > 0 ? last : first, step, enough)
      const isInside = level > 0 && gaps[refs[at]!]! >= enough && (!isHalf || step < 0)
      const isBehind = at < last && bounds[at + 1]! - bounds[at + END]! >= enough && (!isHalf || step > 0)
      isHalf = false
      if (!isInside && !isBehind) continue
      path[level] = at
      if (isInside && (step > 0 || !isBehind)) return this.#scan(level - 1, refs[at]!, step > 0 ? 0 : 2 * counts[refs[at]!]! - 2)
      // Behind the last area below the child on the left.
      for (let below = level; below > 0; below--) {
        const child = refs[path[below]!]!
        path[below - 1] = (child << BITS) + counts[child]! - 1
      }
      path[0]!++
      return true
    }
    return false
  }
}

/** The first entry from one on, or the last, that has a large enough gap inside or, perhaps, behind it: a loop of its own, which the engine compiles well. */
function skip<F, P, A extends AnyAddr>({ bounds, refs, gaps }: NodeStore<F, P, A>, level: number, from: number, last: number, step: 1 | -1, enough: number): number {
  let at = from
  if (level === 0) while (at !== last && bounds[at + 1]! - bounds[at + END]! < enough) at += step
  else while (at !== last && bounds[at + 1]! - bounds[at + END]! < enough && gaps[refs[at]!]! < enough) at += step
  return at
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/**
 * A difference of keys that no gap of at least `size` bytes falls below. Where bounds have rests,
 * the keys of a gap are off by less than 2^11 each; a difference from 2^53 on is rounded besides.
 */
function leastKeyGap(size: number, hasRests: boolean): number {
  if (size >= FIRST_INEXACT_KEY) return size * (1 - 2 ** -50) - 4096
  return hasRests ? size - 2048 : size
}
