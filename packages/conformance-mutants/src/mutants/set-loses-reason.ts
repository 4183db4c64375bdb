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
    if (result.ok) return result
    const { reason, message, range, area } = result.error
    return { ok: false, error: new MappingError(reason, message, { range, area }) }
  }
}

export const losesReason: Mutant = setMutant({
  name: 'loses-reason',
  fault: 'why the backend refused is not handed on',
  repeats: 'memory_set (backends answer a bare bool)',
  meant: 'set/refusal-tells-reason',
}, (options) => new Broken(options))
