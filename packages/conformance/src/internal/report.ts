/**
 * From what a case does to a line of a report; the same for all parts of the suite.
 */

import { show } from '../check.ts'
import type { KnownFailure } from '../subject.ts'
import type { CaseReport } from '../suite.ts'

/** Runs a case, unless there is a reason why the subject cannot be asked. */
export function reportCase(id: string, unsupported: string | undefined, knownFailures: readonly KnownFailure[] | undefined, run: () => void): CaseReport {
  if (unsupported !== undefined) return { id, status: 'unsupported', detail: unsupported }
  const failure = failureOf(run)
  const known = knownFailures?.find((entry) => entry.id === id)
  if (known === undefined) return failure === undefined ? { id, status: 'pass', detail: '' } : { id, status: 'fail', detail: failure }
  return failure === undefined
    ? { id, status: 'fail', detail: `passes, but is listed as a known failure (${known.reason})` }
    : { id, status: 'known', detail: `${known.reason}: ${failure}` }
}

function failureOf(run: () => void): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof Error && error.name === 'CheckFailure' ? error.message : `threw ${show(error)}`
  }
}

/** @throws RangeError if a known failure names no case. */
export function checkKnown(known: readonly KnownFailure[] | undefined, cases: readonly { readonly id: string }[]): void {
  for (const { id } of known ?? []) {
    if (!cases.some((testCase) => testCase.id === id)) throw new RangeError(`"known" must name cases of the suite, got ${id}`)
  }
}
