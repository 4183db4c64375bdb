import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    return flags === 0 ? true : super.map(start, size, flags, table)
  }

  override protect(start: VirtAddr, size: bigint, newFlags: number, table: MockPageTable): BackendAnswer {
    return newFlags === 0 ? super.unmap(start, size, table) : super.protect(start, size, newFlags, table)
  }
}

export const zeroIsUnmapped: Mutant = backendMutant({
  name: 'zero-is-unmapped',
  fault: 'flags 0 cannot be told from unmapped',
  repeats: 'the mock of memory_set (mock-flags-zero)',
  meant: 'law/every-flags-is-mapped',
}, () => new Broken())
