import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override unmap(start: VirtAddr, size: bigint): MappingResult {
    return super.unmap(start, start + size > WORD_SPACE ? WORD_SPACE - start : size)
  }
}

export const clampsOverflow: Mutant = setMutant({
  name: 'clamps-overflow',
  fault: 'an unmap beyond 2^64 is cut to the end of the space',
  meant: 'set/wrap',
}, (options) => new Broken(options))
