import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override protect(start: VirtAddr, size: bigint, newFlags: number, table: MockPageTable): BackendAnswer {
    return size === 1n ? true : super.protect(start, size - 1n, newFlags, table)
  }
}

export const protectSkipsLast: Mutant = backendMutant({
  name: 'protect-skips-last',
  fault: 'protect leaves the last byte with its old flags',
  meant: 'law/protect-covers-range',
}, () => new Broken())
