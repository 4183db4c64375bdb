import type { MockPageTable } from '@addrspace/backend-mock'
import { tryVirtAddr } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options: MapOptions = {}): MappingResult {
    const end = tryVirtAddr(start + size)
    const cut = options.onOverlap === 'replace' && end !== undefined && size > 0n ? this.find(end) : undefined
    const result = super.map(start, size, flags, backend, options)
    if (!result.ok || end === undefined || cut === undefined || cut.start >= end) return result
    return this.unmap(end, cut.end - end)
  }
}

export const replaceDropsRight: Mutant = setMutant({
  name: 'replace-drops-right',
  fault: 'a replacing map loses what is left of an area behind its end',
  meant: 'set/overlap-replaced',
}, (options) => new Broken(options))
