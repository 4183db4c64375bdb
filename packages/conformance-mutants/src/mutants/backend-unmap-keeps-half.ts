import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override unmap(start: VirtAddr, size: bigint, table: MockPageTable): BackendAnswer {
    const answer = super.unmap(start, size, table)
    const first = table.runs.find((run) => run.end > start)
    if (answer !== true && first !== undefined && first.start <= start) table.write(start, first.end, undefined)
    return answer
  }
}

export const unmapKeepsHalf: Mutant = backendMutant({
  name: 'unmap-keeps-half',
  fault: 'an unmap refused for a hole has cleared what lies in front of the hole',
  repeats: 'the mock of memory_set (shrink-failure-partial-pt)',
  meant: 'law/unmap-refused-changed-nothing',
}, () => new Broken())
