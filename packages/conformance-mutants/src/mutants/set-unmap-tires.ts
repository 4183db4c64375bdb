import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override unmap(start: VirtAddr, size: bigint): MappingResult {
    const areas = start + size > WORD_SPACE ? [] : Array.from(this.areasIn({ start, end: start + size }))
    const last = areas.length >= 4 ? areas.at(-1) : undefined
    return super.unmap(start, last === undefined ? size : last.start - start)
  }
}

export const unmapTires: Mutant = setMutant({
  name: 'unmap-tires',
  fault: 'an unmap of four areas or more leaves the last',
  meant: 'set/random-model',
}, (options) => new Broken(options))
