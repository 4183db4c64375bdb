import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options?: MapOptions): MappingResult {
    return super.map(start, size, flags, backend, { ...options, onOverlap: 'replace' })
  }
}

export const replacesUnasked: Mutant = setMutant({
  name: 'replaces-unasked',
  fault: 'a map takes the place of areas without being asked to',
  meant: 'set/overlap-refused',
}, (options) => new Broken(options))
