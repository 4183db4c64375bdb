import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override trust(): void {
    // Once untrusted, always untrusted.
  }
}

export const neverTrustsAgain: Mutant = setMutant({
  name: 'never-trusts-again',
  fault: 'a range whose page table was put in order stays closed',
  meant: 'set/undo-refused-trusted-again',
}, (options) => new Broken(options))
