/**
 * The mock's table with transactions: a bracket keeps a copy of all runs, and going back writes them again.
 */

import { MockPageTable } from '@addrspace/backend-mock'
import type { MockRun } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { TransactionalPageTable } from '@addrspace/memory-set'

export class RollbackTable extends MockPageTable implements TransactionalPageTable {
  protected readonly saved: (readonly MockRun[])[] = []

  beginTransaction(): void {
    this.saved.push([...this.runs])
  }

  commitTransaction(): void {
    this.saved.pop()
  }

  rollbackTransaction(): void {
    this.restore(this.saved.pop() ?? [])
  }

  protected restore(runs: readonly MockRun[]): void {
    this.write(0n, WORD_SPACE, undefined)
    for (const { start, end, flags } of runs) this.write(start, end, flags)
  }
}
