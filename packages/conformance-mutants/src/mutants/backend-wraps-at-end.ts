import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override unmap(start: VirtAddr, size: bigint, table: MockPageTable): BackendAnswer {
    const answer = super.unmap(start, size, table)
    if (answer === true && start + size === WORD_SPACE) table.write(0n, 1n, undefined)
    return answer
  }
}

export const wrapsAtEnd: Mutant = backendMutant({
  name: 'wraps-at-end',
  fault: 'an unmap up to 2^64 goes on at 0',
  repeats: 'B25 Unicorn',
  meant: 'law/edges-apart',
}, () => new Broken())
