import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options: FindFreeOptions = {}): VirtAddr | undefined {
    const { align = 1n } = options
    return align > 0n && (align & (align - 1n)) === 0n ? super.findFreeArea(size, options) : undefined
  }
}

export const roundsAlignment: Mutant = setMutant({
  name: 'rounds-alignment',
  fault: 'an alignment that is no power of two finds nothing instead of being refused',
  repeats: 'memory_set (ffa-align-not-pow2)',
  meant: 'set/find-free-mistakes',
}, (options) => new Broken(options))
