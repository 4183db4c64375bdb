import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import { alignDown, alignUp } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant, pagedMock } from '../base.ts'
import type { Mutant } from '../mutant.ts'
import { PAGE } from '../paged-mock.ts'

class Broken extends MockBackend {
  readonly granule: bigint = PAGE

  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    return super.map(alignDown(start, PAGE), alignUp(size, PAGE), flags, table)
  }
}

export const roundsMisaligned: Mutant = backendMutant({
  name: 'rounds-misaligned',
  fault: 'map rounds to whole pages instead of refusing',
  repeats: 'the mmap emulation of WebAssembly (rounds outward)',
  meant: 'law/granule-misaligned',
}, () => new Broken(), { base: pagedMock })
