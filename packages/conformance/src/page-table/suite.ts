/**
 * The page-table part of the suite: runs its cases on a subject and reports them as the other part does, or hands them
 * to a test runner.
 */

import type { CaseFilter, CaseReport, TestRunner } from '../suite.ts'
import { checkKnown, reportCase } from '../internal/report.ts'
import { TableBench } from './bench.ts'
import type { PageTableCase } from './case.ts'
import { PAGE_TABLE_CASES } from './cases/all.ts'
import { checkPageTableSubject } from './subject.ts'
import type { PageTableSubject } from './subject.ts'

/** All cases about page tables, in the order of reports. */
export function pageTableCases(filter: CaseFilter = ''): readonly PageTableCase[] {
  return PAGE_TABLE_CASES.filter(({ id }) => (typeof filter === 'string' ? id.includes(filter) : filter(id)))
}

/**
 * Runs the cases and reports each; never throws for what a case finds.
 *
 * @throws TypeError or RangeError if the manifest contradicts itself, or a known failure names no case.
 */
export function runPageTableConformance(subject: PageTableSubject, options: { readonly filter?: CaseFilter } = {}): readonly CaseReport[] {
  checkPageTableSubject(subject)
  checkKnown(subject.known, PAGE_TABLE_CASES)
  return pageTableCases(options.filter).map((testCase) => runCase(subject, testCase))
}

/**
 * Registers a test per case that applies to the subject. A known failure passes as long as it fails.
 *
 * @throws TypeError or RangeError as `runPageTableConformance`.
 */
export function registerPageTableConformance(subject: PageTableSubject, runner: TestRunner, options: { readonly filter?: CaseFilter } = {}): void {
  checkPageTableSubject(subject)
  checkKnown(subject.known, PAGE_TABLE_CASES)
  const cases = pageTableCases(options.filter).filter((testCase) => testCase.unsupported?.(subject.manifest) === undefined)
  runner.describe(`page-table conformance of ${subject.name}`, () => {
    for (const testCase of cases) {
      runner.it(`${testCase.id}: ${testCase.title}`, () => {
        const { status, detail } = runCase(subject, testCase)
        if (status === 'fail') throw new Error(`${testCase.id} (${testCase.law}): ${detail}`)
      })
    }
  })
}

function runCase(subject: PageTableSubject, testCase: PageTableCase): CaseReport {
  const { id } = testCase
  return reportCase(id, testCase.unsupported?.(subject.manifest), subject.known, () => {
    const benches: TableBench[] = []
    testCase.run({
      subject,
      manifest: subject.manifest,
      open(options) {
        const bench = new TableBench(subject, options)
        benches.push(bench)
        return bench
      },
    })
    for (const bench of benches) bench.checkCommon()
  })
}
