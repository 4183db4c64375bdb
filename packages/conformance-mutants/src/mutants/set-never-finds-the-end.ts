import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options: FindFreeOptions = {}): VirtAddr | undefined {
    const found = super.findFreeArea(size, options)
    return found !== undefined && found + size === WORD_SPACE ? undefined : found
  }
}

export const neverFindsTheEnd: Mutant = setMutant({
  name: 'never-finds-the-end',
  fault: 'free space that ends at 2^64 is not found',
  repeats: 'memory_set (end-at-2^64)',
  meant: 'set/find-free-model-end',
}, (options) => new Broken(options))
