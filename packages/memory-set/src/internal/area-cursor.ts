// A place in the index, with the path from the root to it. Valid until the index changes (its
// `version`).
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from '../area-index.ts'
import { isBelow } from './bound.ts'
import { END as DISTANCE, lastFrom, NODE_BITS, SLOT_MASK as MASK } from './node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const BITS = NODE_BITS
const END = DISTANCE
const SLOT_MASK = MASK

/** Enough for 2^64 areas: 32 children a level, and no level is ever less than two children wide. */
const MAX_HEIGHT = 64

export class AreaCursor<F, P, A extends AnyAddr> {
  declare readonly index: AreaIndex<F, P, A>
  /** By level, 0 is the leaf: the places of the area and of the children it lies in. */
  readonly path: Int32Array = new Int32Array(MAX_HEIGHT)

  constructor(index: AreaIndex<F, P, A>) {
    this.index = index
  }

  /** The place of the area; behind the last one of its leaf, where one may be inserted. */
  get at(): number {
    return this.path[0]!
  }

  /** Whether an area is here. */
  get isArea(): boolean {
    const at = this.path[0]!
    return (at & SLOT_MASK) < this.index.store.counts[at >> BITS]!
  }

  copyFrom(other: AreaCursor<F, P, A>): void {
    this.path.set(other.path)
  }

  /** Goes to the last area that starts at or below the bound, or where there is none to the first area. */
  seek(key: number, rest: number): number {
    const { path, index } = this
    const { store, height } = index
    const { bounds, refs, hasRests } = store
    let node = index.root
    for (let level = height; ; level--) {
      const first = node << BITS
      let at = lastFrom(bounds, first, key)
      if (hasRests) while (at > first && isBelow(key, rest, bounds[at]!, store.startRest(at))) at--
      path[level] = at
      if (level === 0) return at
      node = refs[at]!
    }
  }

  /** Goes to the first area that ends above the bound; where there is none, behind the last area. */
  seekEndAbove(key: number, rest: number): void {
    const { store } = this.index
    const at = this.seek(key, rest)
    if (this.index.count > 0 && !isBelow(key, rest, store.bounds[at + END]!, store.endRest(at))) this.next()
  }

  /** Goes to the next area, or behind the last one, and tells whether there is one. O(1) amortised. */
  next(): boolean {
    this.path[0]!++
    return this.settle()
  }

  /** Goes from behind the last area of a leaf to the first of the next leaf, if there is one; tells whether it is at an area then. */
  settle(): boolean {
    const { path, index } = this
    const { counts, refs } = index.store
    if (this.isArea) return true
    for (let level = 1; level <= index.height; level++) {
      const at = ++path[level]!
      if ((at & SLOT_MASK) < counts[at >> BITS]!) {
        for (let below = level; below > 0; below--) path[below - 1] = refs[path[below]!]! << BITS
        return true
      }
      path[level] = at - 1
    }
    return false
  }

  /** The place in the leaf behind the last area that starts below the bound. */
  firstFrom(key: number, rest: number): number {
    const { store } = this.index
    const first = this.path[0]! & ~SLOT_MASK
    let at = first + store.counts[first >> BITS]!
    while (at > first && !isBelow(store.bounds[at - 1]!, store.startRest(at - 1), key, rest)) at--
    return at
  }

  /** The place of the area here or, behind the last of a leaf, of the next one; -1 if there is none. The cursor stays. */
  nextArea(): number {
    const { path, index } = this
    const { counts, refs } = index.store
    const { height } = index
    let at = path[0]!
    let level = 0
    while ((at & SLOT_MASK) >= counts[at >> BITS]!) {
      if (level++ === height) return -1
      at = path[level]! + 1
    }
    while (level-- > 0) at = refs[at]! << BITS
    return at
  }
}
