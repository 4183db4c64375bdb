import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  #isOpen = false

  override transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    if (this.#isOpen) return fn()
    this.#isOpen = true
    try {
      return super.transaction(fn)
    } finally {
      this.#isOpen = false
    }
  }
}

export const innerTransactionKeeps: Mutant = setMutant({
  name: 'inner-transaction-keeps',
  fault: 'only the outermost transaction goes back',
  meant: 'set/transaction-nested',
}, (options) => new Broken(options))
