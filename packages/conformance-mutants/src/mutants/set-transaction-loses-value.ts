import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    const result = super.transaction(fn)
    if (result.ok) Reflect.set(result, 'value', undefined)
    return result
  }
}

export const transactionLosesValue: Mutant = setMutant({
  name: 'transaction-loses-value',
  fault: 'a transaction that succeeds does not give what its function gave',
  meant: 'set/transaction-commit',
}, (options) => new Broken(options))
