import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options: FindFreeOptions = {}): VirtAddr | undefined {
    return super.findFreeArea(size, { ...options, alignOffset: 0n })
  }
}

export const ignoresAlignOffset: Mutant = setMutant({
  name: 'ignores-align-offset',
  fault: 'the offset to the alignment is ignored',
  meant: 'set/find-free-offset',
}, (options) => new Broken(options))
