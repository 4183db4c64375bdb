import type { MockPageTable } from '@addrspace/backend-mock'
import { tryVirtAddr } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MemoryArea } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override find(addr: VirtAddr): MemoryArea<number, MockPageTable> | undefined {
    const below = tryVirtAddr(addr - 1n)
    return super.find(addr) ?? (below === undefined ? undefined : super.find(below))
  }
}

export const findsEnd: Mutant = setMutant({
  name: 'finds-end',
  fault: 'an area is found at its exclusive end',
  meant: 'set/find',
}, (options) => new Broken(options))
