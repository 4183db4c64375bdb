// The null backend: accepts everything and does nothing, for a set without a page table.
import type { AnyAddr, VirtAddr } from '@addrspace/memory-addr'
import type { FaultAnswer, MappingBackend } from '@addrspace/memory-set'

/** Does nothing, successfully, for flags and page tables of any type. It is lazy: an untouched byte is as good as mapped. */
export class NullBackend<F = number, A extends AnyAddr = VirtAddr> implements MappingBackend<F, unknown, A> {
  map(): boolean {
    return true
  }

  unmap(): boolean {
    return true
  }

  protect(): boolean {
    return true
  }

  fault(): FaultAnswer {
    return 'present'
  }
}
