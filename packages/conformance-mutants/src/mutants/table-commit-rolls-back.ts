import { tableMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'
import { RollbackTable } from '../rollback-table.ts'

class Broken extends RollbackTable {
  override commitTransaction(): void {
    this.rollbackTransaction()
  }
}

export const commitRollsBack: Mutant = tableMutant({
  name: 'commit-rolls-back',
  fault: 'a commit loses what was done',
  meant: 'table/commit',
}, () => new Broken())
