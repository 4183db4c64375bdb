// The ordered, disjoint areas of one address space: a B+tree over a packed NodeStore, with the
// largest gap per subtree. This file holds the tree and its queries; change-areas.ts and
// change-nodes.ts change it, gap-search.ts searches its gaps, area-cursor.ts walks it,
// check-index.ts checks what holds between calls:
//
//   I1  starts ascend, no area is empty, no two areas overlap
//   I2  a child's entry in its parent tells its first start and last end, a node its largest gap
//   I3  every leaf is at the same depth, no node but an empty root is empty, counts are right
//   I4  start keys beyond a node's count are +Infinity
//   I5  every node has as many holders as parents and roots refer to it, every attribute record
//       as many as entries refer to it
//   I6  in a set that merges, no two neighbours may merge (checked by the set)
//
// A fork shares all nodes (O(1)); whoever writes afterwards copies the shared nodes of its path.
import type { AnyAddr } from '@addrspace/memory-addr'

import { MemoryArea } from './area.ts'
import { AreaCursor } from './internal/area-cursor.ts'
import { isBelow, keyBefore, keyOf, restBefore, restOf } from './internal/bound.ts'
import type { RangeBounds } from './internal/bound.ts'
import { END as DISTANCE, lastFrom, NODE_BITS, type NodeStore } from './internal/node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const BITS = NODE_BITS
const END = DISTANCE

export class AreaIndex<F, P, A extends AnyAddr> {
  // Declared only, or made with their values: a field that is defined is first set to undefined, and
  // from then on what is in it has to be looked at whenever it is read.
  declare readonly store: NodeStore<F, P, A>
  /** A leaf where `height` is 0. */
  declare root: number
  declare height: number
  /** The number of areas. */
  declare count: number
  /** Changes with every change of the tree; a cursor is valid only for the version it was placed in. */
  version: number = 0
  /** The leaf that the last lookup ended at, and the version in which it was one: lookups often come in order. */
  #finger = 0
  #fingerVersion = -1
  /** For what keys do not tell exactly. */
  #cursor: AreaCursor<F, P, A> | undefined = undefined

  constructor(store: NodeStore<F, P, A>, root: number = store.newNode(), height = 0, count = 0) {
    this.store = store
    this.root = root
    this.height = height
    this.count = count
  }

  /** A second index with the same areas, independent from now on. O(1); to be given back with `dispose`. */
  fork(): AreaIndex<F, P, A> {
    const { store, root } = this
    store.holders[root]!++
    store.forks++
    return new AreaIndex(store, root, this.height, this.count)
  }

  /** Gives back what a fork holds. O(nodes that only the fork still holds). */
  dispose(): void {
    this.store.release(this.root, this.height)
    this.store.forks--
    this.root = -1
    this.version++
  }

  get isDisposed(): boolean {
    return this.root < 0
  }

  /** Makes the areas of a fork this index's own again, and disposes of the fork. */
  revertTo(fork: AreaIndex<F, P, A>): void {
    const { root, height, count } = fork
    this.store.holders[root]!++
    this.store.release(this.root, this.height)
    this.root = root
    this.height = height
    this.count = count
    this.version++
    fork.dispose()
  }

  /** The area that contains an address, as a value that outlives its entry. O(log n). */
  find(address: bigint): MemoryArea<F, P, A> | undefined {
    const { store, version } = this
    if (store.hasRests) return this.#findExactly(address)
    // In one function from the bigint to the area: a key that is handed over is a double on the heap.
    const { bounds, refs } = store
    const key = keyOf(address)
    let node = this.#finger
    let level = 0
    const first = node << BITS
    if (this.#fingerVersion !== version || key < bounds[first]! || key >= bounds[first + END - 1 + store.counts[node]!]!) {
      node = this.root
      level = this.height
    }
    let at = lastFrom(bounds, node << BITS, key)
    for (; level > 0; level--) {
      node = refs[at]!
      at = lastFrom(bounds, node << BITS, key)
    }
    this.#finger = node
    this.#fingerVersion = version
    return bounds[at]! <= key && key < bounds[at + END]! ? this.areaAt(at) : undefined
  }

  /**
   * Whether an area intersects a range that is not empty. O(log n).
   *
   * One search: the last area that starts below the end either ends above the start, or no area does.
   */
  overlaps({ startKey, startRest, endKey, endRest }: RangeBounds): boolean {
    const { store } = this
    // To start below the end is to start at or below the address before it.
    const key = keyBefore(endKey, endRest)
    if (store.hasRests) return this.#isBetween(startKey, startRest, key, restBefore(endKey, endRest))
    const { bounds, refs } = store
    let at = lastFrom(bounds, this.root << BITS, key)
    for (let level = this.height; level > 0; level--) at = lastFrom(bounds, refs[at]! << BITS, key)
    return bounds[at]! <= key && startKey < bounds[at + END]!
  }

  /** The area at a place, as a value that outlives the place. */
  areaAt(at: number): MemoryArea<F, P, A> {
    const { bounds, refs, attributeTable } = this.store
    return new MemoryArea(bounds[at]!, bounds[at + END]!, refs[at + END]!, attributeTable.at(refs[at]!))
  }

  /** As `find`, for any bounds. */
  #findExactly(address: bigint): MemoryArea<F, P, A> | undefined {
    const [key, rest] = [keyOf(address), restOf(address)]
    return this.#isBetween(key, rest, key, rest) ? this.areaAt(this.#cursor!.at) : undefined
  }

  /** Whether the last area that starts at or below the second bound, where the cursor goes, ends above the first. */
  #isBetween(key: number, rest: number, lastKey: number, lastRest: number): boolean {
    const { store } = this
    const at = (this.#cursor ??= new AreaCursor(this)).seek(lastKey, lastRest)
    return !isBelow(lastKey, lastRest, store.bounds[at]!, store.startRest(at)) && isBelow(key, rest, store.bounds[at + END]!, store.endRest(at))
  }
}
