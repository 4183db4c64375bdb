import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MemoryArea } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override areasIn(range: { readonly start: VirtAddr; readonly end: bigint }): IterableIterator<MemoryArea<number, MockPageTable>> {
    return Array.from(super.areasIn(range)).filter(({ start }) => start >= range.start).values()
  }
}

export const iteratesFromInside: Mutant = setMutant({
  name: 'iterates-from-inside',
  fault: 'iteration in a range misses the area that reaches into it from below',
  meant: 'set/iterate-range',
}, (options) => new Broken(options))
