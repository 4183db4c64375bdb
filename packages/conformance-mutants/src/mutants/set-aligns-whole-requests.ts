import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MappingError, MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override unmap(start: VirtAddr, size: bigint): MappingResult {
    const end = start + size
    const areas = end > WORD_SPACE ? [] : Array.from(this.areasIn({ start, end }))
    const isOdd = areas.some(({ backend: { granule = 1n } }) => start % granule !== 0n || end % granule !== 0n)
    return isOdd ? { ok: false, error: new MappingError('misaligned', 'an area has a larger granule') } : super.unmap(start, size)
  }
}

export const alignsWholeRequests: Mutant = setMutant({
  name: 'aligns-whole-requests',
  fault: 'an unmap must be aligned for every area in its range, cut or not',
  meant: 'set/contained-is-aligned',
}, (options) => new Broken(options))
