import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { FindFreeOptions } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override findFreeArea(size: bigint, options: FindFreeOptions = {}): VirtAddr | undefined {
    const { limit } = options
    if (limit === undefined || options.direction === 'down') return super.findFreeArea(size, options)
    return super.findFreeArea(size, { ...options, limit: { start: limit.start, end: WORD_SPACE } })
  }
}

export const ignoresLimitEnd: Mutant = setMutant({
  name: 'ignores-limit-end',
  fault: 'the search goes on behind the end of the limit',
  repeats: 'B6 memory_set',
  meant: 'set/find-free-limit',
}, (options) => new Broken(options))
