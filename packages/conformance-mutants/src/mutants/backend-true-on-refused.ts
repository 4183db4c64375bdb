import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override unmap(start: VirtAddr, size: bigint, table: MockPageTable): BackendAnswer {
    super.unmap(start, size, table)
    return true
  }
}

export const trueOnRefused: Mutant = backendMutant({
  name: 'true-on-refused',
  fault: 'unmap reports success where it refused and changed nothing',
  meant: 'law/random-calls',
}, () => new Broken())
