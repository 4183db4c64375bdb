/** What became of a case, and how long that took. */

import type { CaseReport } from '@addrspace/conformance'

export interface TimedReport extends CaseReport {
  readonly milliseconds: number
}

/** Runs a case under the clock. */
export function timeReport(run: () => CaseReport): TimedReport {
  const began = performance.now()
  const report = run()
  return { ...report, milliseconds: performance.now() - began }
}
