import type { MockPageTable } from '@addrspace/backend-mock'
import { virtAddr } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

type Request = Parameters<MemorySet<number, MockPageTable>['protect']>

class Broken extends MemorySet<number, MockPageTable> {
  override protect(...request: Request): MappingResult {
    const [start, size, update, options] = request
    if (options?.holes === 'refuse' || start + size > 2n ** 64n) return super.protect(...request)
    for (const area of Array.from(this.areasIn({ start, end: start + size }))) {
      const from: VirtAddr = virtAddr(area.start > start ? area.start : start)
      const end = area.end < start + size ? area.end : start + size
      const result = super.protect(from, end - from, update)
      if (!result.ok) return result
    }
    return { ok: true, value: undefined }
  }
}

export const protectsOneByOne: Mutant = setMutant({
  name: 'protects-one-by-one',
  fault: 'when the function given to protect throws, areas asked before have changed',
  repeats: 'memory_set (update_flags panics)',
  meant: 'set/callback-throws',
}, (options) => new Broken(options))
