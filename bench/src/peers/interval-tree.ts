// @flatten-js/interval-tree: a red-black tree of intervals.
import type { VirtAddr } from '@addrspace/memory-addr'
import { IntervalTree } from '@flatten-js/interval-tree'

import type { AreaStore, StoredArea } from './area-store.ts'

type Bounds = readonly [low: bigint, high: bigint]

/** What is used of the tree: the package's own declarations do not resolve under Node's rules. */
interface Tree {
  readonly size: number
  readonly values: StoredArea[]
  insert(bounds: Bounds, area: StoredArea): unknown
  remove(bounds: Bounds, area: StoredArea): unknown
  search(bounds: Bounds): StoredArea[]
  intersect_any(bounds: Bounds): boolean
}

const NewTree = IntervalTree as unknown as new () => Tree

export class IntervalTreeStore implements AreaStore {
  readonly #tree = new NewTree()

  get size(): number {
    return this.#tree.size
  }

  containing(addr: VirtAddr): StoredArea | undefined {
    return this.intersecting(addr, addr)[0]
  }

  hasAny(first: VirtAddr, last: bigint): boolean {
    return this.#tree.intersect_any([first, last])
  }

  intersecting(first: VirtAddr, last: bigint): StoredArea[] {
    return this.#tree.search([first, last])
  }

  insert(area: StoredArea): void {
    this.#tree.insert([area.start, area.end - 1n], area)
  }

  remove(area: StoredArea): void {
    this.#tree.remove([area.start, area.end - 1n], area)
  }

  areas(): Iterable<StoredArea> {
    return this.#tree.values
  }
}
