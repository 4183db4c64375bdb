import type { MockPageTable } from '@addrspace/backend-mock'
import { tryVirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockSetOptions } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  readonly #isMerging: boolean

  constructor(options: MockSetOptions) {
    super(options)
    this.#isMerging = options.merge === 'equal-neighbours'
  }

  override protect(...request: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    const [start, size] = request
    const result = super.protect(...request)
    const end = tryVirtAddr(start + size)
    const next = result.ok && this.#isMerging && size > 0n && end !== undefined ? this.find(end) : undefined
    return next?.start === end && next !== undefined ? this.unmap(next.start, next.size) : result
  }
}

export const protectEatsNext: Mutant = setMutant({
  name: 'protect-eats-next',
  fault: 'after a protect in a set that merges, the next area is gone',
  repeats: 'B22 asterinas',
  meant: 'set/merge-then-cut',
}, (options) => new Broken(options))
