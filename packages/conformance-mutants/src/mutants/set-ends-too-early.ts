import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MappingError, MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options?: MapOptions): MappingResult {
    if (start + size === WORD_SPACE) return { ok: false, error: new MappingError('out-of-range', 'the end does not fit into a word') }
    return super.map(start, size, flags, backend, options)
  }
}

export const setEndsTooEarly: Mutant = setMutant({
  name: 'ends-too-early',
  fault: 'an area that ends at 2^64 is refused',
  repeats: 'memory_set (end-at-2^64)',
  meant: 'set/end-of-space',
}, (options) => new Broken(options))
