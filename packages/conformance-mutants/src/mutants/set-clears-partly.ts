import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override clear(): MappingResult {
    for (const area of Array.from(this)) {
      const result = this.unmap(area.start, area.size)
      if (!result.ok) return result
    }
    return { ok: true, value: undefined }
  }
}

export const clearsPartly: Mutant = setMutant({
  name: 'clears-partly',
  fault: 'a clear that is refused half way has unmapped what came first',
  repeats: 'B9 memory_set',
  meant: 'set/fail-each-call',
}, (options) => new Broken(options))
