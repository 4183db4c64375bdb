import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override unmap(start: VirtAddr, size: bigint, table: MockPageTable): BackendAnswer {
    table.write(start, start + size, undefined)
    return true
  }
}

export const unmapToleratesHoles: Mutant = backendMutant({
  name: 'unmap-tolerates-holes',
  fault: 'unmap takes a range with holes, without being lazy',
  meant: 'law/unmap-needs-mapped',
}, () => new Broken())
