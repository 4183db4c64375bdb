import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    const end = start + size
    const hasRoom = end < WORD_SPACE && table.isUnmapped(end, end + 1n)
    return super.map(start, hasRoom ? size + 1n : size, flags, table)
  }
}

export const mapsOneTooMany: Mutant = backendMutant({
  name: 'maps-one-too-many',
  fault: 'map covers a byte behind the range, if it is free',
  meant: 'law/map-covers-range',
}, () => new Broken())
