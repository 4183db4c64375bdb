// Iteration over areas in address order. The set may change meanwhile: the iterator then goes on
// with the first area that starts at or above the end of the last one it gave, so that what it
// gives ascends and is disjoint, whatever happens in between. One that was done stays done.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from './area-index.ts'
import type { MemoryArea } from './area.ts'
import { AreaCursor } from './internal/area-cursor.ts'
import { isBelow } from './internal/bound.ts'

export class AreaIterator<F, P, A extends AnyAddr> implements IterableIterator<MemoryArea<F, P, A>> {
  readonly #index: AreaIndex<F, P, A>
  readonly #cursor: AreaCursor<F, P, A>
  #version: number
  #isStarted: boolean
  #isDone: boolean
  // Areas that end above this bound are still to come …
  #fromKey: number
  #fromRest: number
  // … as long as they start below this one.
  readonly #endKey: number
  readonly #endRest: number

  constructor(index: AreaIndex<F, P, A>, fromKey: number, fromRest: number, endKey: number, endRest: number) {
    this.#index = index
    this.#cursor = new AreaCursor(index)
    this.#version = index.version
    this.#isStarted = false
    this.#isDone = false
    this.#fromKey = fromKey
    this.#fromRest = fromRest
    this.#endKey = endKey
    this.#endRest = endRest
  }

  [Symbol.iterator](): this {
    return this
  }

  /** @throws TypeError if it iterates over a snapshot that has been disposed of */
  next(): IteratorResult<MemoryArea<F, P, A>, undefined> {
    if (this.#isDone) return { done: true, value: undefined }
    const cursor = this.#cursor
    const isThere = this.#isStarted && this.#version === this.#index.version ? cursor.next() : this.#seek()
    if (!isThere || !isBelow(cursor.startKey, cursor.startRest, this.#endKey, this.#endRest)) {
      this.#isDone = true
      return { done: true, value: undefined }
    }
    this.#fromKey = cursor.endKey
    this.#fromRest = cursor.endRest
    return { done: false, value: this.#index.areaIn(cursor.leaf, cursor.slot) }
  }

  #seek(): boolean {
    if (this.#index.isDisposed) throw new TypeError('the snapshot is disposed of')
    const cursor = this.#cursor
    const isResumed = this.#isStarted
    this.#isStarted = true
    this.#version = this.#index.version
    if (!cursor.seekEndAbove(this.#fromKey, this.#fromRest)) return false
    return isResumed && isBelow(cursor.startKey, cursor.startRest, this.#fromKey, this.#fromRest) ? cursor.next() : true
  }
}
