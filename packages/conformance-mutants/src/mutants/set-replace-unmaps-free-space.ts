import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options: MapOptions = {}): MappingResult {
    const isFree = size > 0n && start + size <= WORD_SPACE && !this.overlaps({ start, end: start + size })
    if (isFree && options.onOverlap === 'replace') backend.unmap(start, size, this.pageTable)
    return super.map(start, size, flags, backend, options)
  }
}

export const replaceUnmapsFreeSpace: Mutant = setMutant({
  name: 'replace-unmaps-free-space',
  fault: 'a replacing map has its backend unmap where nothing is mapped',
  meant: 'set/replace-free-space',
}, (options) => new Broken(options))
