// What a run counts: what it did, and what it compared.
import type { PageCounts } from './page-check.ts'

/** What was done and compared. */
export interface ModelCounts extends PageCounts {
  commands: number
  /** Changes that were made, and those refused. */
  changes: number
  refusals: number
  /** Of those, for want of a frame. */
  outOfFrames: number
  transactions: number
  rolledBack: number
  snapshots: number
  areas: number
}

export function noCounts(): ModelCounts {
  return { commands: 0, changes: 0, refusals: 0, outOfFrames: 0, transactions: 0, rolledBack: 0, snapshots: 0, areas: 0, pages: 0, staleRanges: 0 }
}
