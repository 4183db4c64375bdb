import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options: MapOptions = {}): MappingResult {
    if (options.onOverlap === 'replace' && size > 0n) {
      const unmapped = this.unmap(start, size)
      if (!unmapped.ok) return unmapped
    }
    return super.map(start, size, flags, backend, options)
  }
}

export const replaceLosesOld: Mutant = setMutant({
  name: 'replace-loses-old',
  fault: 'a replacing map that is refused has already removed the old areas',
  repeats: 'B8 memory_set, B21 StarryOS',
  meant: 'set/fail-each-call',
}, (options) => new Broken(options))
