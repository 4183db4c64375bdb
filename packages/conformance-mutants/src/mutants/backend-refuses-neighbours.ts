import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    const touches = table.runs.some((run) => run.start <= start + size && run.end >= start)
    return touches ? { reason: 'already-mapped' } : super.map(start, size, flags, table)
  }
}

export const refusesNeighbours: Mutant = backendMutant({
  name: 'refuses-neighbours',
  fault: 'map refuses a range that only touches what is mapped',
  meant: 'law/map-beside-mapped',
}, () => new Broken())
