import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options: MapOptions = {}): MappingResult {
    const area = options.onOverlap === 'replace' && size > 0n ? this.find(start) : undefined
    if (area !== undefined) {
      const whole = this.unmap(area.start, area.size)
      if (!whole.ok) return whole
    }
    return super.map(start, size, flags, backend, options)
  }
}

export const replacesWholeAreas: Mutant = setMutant({
  name: 'replaces-whole-areas',
  fault: 'a replacing map removes areas that it should only cut',
  repeats: 'B27 the mmap emulation of WebAssembly (no partial munmap)',
  meant: 'set/replace-inside',
}, (options) => new Broken(options))
