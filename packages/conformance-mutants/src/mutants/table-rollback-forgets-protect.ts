import type { MockRun } from '@addrspace/backend-mock'
import { tableMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'
import { RollbackTable } from '../rollback-table.ts'

class Broken extends RollbackTable {
  protected override restore(runs: readonly MockRun[]): void {
    const changed = runs.map((run) => ({ ...run, flags: this.flagsAt(run.end - 1n) ?? run.flags }))
    super.restore(changed)
  }
}

export const rollbackForgetsProtect: Mutant = tableMutant({
  name: 'rollback-forgets-protect',
  fault: 'a rollback brings back what was mapped, but not the flags it had',
  meant: 'table/rollback',
}, () => new Broken())
