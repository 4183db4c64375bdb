import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    const answer = super.map(start, size, flags, table)
    if (typeof answer === 'object') Reflect.set(answer, 'reason', 'busy')
    return answer
  }
}

export const unknownReason: Mutant = backendMutant({
  name: 'unknown-reason',
  fault: 'map refuses with a reason that is not in the closed list',
  meant: 'law/map-needs-unmapped',
}, () => new Broken())
