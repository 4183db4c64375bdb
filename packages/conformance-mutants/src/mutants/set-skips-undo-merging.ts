import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf, MockSetOptions } from '../base.ts'
import { BackendChanger } from '../backend-changer.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  readonly #changer = new BackendChanger({
    call: (_verb, perform) => {
      if (this.#failed && this.#isMerging) return true
      const answer = perform()
      this.#failed = answer !== true
      return answer
    },
  })
  #failed = false
  readonly #isMerging: boolean

  constructor(options: MockSetOptions) {
    super(options)
    this.#isMerging = options.merge === 'equal-neighbours'
  }

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
}

export const skipsUndoMerging: Mutant = setMutant({
  name: 'skips-undo-merging',
  fault: 'in a set that merges, calls in front of a refused one are not undone',
  meant: 'set/random-failures-merging',
}, (options) => new Broken(options))
