import type { MockPageTable } from '@addrspace/backend-mock'
import { virtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override clear(): MappingResult {
    const last = Array.from(this).at(-1)
    return last === undefined ? super.clear() : super.unmap(virtAddr(0n), last.start)
  }
}

export const clearLeavesLast: Mutant = setMutant({
  name: 'clear-leaves-last',
  fault: 'clear leaves the last area',
  meant: 'set/clear',
}, (options) => new Broken(options))
