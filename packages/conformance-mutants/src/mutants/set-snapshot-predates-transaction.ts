import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MappingResult, MemorySetSnapshot } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  #before: MemorySetSnapshot<number, MockPageTable> | undefined

  override snapshot(): MemorySetSnapshot<number, MockPageTable> {
    return this.#before ?? super.snapshot()
  }

  override transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    this.#before ??= super.snapshot()
    try {
      return super.transaction(fn)
    } finally {
      this.#before = undefined
    }
  }
}

export const snapshotPredatesTransaction: Mutant = setMutant({
  name: 'snapshot-predates-transaction',
  fault: 'a snapshot taken inside a transaction shows the set as it was before',
  meant: 'set/transaction-snapshot',
}, (options) => new Broken(options))
