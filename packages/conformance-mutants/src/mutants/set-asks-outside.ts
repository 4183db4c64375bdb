import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override protect(...[start, size, update, options]: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    for (const area of Array.from(this)) if (area.end <= start) update(area.flags, area)
    return super.protect(start, size, update, options)
  }
}

export const asksOutside: Mutant = setMutant({
  name: 'asks-outside',
  fault: 'the function given to protect is also called for areas in front of the range',
  repeats: 'B11 memory_set',
  meant: 'set/protect-callback-scope',
}, (options) => new Broken(options))
