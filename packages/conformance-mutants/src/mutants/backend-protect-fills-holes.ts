import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override protect(start: VirtAddr, size: bigint, newFlags: number, table: MockPageTable): BackendAnswer {
    table.write(start, start + size, newFlags)
    return true
  }
}

export const protectFillsHoles: Mutant = backendMutant({
  name: 'protect-fills-holes',
  fault: 'protect maps what was not mapped',
  meant: 'law/protect-needs-mapped',
}, () => new Broken())
