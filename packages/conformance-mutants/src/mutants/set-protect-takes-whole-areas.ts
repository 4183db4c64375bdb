import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override protect(...[start, size, update, options]: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    const area = size > 0n ? this.find(start) : undefined
    if (area === undefined || area.end < start + size) return super.protect(start, size, update, options)
    return super.protect(area.start, area.size, update, options)
  }
}

export const protectTakesWholeAreas: Mutant = setMutant({
  name: 'protect-takes-whole-areas',
  fault: 'protect changes the whole of an area that it should only cut',
  meant: 'set/protect-pieces',
}, (options) => new Broken(options))
