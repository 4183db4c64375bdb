// Iteration over areas in address order. The set may change meanwhile: the iterator then goes on
// with the first area that starts at or above the end of the last one it gave, so that what it
// gives ascends and is disjoint, whatever happens in between. One that was done stays done.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from './area-index.ts'
import type { MemoryArea } from './area.ts'
import { AreaCursor } from './internal/area-cursor.ts'
import { isBelow } from './internal/bound.ts'
import { END as DISTANCE } from './internal/node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const END = DISTANCE

export class AreaIterator<F, P, A extends AnyAddr> implements IterableIterator<MemoryArea<F, P, A>> {
  declare private readonly index: AreaIndex<F, P, A>
  /** Where the leaf was entered. */
  declare private readonly cursor: AreaCursor<F, P, A>
  // The place that was given last, and the first in its leaf that is not to be given, in a version of the index.
  #at = 0
  #stop = 0
  #version = -1
  #isDone = false
  // Areas that end above the first bound, or later start at or above it, are given as long as they start below the
  // second. It moves on with what is given; doubles from the beginning, so that the field is one for doubles.
  #fromKey = NaN
  #fromRest = 0
  declare private readonly endKey: number
  declare private readonly endRest: number

  constructor(index: AreaIndex<F, P, A>, fromKey: number, fromRest: number, endKey: number, endRest: number) {
    this.index = index
    this.cursor = new AreaCursor(index)
    this.#fromKey = fromKey
    this.#fromRest = fromRest
    this.endKey = endKey
    this.endRest = endRest
  }

  [Symbol.iterator](): this {
    return this
  }

  /** @throws TypeError if it iterates over a snapshot that has been disposed of */
  next(): IteratorResult<MemoryArea<F, P, A>, undefined> {
    const index = this.index
    const at = this.#at + 1
    if (this.#version === index.version && at < this.#stop) this.#at = at
    else if (!this.#enterLeaf()) return { done: true, value: undefined }
    const { store } = index
    // Not the area itself: one that nobody else keeps need not be made.
    this.#fromKey = store.bounds[this.#at + END]!
    this.#fromRest = store.endRest(this.#at)
    return { done: false, value: index.areaAt(this.#at) }
  }

  /** Goes to the first area that is still to be given: in the next leaf or, after a change, wherever it is. */
  #enterLeaf(): boolean {
    if (this.#isDone) return false
    const index = this.index
    const cursor = this.cursor
    if (index.isDisposed) throw new TypeError('the snapshot is disposed of')
    if (this.#version === index.version) {
      cursor.path[0] = this.#stop
      cursor.settle()
    } else this.#seek()
    this.#version = index.version
    this.#at = cursor.at
    this.#stop = cursor.firstFrom(this.endKey, this.endRest)
    this.#isDone = this.#at >= this.#stop
    return !this.#isDone
  }

  /** Goes to the first area that ends above the bound to begin at, or starts at or above the end of the last one given. */
  #seek(): void {
    const { cursor } = this
    const { store } = this.index
    const [key, rest] = [this.#fromKey, this.#fromRest]
    cursor.seekEndAbove(key, rest)
    const hasGiven = this.#version >= 0
    if (hasGiven && cursor.isArea && isBelow(store.bounds[cursor.at]!, store.startRest(cursor.at), key, rest)) cursor.next()
  }
}
