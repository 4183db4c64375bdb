import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import { BackendChanger } from '../backend-changer.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  readonly #changer = new BackendChanger({
    call: (_verb, perform) => {
      if (this.#failed && this.#depth > 0) return true
      const answer = perform()
      this.#failed = answer !== true
      return answer
    },
  })
  #failed = false
  #depth = 0

  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options?: MapOptions): MappingResult {
    this.#failed = false
    return super.map(start, size, flags, this.#changer.of(backend), options)
  }

  override unmap(start: VirtAddr, size: bigint): MappingResult {
    this.#failed = false
    return super.unmap(start, size)
  }

  override protect(...request: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    this.#failed = false
    return super.protect(...request)
  }

  override clear(): MappingResult {
    this.#failed = false
    return super.clear()
  }

  override transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    this.#depth += 1
    try {
      return super.transaction(fn)
    } finally {
      this.#depth -= 1
      this.#failed = false
    }
  }
}

export const skipsUndoInside: Mutant = setMutant({
  name: 'skips-undo-inside',
  fault: 'inside a transaction, calls in front of a refused one are not undone',
  meant: 'set/random-failures',
}, (options) => new Broken(options))
