import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options: FindFreeOptions = {}): VirtAddr | undefined {
    return super.findFreeArea(size, { ...options, direction: 'up' })
  }
}

export const searchesUpwardsOnly: Mutant = setMutant({
  name: 'searches-upwards-only',
  fault: 'the direction of a search is ignored',
  meant: 'set/find-free-down',
}, (options) => new Broken(options))
