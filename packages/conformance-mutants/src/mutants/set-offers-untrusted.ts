import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import type { VirtAddr } from '@addrspace/memory-addr'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options?: FindFreeOptions): VirtAddr | undefined {
    const { distrusted } = this
    this.distrusted = []
    try {
      return super.findFreeArea(size, options)
    } finally {
      this.distrusted = distrusted
    }
  }
}

export const offersUntrusted: Mutant = setMutant({
  name: 'offers-untrusted',
  fault: 'a free search offers space where the page table may still map something',
  repeats: 'B2 memory_set (pages stay mapped that no area owns)',
  meant: 'set/undo-refused-not-offered',
}, (options) => new Broken(options))
