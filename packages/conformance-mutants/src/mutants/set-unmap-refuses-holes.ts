import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MappingError, MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override unmap(start: VirtAddr, size: bigint): MappingResult {
    const hole = start + size <= WORD_SPACE && size > 0n ? this.findFreeArea(1n, { limit: { start, end: start + size } }) : undefined
    return hole === undefined ? super.unmap(start, size) : { ok: false, error: new MappingError('hole', 'a hole in the range') }
  }
}

export const unmapRefusesHoles: Mutant = setMutant({
  name: 'unmap-refuses-holes',
  fault: 'unmap refuses a range that is not mapped throughout',
  meant: 'set/unmap-holes',
}, (options) => new Broken(options))
