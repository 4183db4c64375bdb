import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override unmap(start: VirtAddr, size: bigint): MappingResult {
    const area = size > 0n ? this.find(start) : undefined
    return super.unmap(start, area !== undefined && area.end > start + size ? area.end - start : size)
  }
}

export const unmapTakesTail: Mutant = setMutant({
  name: 'unmap-takes-tail',
  fault: 'an unmap inside an area takes all up to the end of the area',
  meant: 'set/unmap-pieces',
}, (options) => new Broken(options))
