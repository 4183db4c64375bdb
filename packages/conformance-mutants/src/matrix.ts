/**
 * Which case notices which fault, as data.
 */

import { MUTANTS } from './mutants.ts'
import type { Mutant } from './mutant.ts'

/** One line of the matrix. */
export interface MatrixRow {
  readonly mutant: string
  readonly fault: string
  readonly repeats: string | undefined
  /** The case that must notice the fault. */
  readonly meant: string
  /** What that case found wrong; undefined if it did not notice, which is a hole in the suite. */
  readonly found: string | undefined
  /** Every case that notices the fault; the meant one alone unless all were asked for. */
  readonly killedBy: readonly string[]
}

/** Holds every mutant against the case meant for it, or against all cases (some seconds). */
export function mutantMatrix(cases: 'meant' | 'all' = 'meant', mutants: readonly Mutant[] = MUTANTS): readonly MatrixRow[] {
  return mutants.map((mutant) => rowOf(mutant, cases))
}

function rowOf({ name, fault, repeats, meant, report }: Mutant, cases: 'meant' | 'all'): MatrixRow {
  const failed = report(cases === 'all' ? undefined : (id) => id === meant).filter(({ status }) => status === 'fail')
  return {
    mutant: name, fault, repeats, meant,
    found: failed.find(({ id }) => id === meant)?.detail,
    killedBy: failed.map(({ id }) => id),
  }
}
