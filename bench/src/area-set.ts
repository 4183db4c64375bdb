// What the questions about sets ask for: the part of MemorySet that containers of others can be made to do.
import type { VirtAddr } from '@addrspace/memory-addr'
import type { MappingBackend, MappingResult } from '@addrspace/memory-set'

/** What a lookup tells. */
export interface AreaView {
  readonly start: VirtAddr
  readonly end: bigint
  readonly flags: number
}

export type SetBackend = MappingBackend<number, undefined>

/** A set of areas whose backends have no page table. The rules are those of MemorySet. */
export interface AreaSet extends Iterable<AreaView> {
  readonly size: number
  find(addr: VirtAddr): AreaView | undefined
  overlaps(range: { readonly start: VirtAddr; readonly end: bigint }): boolean
  findFreeArea(size: bigint, options: { readonly hint: bigint; readonly limit: { readonly start: VirtAddr; readonly end: bigint }; readonly align: bigint }): VirtAddr | undefined
  map(start: VirtAddr, size: bigint, flags: number, backend: SetBackend, options?: { readonly onOverlap?: 'refuse' | 'replace' }): MappingResult
  unmap(start: VirtAddr, size: bigint): MappingResult
  protect(start: VirtAddr, size: bigint, update: (flags: number) => number | undefined): MappingResult
}

/** Does nothing but count its calls. */
export class CountingBackend implements SetBackend {
  calls = 0

  map(): boolean {
    this.calls++
    return true
  }

  unmap(): boolean {
    this.calls++
    return true
  }

  protect(): boolean {
    this.calls++
    return true
  }
}
