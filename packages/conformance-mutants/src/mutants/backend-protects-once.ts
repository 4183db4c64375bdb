import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  readonly #changed = new Set<bigint>()

  override protect(start: VirtAddr, size: bigint, newFlags: number, table: MockPageTable): BackendAnswer {
    if (this.#changed.has(start)) return true
    this.#changed.add(start)
    return super.protect(start, size, newFlags, table)
  }
}

export const protectsOnce: Mutant = backendMutant({
  name: 'protects-once',
  fault: 'a second protect at the same start does nothing',
  repeats: 'B15 the page tables of arceos (protect back from no access does nothing)',
  meant: 'law/protect-undoes-protect',
}, () => new Broken())
