// @js-sdsl/ordered-map: a red-black tree.
import { OrderedMap } from '@js-sdsl/ordered-map'

import type { OrderedAreas, StoredArea } from './area-store.ts'

export class OrderedMapAreas implements OrderedAreas {
  readonly #map = new OrderedMap<bigint, StoredArea>([], (a, b) => (a < b ? -1 : a > b ? 1 : 0))

  get size(): number {
    return this.#map.size()
  }

  floor(key: bigint): StoredArea | undefined {
    const found = this.#map.reverseLowerBound(key)
    return found.isAccessible() ? found.pointer[1] : undefined
  }

  higher(key: bigint): StoredArea | undefined {
    const found = this.#map.upperBound(key)
    return found.isAccessible() ? found.pointer[1] : undefined
  }

  insert(area: StoredArea): void {
    this.#map.setElement(area.start, area)
  }

  remove({ start }: StoredArea): void {
    this.#map.eraseElementByKey(start)
  }

  *areas(): Iterable<StoredArea> {
    for (const [, area] of this.#map) yield area
  }
}
