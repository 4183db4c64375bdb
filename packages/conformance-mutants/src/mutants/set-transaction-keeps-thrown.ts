import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    const thrown: unknown[] = []
    const result = super.transaction((): MappingResult<MappingResult<T> | undefined> => {
      try {
        const answer = fn()
        return answer.ok ? { ok: true, value: answer } : answer
      } catch (error) {
        thrown.push(error)
        return { ok: true, value: undefined }
      }
    })
    if (thrown.length > 0) throw thrown[0]
    if (!result.ok) return result
    return result.value ?? super.transaction(fn)
  }
}

export const transactionKeepsThrown: Mutant = setMutant({
  name: 'transaction-keeps-thrown',
  fault: 'a transaction whose function throws keeps what was done',
  meant: 'set/transaction-thrown',
}, (options) => new Broken(options))
