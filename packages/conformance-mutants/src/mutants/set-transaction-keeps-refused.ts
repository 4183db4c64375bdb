import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    let refused: MappingResult<T> | undefined
    const result = super.transaction(() => {
      const answer = fn()
      if (!answer.ok) refused = answer
      return { ok: true, value: answer }
    })
    if (!result.ok) return result
    return refused ?? result.value
  }
}

export const transactionKeepsRefused: Mutant = setMutant({
  name: 'transaction-keeps-refused',
  fault: 'a transaction whose function gives a refusal keeps what was done',
  meant: 'set/transaction-refused',
}, (options) => new Broken(options))
