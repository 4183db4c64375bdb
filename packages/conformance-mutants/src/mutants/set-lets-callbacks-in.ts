import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override protect(...[start, size, update, options]: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    return super.protect(start, size, (flags, area) => {
      this.state = 'ready'
      return update(flags, area)
    }, options)
  }
}

export const letsCallbacksIn: Mutant = setMutant({
  name: 'lets-callbacks-in',
  fault: 'the function given to protect may call the set',
  meant: 'set/reentrant-call',
}, (options) => new Broken(options))
