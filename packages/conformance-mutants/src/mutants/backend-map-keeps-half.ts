import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    const inTheWay = table.runs.find((run) => run.end > start && run.start < start + size)
    if (inTheWay !== undefined && inTheWay.start > start) table.write(start, inTheWay.start, flags)
    return super.map(start, size, flags, table)
  }
}

export const mapKeepsHalf: Mutant = backendMutant({
  name: 'map-keeps-half',
  fault: 'a map refused half way leaves behind what it wrote in front of the entry in the way',
  repeats: 'the mock of memory_set (map-failure-no-rollback)',
  meant: 'law/map-refused-changed-nothing',
}, () => new Broken())
