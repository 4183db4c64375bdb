/**
 * A report as JUnit XML: a suite per subject, a test per case; then one of the seeded faults, a test for each. What does
 * not apply and what is known to fail is skipped, since the format has no words for them; the message says which.
 */

import { groupOf } from '../cli/case-groups.ts'
import type { Verdict } from '../cli/contenders.ts'
import { markup, type Markup } from './markup.ts'
import { guardsAgainst, secondsOf, type MutantVerdict, type Report, type SuiteCase } from './report.ts'

/** Writes the file's text. */
export function junitXml(report: Report): string {
  const { names, verdicts, mutants } = report
  const suites = names.map((name) => suiteOf(report, name, verdicts.filter(({ backend }) => backend === name)))
  const failures = verdicts.filter(({ status }) => status === 'fail').length + mutants.filter(({ isNoticed }) => !isNoticed).length
  const skipped = verdicts.filter(isSkipped).length
  const text = markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="addrspace conform" tests="${verdicts.length + mutants.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${secondsOf([...verdicts, ...mutants])}">
${suites}${mutants.length === 0 ? '' : mutantSuite(report, mutants)}</testsuites>
`
  return text.text
}

function suiteOf({ cases, date }: Report, name: string, verdicts: readonly Verdict[]): Markup {
  const byId = new Map(cases.map((testCase) => [testCase.id, testCase]))
  const failures = verdicts.filter(({ status }) => status === 'fail').length
  return markup`  <testsuite name="${name}" tests="${verdicts.length}" failures="${failures}" errors="0" skipped="${verdicts.filter(isSkipped).length}" time="${secondsOf(verdicts)}" timestamp="${timestamp(date)}">
${verdicts.map((verdict) => caseElement(byId.get(verdict.id)!, verdict))}  </testsuite>
`
}

function caseElement(testCase: SuiteCase, verdict: Verdict): Markup {
  const { id, backend, status, detail } = verdict
  const outcome = outcomeElement(testCase, verdict)
  const head = markup`    <testcase classname="${backend}.${groupOf(id)}" name="${id}" time="${secondsOf([verdict])}"`
  return status === 'pass' && detail === '' ? markup`${head}/>\n` : markup`${head}>${outcome}</testcase>\n`
}

function outcomeElement(testCase: SuiteCase, { status, detail }: Verdict): Markup {
  const { title, law } = testCase
  const [first = ''] = detail.split('\n')
  switch (status) {
    case 'pass':
      return markup`<system-out>${detail}</system-out>`
    case 'fail': {
      const guards = guardsAgainst(testCase).map((text) => `\nGuards against: ${text}`).join('')
      return markup`<failure message="${first}" type="conformance">${`${title} (${law})\n${detail}${guards}`}</failure>`
    }
    case 'known':
      return markup`<skipped message="known: ${first}"/>`
    case 'unsupported':
      return markup`<skipped message="does not apply: ${first}"/>`
  }
}

function mutantSuite({ date }: Report, mutants: readonly MutantVerdict[]): Markup {
  const survivors = mutants.filter(({ isNoticed }) => !isNoticed).length
  return markup`  <testsuite name="seeded faults" tests="${mutants.length}" failures="${survivors}" errors="0" skipped="0" time="${secondsOf(mutants)}" timestamp="${timestamp(date)}">
${mutants.map((verdict) => mutantElement(verdict))}  </testsuite>
`
}

function mutantElement(verdict: MutantVerdict): Markup {
  const { mutant, fault, meant, isNoticed } = verdict
  const head = markup`    <testcase classname="seeded faults.${groupOf(mutant)}" name="${mutant}" time="${secondsOf([verdict])}"`
  if (isNoticed) return markup`${head}/>\n`
  return markup`${head}><failure message="not noticed by ${meant}" type="mutant">${fault}</failure></testcase>\n`
}

function isSkipped({ status }: Verdict): boolean {
  return status === 'known' || status === 'unsupported'
}

/** In UTC, as the format has it: without a zone. */
function timestamp(date: Date): string {
  return date.toISOString().slice(0, 19)
}
