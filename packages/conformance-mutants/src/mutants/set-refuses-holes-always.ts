import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override protect(...[start, size, update]: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    return super.protect(start, size, update, { holes: 'refuse' })
  }
}

export const refusesHolesAlways: Mutant = setMutant({
  name: 'refuses-holes-always',
  fault: 'protect refuses holes without being asked to',
  repeats: 'Linux (ENOMEM)',
  meant: 'set/protect-holes-skipped',
}, (options) => new Broken(options))
