// What an adapter of a container has to offer, so that PeerSet can make it a set of areas.
import type { VirtAddr } from '@addrspace/memory-addr'

import type { AreaView, SetBackend } from '../area-set.ts'

export interface StoredArea extends AreaView {
  readonly backend: SetBackend
}

/** Disjoint areas, by address. Bounds are inclusive here, as interval trees have them. */
export interface AreaStore {
  readonly size: number
  containing(addr: VirtAddr): StoredArea | undefined
  /** Whether an area has an address from the first to the last. */
  hasAny(first: VirtAddr, last: bigint): boolean
  /** Those that have one, ascending. */
  intersecting(first: VirtAddr, last: bigint): StoredArea[]
  insert(area: StoredArea): void
  remove(area: StoredArea): void
  /** All, ascending. */
  areas(): Iterable<StoredArea>
}

/** A map that is ordered by key, from starts to areas. */
export interface OrderedAreas {
  readonly size: number
  /** The area with the largest start up to a key. */
  floor(key: bigint): StoredArea | undefined
  /** The area with the least start above a key. */
  higher(key: bigint): StoredArea | undefined
  insert(area: StoredArea): void
  remove(area: StoredArea): void
  areas(): Iterable<StoredArea>
}

/** Makes a store of an ordered map. */
export class OrderedStore implements AreaStore {
  readonly #areas: OrderedAreas

  constructor(areas: OrderedAreas) {
    this.#areas = areas
  }

  get size(): number {
    return this.#areas.size
  }

  containing(addr: VirtAddr): StoredArea | undefined {
    const area = this.#areas.floor(addr)
    return area !== undefined && addr < area.end ? area : undefined
  }

  hasAny(first: VirtAddr, last: bigint): boolean {
    // The one with the largest start up to the last address is the only one to look at: areas are disjoint.
    const area = this.#areas.floor(last)
    return area !== undefined && first < area.end
  }

  intersecting(first: VirtAddr, last: bigint): StoredArea[] {
    const found: StoredArea[] = []
    let area = this.containing(first) ?? this.#areas.higher(first)
    for (; area !== undefined && area.start <= last; area = this.#areas.higher(area.start)) found.push(area)
    return found
  }

  insert(area: StoredArea): void {
    this.#areas.insert(area)
  }

  remove(area: StoredArea): void {
    this.#areas.remove(area)
  }

  areas(): Iterable<StoredArea> {
    return this.#areas.areas()
  }
}
