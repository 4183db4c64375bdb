import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    for (let byte = 0n; byte < size; byte++) if (table.flagsAt(start + byte) !== undefined) return false
    return super.map(start, size, flags, table)
  }
}

export const countsBytes: Mutant = backendMutant({
  name: 'counts-bytes',
  fault: 'map looks at every byte of the range',
  meant: 'law/wide-range-cost',
  // 2^64 bytes, one by one.
}, () => new Broken(), { hangs: ['set/whole-space'] })
