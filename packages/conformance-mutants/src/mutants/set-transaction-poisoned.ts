import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  #refused: MappingResult | undefined

  override protect(...request: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    const result = super.protect(...request)
    if (!result.ok) this.#refused = result
    return result
  }

  override transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    this.#refused = undefined
    return super.transaction(() => {
      const result = fn()
      return this.#refused?.ok === false ? this.#refused : result
    })
  }
}

export const transactionPoisoned: Mutant = setMutant({
  name: 'transaction-poisoned',
  fault: 'after a refused operation, a transaction can only go back',
  meant: 'set/transaction-inner-refusal',
}, (options) => new Broken(options))
