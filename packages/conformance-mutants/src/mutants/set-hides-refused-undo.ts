import type { MockPageTable } from '@addrspace/backend-mock'
import { MappingError, MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import type { VirtAddr } from '@addrspace/memory-addr'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override unmap(start: VirtAddr, size: bigint): MappingResult {
    const result = super.unmap(start, size)
    if (result.ok || result.error.reason !== 'undo-refused') return result
    return { ok: false, error: new MappingError('backend-refused', 'the backend refused') }
  }
}

export const hidesRefusedUndo: Mutant = setMutant({
  name: 'hides-refused-undo',
  fault: 'an unmap that could not be undone is told as an ordinary refusal',
  repeats: 'B2 memory_set (pages stay mapped that no area owns)',
  meant: 'set/undo-refused',
}, (options) => new Broken(options))
