import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override protect(...request: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    const [start, size] = request
    const area = size === 0n ? this.find(start) : undefined
    return area === undefined || area.start === start ? super.protect(...request) : super.unmap(start, area.end - start)
  }
}

export const zeroProtectLosesRight: Mutant = setMutant({
  name: 'zero-protect-loses-right',
  fault: 'protecting nothing inside an area loses its right half',
  repeats: 'B5 memory_set',
  meant: 'set/zero-size',
}, (options) => new Broken(options))
