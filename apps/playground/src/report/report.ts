/**
 * What a report tells, whichever file it is in: cases, what each guards against, what became of them, and which seeded
 * faults each notices.
 */

import type { CaseStatus } from '@addrspace/conformance'
import type { Standings, Verdict } from '../cli/contenders.ts'

/** A case as the suite has it. */
export interface SuiteCase {
  readonly id: string
  readonly title: string
  readonly law: string
  readonly catches?: readonly string[]
}

/** What became of a seeded fault. */
export interface MutantVerdict {
  readonly mutant: string
  /** What it does wrong. */
  readonly fault: string
  /** The real bug that it repeats. */
  readonly repeats: string | undefined
  /** The case that is to notice it. */
  readonly meant: string
  readonly isNoticed: boolean
  readonly milliseconds: number
}

/** All of a report. */
export interface Report extends Standings {
  readonly cases: readonly SuiteCase[]
  readonly mutants: readonly MutantVerdict[]
  readonly date: Date
}

/** The verdicts on one case, in the order of subjects. */
export function verdictsOn({ names, verdicts }: Standings, id: string): readonly Verdict[] {
  return names.flatMap((name) => verdicts.filter((verdict) => verdict.id === id && verdict.backend === name))
}

/** How many of a subject's verdicts have this status. */
export function countOf({ verdicts }: Standings, name: string, status: CaseStatus): number {
  return verdicts.filter((verdict) => verdict.backend === name && verdict.status === status).length
}

/** Sums times, in seconds. */
export function secondsOf(timed: readonly { readonly milliseconds: number }[]): string {
  return (timed.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000).toFixed(3)
}

/** What a case guards against. */
export function guardsAgainst({ catches = [] }: SuiteCase): readonly string[] {
  return catches.map(withoutNumber).filter((text) => text !== '')
}

/** A bug without its numbers in a list (`docs/bugs.md`) that the reader of a report may not have. */
export function withoutNumber(bug: string): string {
  return bug.replace(/\bB\d+(?:(?:,| and) B\d+)*\b\s*/g, '')
}
