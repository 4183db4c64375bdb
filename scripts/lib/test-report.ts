// Reads test reports (the JSON that vitest writes; the doc examples write the same shape) and sums
// them up. Decides what counts as failed; running the tests is scripts/test.ts.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The part of a report that is counted. */
export interface TestReport {
  /** False too when something failed outside of any test, such as a rejection nobody awaited. */
  readonly success: boolean
  readonly testResults: readonly FileReport[]
}

/** The tests of one file. */
export interface FileReport {
  readonly name: string
  /** `failed` with no failed assertion means that the file could not be loaded. */
  readonly status: string
  readonly message?: string
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
}

/** How one report, or all of them, went. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Full names of the tests that did not run. */
  readonly skipped: readonly string[]
}

/** A skipped test, and why: the tool its name says it needs. `tool` is missing where the name says nothing. */
export interface Skip {
  readonly name: string
  readonly tool?: string
}

/**
 * Counts one report. What is no failed test but must not look green counts as one: a file that did not load,
 * a failure outside of any test, a report in which nothing ran.
 */
export function tallyReport(report: TestReport): Tally {
  let passed = 0
  let failed = 0
  const skipped: string[] = []
  for (const file of report.testResults) {
    const before = failed
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1
      else if (test.status === 'failed') failed += 1
      else skipped.push(test.fullName)
    }
    if (file.status === 'failed' && failed === before) failed += 1
  }
  const isEmpty = passed + failed + skipped.length === 0
  if (failed === 0 && (!report.success || isEmpty)) failed = 1
  return { passed, failed, skipped }
}

/** Adds tallies up. */
export function sumTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
    skipped: tallies.flatMap((tally) => tally.skipped),
  }
}

/**
 * Reads a skip's reason from the test's name. The convention: a test that cannot run without a program
 * that may be missing ends its name in `(needs PROGRAM)` and skips itself where the program is not found.
 */
export function explainSkip(name: string): Skip {
  const tool = /\(needs ([^()]+)\)/.exec(name)?.[1]
  return tool === undefined ? { name } : { name, tool }
}

/** Splits skips into those that may stand and those that count as failures: no reason given, or in CI, where every tool must be there. */
export function judgeSkips(names: readonly string[], inCi: boolean): { allowed: Skip[]; refused: Skip[] } {
  const skips = names.map(explainSkip)
  const isAllowed = (skip: Skip): boolean => skip.tool !== undefined && !inCi
  return { allowed: skips.filter(isAllowed), refused: skips.filter((skip) => !isAllowed(skip)) }
}

/** The last line of `npm test`: `N passed, N failed`, and `, N skipped` only if there are any. */
export function closingLine(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Writes `reports/<name>.json` below `root`, where `npm test` looks for it. */
export function writeReport(root: string, name: string, testResults: readonly FileReport[]): void {
  const report: TestReport = { success: testResults.every(({ status }) => status === 'passed'), testResults }
  mkdirSync(join(root, 'reports'), { recursive: true })
  writeFileSync(join(root, 'reports', `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
}
