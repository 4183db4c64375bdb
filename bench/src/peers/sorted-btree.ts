// sorted-btree: a B+tree of arrays.
import sortedBtree from 'sorted-btree'

import type { OrderedAreas, StoredArea } from './area-store.ts'

// A CommonJS module, whose default export Node hands over as a property.
const BTree = sortedBtree.default

export class SortedBtreeAreas implements OrderedAreas {
  readonly #tree = new BTree<bigint, StoredArea>(undefined, (a, b) => (a < b ? -1 : a > b ? 1 : 0))

  get size(): number {
    return this.#tree.size
  }

  floor(key: bigint): StoredArea | undefined {
    return this.#tree.getPairOrNextLower(key)?.[1]
  }

  higher(key: bigint): StoredArea | undefined {
    return this.#tree.nextHigherPair(key)?.[1]
  }

  insert(area: StoredArea): void {
    this.#tree.set(area.start, area)
  }

  remove({ start }: StoredArea): void {
    this.#tree.delete(start)
  }

  areas(): Iterable<StoredArea> {
    return this.#tree.values()
  }
}
