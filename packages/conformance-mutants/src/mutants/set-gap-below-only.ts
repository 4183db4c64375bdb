import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options: FindFreeOptions = {}): VirtAddr | undefined {
    const { gap } = options
    return super.findFreeArea(size, gap === undefined ? options : { ...options, gap: { below: gap.below ?? 0n } })
  }
}

export const gapBelowOnly: Mutant = setMutant({
  name: 'gap-below-only',
  fault: 'of a gap, only the part below is kept clear',
  meant: 'set/find-free-model-middle',
}, (options) => new Broken(options))
