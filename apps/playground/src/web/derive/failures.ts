/** Lets each one fail in turn, the first, the second and so on, and tells whether each operation is undone. */

import type { Scenario } from '@addrspace/conformance'
import type { BackendName } from './backends.ts'
import { planOf, reportOf, type FailingPart } from './failure.ts'

export interface FailuresRequest {
  /** What its header lets fail does not count. */
  readonly scenario: Scenario
  readonly backend: BackendName
  readonly part: FailingPart
}

/** What became of one failure. */
export interface FailedOne {
  readonly n: number
  /** The operation that it strikes, from 0. */
  readonly op: number
  readonly isUndone: boolean
}

export interface FailuresProgress {
  /** All so far. */
  readonly done: readonly FailedOne[]
  /** Undefined of callbacks, which nobody has counted. */
  readonly total: number | undefined
}

/** How long work gives way to others; longer ones are cut into pieces. */
export interface Pacer<T> {
  readonly tell: (progress: T) => void
  readonly pause: () => Promise<void>
}

/** More would take long, and show nothing new. */
export const MOST_FAILURES = 400

const TELL_MS = 100

/**
 * Tries them one after the other, at most `MOST_FAILURES`.
 *
 * @throws ScenarioError if the backend refuses the scenario
 */
export async function failuresOf({ scenario, backend, part }: FailuresRequest, { tell, pause }: Pacer<FailuresProgress>): Promise<readonly FailedOne[]> {
  const plan = planOf(scenario, backend)
  const total = part === 'callback' ? undefined : Math.min(MOST_FAILURES, (part === 'call' ? plan.opOfCall : plan.opOfFrame).length)
  const done: FailedOne[] = []
  let told = performance.now()
  for (let n = 1; n <= (total ?? MOST_FAILURES); n++) {
    await pause()
    const report = reportOf(plan, part, n)
    if (report === undefined) break
    const { areas, words, frames } = report.isUndone
    done.push({ n, op: report.op, isUndone: areas && words && frames })
    if (performance.now() - told < TELL_MS) continue
    told = performance.now()
    tell({ done: [...done], total })
  }
  return done
}
