import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override unmap(start: VirtAddr, size: bigint): MappingResult {
    return super.unmap(start, size < 0n ? 0n : size)
  }
}

export const takesNegativeSizes: Mutant = setMutant({
  name: 'takes-negative-sizes',
  fault: 'a negative size counts as 0',
  meant: 'set/caller-mistakes',
}, (options) => new Broken(options))
