import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    table.write(start, start + size, flags)
    return true
  }
}

export const mapOverwrites: Mutant = backendMutant({
  name: 'map-overwrites',
  fault: 'map writes over what is mapped',
  meant: 'law/map-needs-unmapped',
}, () => new Broken())
