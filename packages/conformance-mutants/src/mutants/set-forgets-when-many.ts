import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MemoryArea } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override find(addr: VirtAddr): MemoryArea<number, MockPageTable> | undefined {
    const area = super.find(addr)
    return this.size > 512 && area?.flags === 1 ? undefined : area
  }
}

export const forgetsWhenMany: Mutant = setMutant({
  name: 'forgets-when-many',
  fault: 'beyond 512 areas, some are no longer found',
  meant: 'set/many-areas',
}, (options) => new Broken(options))
