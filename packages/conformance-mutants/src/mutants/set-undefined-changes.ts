import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override protect(...[start, size, update, options]: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    return super.protect(start, size, (flags, area) => update(flags, area) ?? flags, options)
  }
}

export const undefinedChanges: Mutant = setMutant({
  name: 'undefined-changes',
  fault: 'an area that is to be left alone is cut and shown to its backend',
  meant: 'set/protect-undefined-leaves-alone',
}, (options) => new Broken(options))
