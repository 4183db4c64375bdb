import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override protect(start: VirtAddr, size: bigint, newFlags: number, table: MockPageTable): BackendAnswer {
    const old = table.flagsAt(start)
    return super.protect(start, size, old === 0 ? 0 : newFlags, table)
  }
}

export const someFlagsLost: Mutant = backendMutant({
  name: 'some-flags-lost',
  fault: 'no way leads back from flags 0',
  repeats: 'B15 the page tables of arceos (PROT_NONE becomes "not mapped")',
  meant: 'law/protect-each-pair',
}, () => new Broken())
