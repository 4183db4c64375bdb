import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import { MAX_WORD } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    return start + size > MAX_WORD ? { reason: 'not-expressible' } : super.map(start, size, flags, table)
  }
}

export const endsTooEarly: Mutant = backendMutant({
  name: 'ends-too-early',
  fault: 'a range that ends at 2^64 is refused',
  repeats: 'memory_set (end-at-2^64)',
  meant: 'law/first-and-last-granule',
}, () => new Broken())
