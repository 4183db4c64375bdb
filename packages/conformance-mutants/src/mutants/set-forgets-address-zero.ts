import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MemoryArea } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override find(addr: VirtAddr): MemoryArea<number, MockPageTable> | undefined {
    return addr === 0n ? undefined : super.find(addr)
  }
}

export const forgetsAddressZero: Mutant = setMutant({
  name: 'forgets-address-zero',
  fault: 'nothing is ever found at address 0',
  repeats: 'B19 the page tables of arceos (absence tested as "address is zero")',
  meant: 'set/random-model-start',
}, (options) => new Broken(options))
