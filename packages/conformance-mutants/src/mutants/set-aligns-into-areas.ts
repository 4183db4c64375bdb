import type { MockPageTable } from '@addrspace/backend-mock'
import { checkedAlignUp } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options: FindFreeOptions = {}): VirtAddr | undefined {
    const found = super.findFreeArea(size, options)
    if (found === undefined || options.direction === 'down' || options.align === undefined) return found
    const unaligned = super.findFreeArea(1n, { ...options, align: 1n, alignOffset: 0n })
    return unaligned === undefined ? undefined : checkedAlignUp(unaligned, options.align)
  }
}

export const alignsIntoAreas: Mutant = setMutant({
  name: 'aligns-into-areas',
  fault: 'the start is aligned after the search, whatever lies there',
  repeats: 'B7 memory_set',
  meant: 'set/find-free-align',
}, (options) => new Broken(options))
