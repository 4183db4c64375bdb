// functional-red-black-tree: a red-black tree that is never changed, only made anew along a path.
import createTree from 'functional-red-black-tree'

import type { OrderedAreas, StoredArea } from './area-store.ts'

export class FunctionalTreeAreas implements OrderedAreas {
  #tree = createTree<bigint, StoredArea>((a, b) => (a < b ? -1 : a > b ? 1 : 0))

  get size(): number {
    return this.#tree.length
  }

  floor(key: bigint): StoredArea | undefined {
    const found = this.#tree.le(key)
    return found.valid ? found.value : undefined
  }

  higher(key: bigint): StoredArea | undefined {
    const found = this.#tree.gt(key)
    return found.valid ? found.value : undefined
  }

  insert(area: StoredArea): void {
    this.#tree = this.#tree.insert(area.start, area)
  }

  remove({ start }: StoredArea): void {
    this.#tree = this.#tree.remove(start)
  }

  areas(): Iterable<StoredArea> {
    return this.#tree.values
  }
}
