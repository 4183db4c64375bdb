import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override protect(...[start, size, update]: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    return super.protect(start, size, update)
  }
}

export const skipsHolesAlways: Mutant = setMutant({
  name: 'skips-holes-always',
  fault: 'protect skips holes even when asked to refuse them',
  meant: 'set/protect-holes-refused',
}, (options) => new Broken(options))
