import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MappingError, MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options?: MapOptions): MappingResult {
    const result = super.map(start, size, flags, backend, options)
    if (result.ok || result.error.reason !== 'overlap') return result
    const last = Array.from(this.areasIn({ start, end: start + size })).at(-1)
    return { ok: false, error: new MappingError('overlap', result.error.message, { area: last }) }
  }
}

export const namesWrongArea: Mutant = setMutant({
  name: 'names-wrong-area',
  fault: 'a refused map names the last area in the way instead of the first',
  meant: 'set/overlap-refused',
}, (options) => new Broken(options))
