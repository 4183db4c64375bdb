/**
 * The suite: runs its cases on a subject and reports as data, or hands them to a test runner. The runner is injected;
 * the bindings for vitest and node:test are a few lines each.
 */

import { Bench } from './bench.ts'
import { CASES } from './cases/all.ts'
import type { CaseContext, ConformanceCase } from './case.ts'
import { show } from './check.ts'
import { checkSubject } from './subject.ts'
import type { Subject } from './subject.ts'

/** What became of a case. `known`: it failed, and the subject lists it. */
export type CaseStatus = 'pass' | 'fail' | 'unsupported' | 'known'

/** One line of a report. */
export interface CaseReport {
  readonly id: string
  readonly status: CaseStatus
  /** What was found wrong, or why the case does not apply; empty for a pass. */
  readonly detail: string
}

/** Which cases to run: those whose id contains the string, or for which the function answers true. */
export type CaseFilter = string | ((id: string) => boolean)

/** The two functions of a test runner. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => void): unknown
}

/** All cases, in the order of reports. */
export function conformanceCases(filter: CaseFilter = ''): readonly ConformanceCase[] {
  return CASES.filter(({ id }) => (typeof filter === 'string' ? id.includes(filter) : filter(id)))
}

/**
 * Runs the suite and reports each case; never throws for what a case finds.
 *
 * @throws TypeError or RangeError if the manifest contradicts itself, or a known failure names no case.
 */
export function runConformance<F, P>(subject: Subject<F, P>, options: { readonly filter?: CaseFilter } = {}): readonly CaseReport[] {
  checkSubject(subject)
  checkKnown(subject)
  return conformanceCases(options.filter).map((testCase) => runCase(subject, testCase))
}

/**
 * Registers a test per case that applies to the subject. A known failure passes as long as it fails.
 *
 * @throws TypeError or RangeError as `runConformance`.
 */
export function registerConformance<F, P>(
  subject: Subject<F, P>, runner: TestRunner, options: { readonly filter?: CaseFilter } = {},
): void {
  checkSubject(subject)
  checkKnown(subject)
  const cases = conformanceCases(options.filter).filter((testCase) => testCase.unsupported?.(subject.manifest) === undefined)
  runner.describe(`conformance of ${subject.name}`, () => {
    for (const testCase of cases) {
      runner.it(`${testCase.id}: ${testCase.title}`, () => {
        const { status, detail } = runCase(subject, testCase)
        if (status === 'fail') throw new Error(`${testCase.id} (${testCase.law}): ${detail}`)
      })
    }
  })
}

function runCase<F, P>(subject: Subject<F, P>, testCase: ConformanceCase): CaseReport {
  const { id } = testCase
  const reason = testCase.unsupported?.(subject.manifest)
  if (reason !== undefined) return { id, status: 'unsupported', detail: reason }
  const failure = failureOf(subject, testCase)
  const known = subject.known?.find((entry) => entry.id === id)
  if (known === undefined) return failure === undefined ? { id, status: 'pass', detail: '' } : { id, status: 'fail', detail: failure }
  return failure === undefined
    ? { id, status: 'fail', detail: `passes, but is listed as a known failure (${known.reason})` }
    : { id, status: 'known', detail: `${known.reason}: ${failure}` }
}

function failureOf<F, P>(subject: Subject<F, P>, testCase: ConformanceCase): string | undefined {
  const benches: Bench<F, P>[] = []
  const context: CaseContext<F, P> = {
    manifest: subject.manifest,
    open() {
      const bench = new Bench(subject)
      benches.push(bench)
      return bench
    },
  }
  try {
    testCase.run(context)
    for (const bench of benches) bench.checkCommon()
    return undefined
  } catch (error) {
    return error instanceof Error && error.name === 'CheckFailure' ? error.message : `threw ${show(error)}`
  }
}

function checkKnown<F, P>({ known = [] }: Subject<F, P>): void {
  for (const { id } of known) {
    if (!CASES.some((testCase) => testCase.id === id)) throw new RangeError(`"known" must name cases of the suite, got ${id}`)
  }
}
