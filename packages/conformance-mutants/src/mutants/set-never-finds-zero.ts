import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options: FindFreeOptions = {}): VirtAddr | undefined {
    const found = super.findFreeArea(size, options)
    return found === 0n ? undefined : found
  }
}

export const neverFindsZero: Mutant = setMutant({
  name: 'never-finds-zero',
  fault: 'address 0 counts as "nothing found"',
  meant: 'set/find-free-model-start',
}, (options) => new Broken(options))
