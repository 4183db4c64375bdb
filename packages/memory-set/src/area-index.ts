// The ordered, disjoint areas of one address space: a B+tree over a packed NodeStore, with the
// largest gap per subtree. This file holds the tree and its queries; splice.ts changes it,
// gap-search.ts searches its gaps, area-cursor.ts walks it, check-index.ts checks what holds
// between calls:
//
//   I1  starts ascend, no area is empty, no two areas overlap
//   I2  a child's entry in its parent tells its first start, last end and largest inner gap
//   I3  every leaf is at the same depth, no node but an empty root is empty, counts are right
//   I4  start keys beyond a leaf's count, and first starts beyond an inner node's, are +Infinity
//   I5  every node has as many holders as parents and roots refer to it, every attribute record
//       as many as entries refer to it
//   I6  in a set that merges, no two neighbours may merge (checked by the set)
//
// A fork shares all nodes (O(1)); whoever writes afterwards copies the shared nodes of its path.
import type { AnyAddr } from '@addrspace/memory-addr'

import { MemoryArea } from './area.ts'
import { keyBefore, keyOf, restBefore, restOf } from './internal/bound.ts'
import type { RangeBounds } from './internal/bound.ts'
import { INNER_GAP, INNER_KEYS, INNER_SLOTS, LEAF_BOUNDS, LEAF_END, LEAF_SLOTS, NodeStore } from './internal/node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const CHILD_GAP = INNER_GAP
const KEYS = INNER_KEYS
const CHILDREN = INNER_SLOTS
const BOUNDS = LEAF_BOUNDS
const END = LEAF_END
const SLOTS = LEAF_SLOTS

export class AreaIndex<F, P, A extends AnyAddr> {
  readonly store: NodeStore<F, P, A>
  /** A leaf where `height` is 0, otherwise an inner node. */
  root: number
  height: number
  /** The number of areas. */
  count: number
  /** The largest gap between two areas, as a difference of keys; -Infinity with fewer than two areas. */
  largestGap: number
  /** Changes with every change of the tree; a cursor is valid only for the version it was placed in. */
  version: number
  /** The leaf that the last lookup ended at, and the version in which it was one: lookups often come in order. */
  #finger: number
  #fingerVersion: number

  constructor(store: NodeStore<F, P, A>) {
    this.store = store
    this.root = -1
    this.height = 0
    this.count = 0
    this.largestGap = -Infinity
    this.version = 0
    this.#finger = 0
    this.#fingerVersion = -1
  }

  static empty<F, P, A extends AnyAddr>(): AreaIndex<F, P, A> {
    const index = new AreaIndex<F, P, A>(new NodeStore())
    index.root = index.store.newLeaf()
    return index
  }

  /** A second index with the same areas, independent from now on. O(1); to be given back with `dispose`. */
  fork(): AreaIndex<F, P, A> {
    const fork = new AreaIndex(this.store)
    fork.root = this.root
    fork.height = this.height
    fork.count = this.count
    fork.largestGap = this.largestGap
    this.store.retain(this.root, this.height)
    this.store.forks++
    return fork
  }

  /** Gives back what a fork holds. O(nodes that only the fork still holds). */
  dispose(): void {
    this.store.release(this.root, this.height)
    this.store.forks--
    this.root = -1
    this.height = 0
    this.count = 0
    this.version++
  }

  get isDisposed(): boolean {
    return this.root < 0
  }

  /** Makes the areas of a fork this index's own again, and disposes of the fork. */
  revertTo(fork: AreaIndex<F, P, A>): void {
    this.store.release(this.root, this.height)
    this.root = fork.root
    this.height = fork.height
    this.count = fork.count
    this.largestGap = fork.largestGap
    this.version++
    fork.root = -1
    fork.count = 0
    this.store.forks--
  }

  /** The area that contains an address, as a value that outlives its entry. O(log n). */
  find(address: bigint): MemoryArea<F, P, A> | undefined {
    const store = this.store
    // In one function from the bigint to the area: a key that is handed over is a double on the heap.
    const key = keyOf(address)
    const rest = store.hasRests ? restOf(address) : 0
    let node = this.#finger
    if (this.#fingerVersion !== this.version || !store.spans(node, key)) {
      node = this.root
      for (let level = this.height; level > 0; level--) {
        node = store.children[node * CHILDREN + store.searchInner(node, key, rest)]!
      }
      this.#finger = node
      this.#fingerVersion = this.version
    }
    const i = store.searchLeaf(node, key, rest)
    if (i < 0) return undefined
    const end = store.bounds[node * BOUNDS + END + i]!
    return key < end || (store.hasRests && key === end && rest < store.endRest(node, i)) ? this.areaIn(node, i) : undefined
  }

  /**
   * Whether an area intersects a range that is not empty. O(log n).
   *
   * One search: the last area that starts below the end either ends above the start, or no area does.
   */
  overlaps({ startKey, startRest, endKey, endRest }: RangeBounds): boolean {
    const store = this.store
    // To start below the end is to start at or below the address before it.
    const lastKey = keyBefore(endKey, endRest)
    const lastRest = store.hasRests ? restBefore(endKey, endRest) : 0
    let node = this.root
    for (let level = this.height; level > 0; level--) {
      node = store.children[node * CHILDREN + store.searchInner(node, lastKey, lastRest)]!
    }
    const i = store.searchLeaf(node, lastKey, lastRest)
    if (i < 0) return false
    const end = store.bounds[node * BOUNDS + END + i]!
    return startKey < end || (store.hasRests && startKey === end && startRest < store.endRest(node, i))
  }

  /** The area of an entry, as a value that outlives the entry. */
  areaIn(leaf: number, i: number): MemoryArea<F, P, A> {
    const store = this.store
    const at = leaf * BOUNDS + i
    const attributes = store.attributeTable.at(store.attributes[leaf * SLOTS + i]!)
    return new MemoryArea(
      store.bounds[at]!,
      store.startRest(leaf, i),
      store.bounds[at + END]!,
      store.endRest(leaf, i),
      attributes,
    )
  }

  /** The largest gap inside a leaf, as a difference of keys; -Infinity if there is none. */
  largestGapInLeaf(leaf: number): number {
    const { bounds, leafCounts } = this.store
    const first = leaf * BOUNDS
    const last = first + leafCounts[leaf]! - 1
    let largest = -Infinity
    for (let at = first; at < last; at++) {
      const gap = bounds[at + 1]! - bounds[at + END]!
      if (gap > largest) largest = gap
    }
    return largest
  }

  /** The largest gap inside an inner node's subtree: in a child, or between two of them. */
  largestGapInInner(inner: number): number {
    const { keys, innerCounts } = this.store
    const first = inner * KEYS
    const last = first + innerCounts[inner]! - 1
    let largest = keys[first + CHILD_GAP]!
    for (let at = first; at < last; at++) {
      const between = keys[at + 1]! - keys[at + CHILDREN]!
      if (between > largest) largest = between
      const within = keys[at + 1 + CHILD_GAP]!
      if (within > largest) largest = within
    }
    return largest
  }
}
