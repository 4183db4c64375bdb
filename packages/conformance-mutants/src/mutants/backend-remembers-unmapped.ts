import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  readonly #used = new Set<bigint>()

  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    return this.#used.has(start) ? { reason: 'already-mapped' } : super.map(start, size, flags, table)
  }

  override unmap(start: VirtAddr, size: bigint, table: MockPageTable): BackendAnswer {
    const answer = super.unmap(start, size, table)
    if (answer === true) this.#used.add(start)
    return answer
  }
}

export const remembersUnmapped: Mutant = backendMutant({
  name: 'remembers-unmapped',
  fault: 'what was unmapped cannot be mapped again',
  repeats: 'B17 the page tables of arceos (emptied tables stay in the way)',
  meant: 'law/map-undoes-unmap',
}, () => new Broken())
