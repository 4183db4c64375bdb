// A place in the index: the path from the root to one entry of one leaf. Valid until the index
// changes (its `version`).
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from '../area-index.ts'
import { isBelow } from './bound.ts'
import { INNER_KEYS, INNER_SLOTS, LEAF_BOUNDS, LEAF_END, LEAF_SLOTS } from './node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const CHILDREN = INNER_SLOTS
const KEYS = INNER_KEYS
const SLOTS = LEAF_SLOTS
const BOUNDS = LEAF_BOUNDS
const END = LEAF_END

/** Enough for 2^64 areas: 32 children a level, and no level is ever less than two children wide. */
const MAX_HEIGHT = 64

export class AreaCursor<F, P, A extends AnyAddr> {
  readonly index: AreaIndex<F, P, A>
  /** By level, 0 is the leaf. */
  readonly nodes: Int32Array<ArrayBuffer>
  readonly slots: Int32Array<ArrayBuffer>

  constructor(index: AreaIndex<F, P, A>) {
    this.index = index
    this.nodes = new Int32Array(MAX_HEIGHT)
    this.slots = new Int32Array(MAX_HEIGHT)
  }

  get leaf(): number {
    return this.nodes[0]!
  }

  get slot(): number {
    return this.slots[0]!
  }

  get startKey(): number {
    return this.index.store.bounds[this.nodes[0]! * BOUNDS + this.slots[0]!]!
  }

  get startRest(): number {
    return this.index.store.startRest(this.nodes[0]!, this.slots[0]!)
  }

  get endKey(): number {
    return this.index.store.bounds[this.nodes[0]! * BOUNDS + END + this.slots[0]!]!
  }

  get endRest(): number {
    return this.index.store.endRest(this.nodes[0]!, this.slots[0]!)
  }

  /** The start key of the area behind the cursor's, Infinity if there is none; the cursor stays. O(height). */
  nextStart(): number {
    const { nodes, slots } = this
    const { store, height } = this.index
    const slot = slots[0]! + 1
    // Behind the last entry of a leaf, and behind the last child of a node, keys are Infinity (I4).
    let key = slot < SLOTS ? store.bounds[nodes[0]! * BOUNDS + slot]! : Infinity
    for (let level = 1; key === Infinity && level <= height; level++) {
      const child = slots[level]! + 1
      if (child < CHILDREN) key = store.keys[nodes[level]! * KEYS + child]!
    }
    return key
  }

  copyFrom(other: AreaCursor<F, P, A>): void {
    for (let level = this.index.height; level >= 0; level--) {
      this.nodes[level] = other.nodes[level]!
      this.slots[level] = other.slots[level]!
    }
  }

  /**
   * Goes to the last area that starts at or below the bound; where there is none, to slot -1 of
   * the first leaf.
   */
  seek(key: number, rest: number): void {
    const { store, root, height } = this.index
    let node = root
    for (let level = height; level > 0; level--) {
      const slot = store.searchInner(node, key, rest)
      this.nodes[level] = node
      this.slots[level] = slot
      node = store.children[node * CHILDREN + slot]!
    }
    this.nodes[0] = node
    this.slots[0] = store.searchLeaf(node, key, rest)
  }

  /**
   * Goes to the first area that ends above the bound, and tells whether there is one. If not, the
   * cursor stands where `next` found nothing: on the last area, or on slot -1 of an empty index.
   */
  seekEndAbove(key: number, rest: number): boolean {
    this.seek(key, rest)
    if (this.slots[0]! >= 0 && isBelow(key, rest, this.endKey, this.endRest)) return true
    return this.next()
  }

  /** Goes to the next area; if there is none, stays and answers false. O(1) amortised. */
  next(): boolean {
    const { store, height } = this.index
    if (this.slots[0]! + 1 < store.leafCounts[this.nodes[0]!]!) {
      this.slots[0]!++
      return true
    }
    let level = 1
    while (level <= height && this.slots[level]! + 1 === store.innerCounts[this.nodes[level]!]!) level++
    if (level > height) return false
    this.slots[level]!++
    this.#descend(level, 0)
    return true
  }

  /** Goes to the area before; if there is none, stays and answers false. O(1) amortised. */
  previous(): boolean {
    const { height } = this.index
    if (this.slots[0]! > 0) {
      this.slots[0]!--
      return true
    }
    let level = 1
    while (level <= height && this.slots[level] === 0) level++
    if (level > height) return false
    this.slots[level]!--
    this.#descend(level, -1)
    return true
  }

  /** Goes from a chosen child to its first (0) or last (-1) entry. */
  #descend(fromLevel: number, end: 0 | -1): void {
    const { store } = this.index
    let node = store.children[this.nodes[fromLevel]! * CHILDREN + this.slots[fromLevel]!]!
    for (let level = fromLevel - 1; level > 0; level--) {
      this.nodes[level] = node
      this.slots[level] = end === 0 ? 0 : store.innerCounts[node]! - 1
      node = store.children[node * CHILDREN + this.slots[level]!]!
    }
    this.nodes[0] = node
    this.slots[0] = end === 0 ? 0 : store.leafCounts[node]! - 1
  }
}
