import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override unmap(start: VirtAddr, size: bigint, table: MockPageTable): BackendAnswer {
    return super.unmap(start, size > 1n ? size - 1n : size, table)
  }
}

export const unmapsOneTooFew: Mutant = backendMutant({
  name: 'unmaps-one-too-few',
  fault: 'unmap leaves the last byte mapped',
  meant: 'law/unmap-covers-range',
}, () => new Broken())
