import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override overlaps(range: { readonly start: VirtAddr; readonly end: bigint }): boolean {
    return range.start === range.end ? this.find(range.start) !== undefined : super.overlaps(range)
  }
}

export const overlapsEmptyRange: Mutant = setMutant({
  name: 'overlaps-empty-range',
  fault: 'an empty range inside an area overlaps it',
  repeats: 'memory_set (overlaps-empty-range)',
  meant: 'set/overlaps-empty-range',
}, (options) => new Broken(options))
