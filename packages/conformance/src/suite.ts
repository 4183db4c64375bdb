/**
 * The suite: runs its cases on a subject and reports as data, or hands them to a test runner. The runner is injected;
 * the bindings for vitest and node:test are a few lines each.
 */

import { Bench } from './bench.ts'
import { CASES } from './cases/all.ts'
import type { CaseContext, ConformanceCase } from './case.ts'
import { checkKnown, reportCase } from './internal/report.ts'
import { checkSubject } from './subject.ts'
import type { Subject } from './subject.ts'

/** What became of a case. `known`: it failed, and the subject lists it. */
export type CaseStatus = 'pass' | 'fail' | 'unsupported' | 'known'

/** One line of a report. */
export interface CaseReport {
  /** Of the case. */
  readonly id: string
  /** What became of it. */
  readonly status: CaseStatus
  /** What was found wrong, or why the case does not apply; empty for a pass. */
  readonly detail: string
}

/** Which cases to run: those whose id contains the string, or for which the function answers true. */
export type CaseFilter = string | ((id: string) => boolean)

/** The two functions of a test runner. */
export interface TestRunner {
  /** Groups the tests that `body` registers. */
  describe(name: string, body: () => void): unknown
  /** Registers a test that fails if `body` throws. */
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
  checkKnown(subject.known, CASES)
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
  checkKnown(subject.known, CASES)
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
  return reportCase(testCase.id, testCase.unsupported?.(subject.manifest), subject.known, () => {
    const benches: Bench<F, P>[] = []
    const context: CaseContext<F, P> = {
      manifest: subject.manifest,
      open() {
        const bench = new Bench(subject)
        benches.push(bench)
        return bench
      },
    }
    testCase.run(context)
    for (const bench of benches) bench.checkCommon()
  })
}
