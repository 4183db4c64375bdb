import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { Access, FaultAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override fault(addr: VirtAddr, _access: Access, flags: number, table: MockPageTable): FaultAnswer {
    table.write(addr, addr + 1n, flags)
    return 'installed'
  }
}

export const faultReplacesPage: Mutant = backendMutant({
  name: 'fault-replaces-page',
  fault: 'a fault on what is mapped maps it afresh',
  repeats: 'B19 axmm',
  meant: 'set/fault-answered',
}, () => new Broken())
