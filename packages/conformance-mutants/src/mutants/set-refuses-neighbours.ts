import type { MockPageTable } from '@addrspace/backend-mock'
import { tryVirtAddr } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MappingError, MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options: MapOptions = {}): MappingResult {
    const next = options.onOverlap === 'replace' ? undefined : tryVirtAddr(start + size)
    const area = next === undefined ? undefined : this.find(next)
    if (area === undefined || size === 0n) return super.map(start, size, flags, backend, options)
    return { ok: false, error: new MappingError('overlap', 'an area is in the way', { area }) }
  }
}

export const setRefusesNeighbours: Mutant = setMutant({
  name: 'refuses-neighbours',
  fault: 'a map that only touches an area is refused',
  meant: 'set/map-beside',
}, (options) => new Broken(options))
