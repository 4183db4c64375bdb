import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { virtAddr, WORD_SPACE } from '@addrspace/memory-addr'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override clear(): MappingResult {
    const result = super.clear()
    if (!result.ok) this.trust({ start: virtAddr(0n), end: WORD_SPACE })
    return result
  }
}

export const forgetsUntrusted: Mutant = setMutant({
  name: 'forgets-untrusted',
  fault: 'a clear whose undoing was refused is forgotten as soon as it is told',
  meant: 'set/undo-refused-remembered',
}, (options) => new Broken(options))
