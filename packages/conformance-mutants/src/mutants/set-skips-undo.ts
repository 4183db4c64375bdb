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
      // What follows a refusal within one operation is its undoing.
      if (this.#hasFailed) return true
      const answer = perform()
      this.#hasFailed = answer !== true
      return answer
    },
  })
  #hasFailed = false

  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options?: MapOptions): MappingResult {
    this.#hasFailed = false
    return super.map(start, size, flags, this.#changer.of(backend), options)
  }

  override unmap(start: VirtAddr, size: bigint): MappingResult {
    this.#hasFailed = false
    return super.unmap(start, size)
  }

  override protect(...request: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    this.#hasFailed = false
    return super.protect(...request)
  }

  override clear(): MappingResult {
    this.#hasFailed = false
    return super.clear()
  }
}

export const skipsUndo: Mutant = setMutant({
  name: 'skips-undo',
  fault: 'the backend calls in front of a refused one are not undone',
  repeats: 'B2 and B3 memory_set',
  meant: 'set/fail-each-call',
}, (options) => new Broken(options))
