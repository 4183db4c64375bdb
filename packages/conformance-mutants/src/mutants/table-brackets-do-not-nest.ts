import { tableMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'
import { RollbackTable } from '../rollback-table.ts'

class Broken extends RollbackTable {
  override rollbackTransaction(): void {
    const [outermost = []] = this.saved
    this.saved.pop()
    this.restore(outermost)
  }
}

export const bracketsDoNotNest: Mutant = tableMutant({
  name: 'brackets-do-not-nest',
  fault: 'an inner rollback undoes the outer work too',
  meant: 'table/nested',
}, () => new Broken())
