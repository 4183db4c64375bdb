// A set of areas over a container of others: the rules of MemorySet, without its plans, its undoing and its
// checks of arguments. What it leaves out favours the others.
import { formatHex, va, type VirtAddr } from '@addrspace/memory-addr'
import { MappingError, type MappingResult } from '@addrspace/memory-set'

import type { AreaSet, AreaView, SetBackend } from '../area-set.ts'
import type { AreaStore, StoredArea } from './area-store.ts'

const DONE: MappingResult = { ok: true, value: undefined }

export class PeerSet implements AreaSet {
  readonly #store: AreaStore

  constructor(store: AreaStore) {
    this.#store = store
  }

  get size(): number {
    return this.#store.size
  }

  find(addr: VirtAddr): AreaView | undefined {
    return this.#store.containing(addr)
  }

  overlaps({ start, end }: { readonly start: VirtAddr; readonly end: bigint }): boolean {
    return this.#store.hasAny(start, end - 1n)
  }

  /** The lowest fit at or above the hint, gap by gap. */
  findFreeArea(size: bigint, { hint, limit, align }: Parameters<AreaSet['findFreeArea']>[1]): VirtAddr | undefined {
    const alignUp = (addr: bigint): bigint => (addr + align - 1n) & ~(align - 1n)
    let at = alignUp(hint > limit.start ? hint : limit.start)
    for (const { start, end } of this.#store.areas()) {
      if (end <= at) continue
      if (at + size <= start) break
      at = alignUp(end)
    }
    return at + size <= limit.end ? va(at) : undefined
  }

  map(start: VirtAddr, size: bigint, flags: number, backend: SetBackend, options: { readonly onOverlap?: 'refuse' | 'replace' } = {}): MappingResult {
    const end = start + size
    if (this.#store.hasAny(start, end - 1n)) {
      if (options.onOverlap !== 'replace') return { ok: false, error: new MappingError('overlap', `an area lies in ${formatHex(start)}..${formatHex(end)}`) }
      const unmapped = this.unmap(start, size)
      if (!unmapped.ok) return unmapped
    }
    if (backend.map(start, size, flags, undefined) !== true) return refusedBy('map')
    this.#store.insert({ start, end, flags, backend })
    return DONE
  }

  unmap(start: VirtAddr, size: bigint): MappingResult {
    const end = start + size
    for (const area of this.#store.intersecting(start, end - 1n)) {
      const from = area.start > start ? area.start : start
      const to = area.end < end ? area.end : end
      if (area.backend.unmap(from, to - from, undefined) !== true) return refusedBy('unmap')
      this.#replace(area, from, to, undefined)
    }
    return DONE
  }

  protect(start: VirtAddr, size: bigint, update: (flags: number) => number | undefined): MappingResult {
    const end = start + size
    for (const area of this.#store.intersecting(start, end - 1n)) {
      const flags = update(area.flags)
      if (flags === undefined) continue
      const from = area.start > start ? area.start : start
      const to = area.end < end ? area.end : end
      if (area.backend.protect(from, to - from, flags, undefined) !== true) return refusedBy('protect')
      this.#replace(area, from, to, flags)
    }
    return DONE
  }

  [Symbol.iterator](): Iterator<AreaView> {
    return this.#store.areas()[Symbol.iterator]()
  }

  /** Puts in an area's place what lies outside of a part of it, and the part with new flags if it has any. */
  #replace(area: StoredArea, from: VirtAddr, to: bigint, flags: number | undefined): void {
    this.#store.remove(area)
    if (area.start < from) this.#store.insert({ ...area, end: from })
    if (flags !== undefined) this.#store.insert({ ...area, start: from, end: to, flags })
    if (to < area.end) this.#store.insert({ ...area, start: va(to) })
  }
}

function refusedBy(verb: string): MappingResult {
  return { ok: false, error: new MappingError('backend-refused', `the backend refused to ${verb}`) }
}
