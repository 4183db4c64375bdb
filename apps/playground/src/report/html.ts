/**
 * A report as one page of HTML that asks nobody for anything: no scripts, no styles, fonts or pictures from elsewhere.
 */

import type { CaseStatus } from '@addrspace/conformance'
import { groupOf } from '../cli/case-groups.ts'
import type { Verdict } from '../cli/contenders.ts'
import { Markup, markup } from './markup.ts'
import { countOf, guardsAgainst, secondsOf, verdictsOn, withoutNumber, type MutantVerdict, type Report, type SuiteCase } from './report.ts'
import { STYLE } from './style.ts'

const TITLE = 'Conformance of address spaces and page tables'

/** Writes the page. */
export function htmlPage(report: Report): string {
  const { names, cases, mutants, date } = report
  const findings = (['fail', 'known'] as const).map((status) => ({ status, found: findingsOf(report, status) })).filter(({ found }) => found.length > 0)
  const sections: readonly (readonly [id: string, title: string, body: Markup])[] = [
    ...(names.length === 0 ? [] : [['subjects', 'Subjects', subjectTable(report)] as const]),
    ...findings.map(({ status, found }) => [status, FINDINGS[status], markup`${found}`] as const),
    ...(cases.length === 0 ? [] : [['cases', 'Cases', markup`${groupTables(report)}`] as const]),
    ...(mutants.length === 0 ? [] : [['faults', 'Seeded faults', mutantTable(mutants)] as const]),
  ]
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${TITLE}</title>
<style>
${new Markup(STYLE)}
</style>
</head>
<body>
<header>
<h1>${TITLE}</h1>
<p>${summaryOf(report)}</p>
<p class="dim">Written by <code>addrspace conform</code> on <time datetime="${date.toISOString()}">${date.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>.</p>
<nav aria-label="Sections"><ul>${sections.map(([id, title]) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${sections.map(([id, title, body]) => markup`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${body}</section>
`)}</main>
</body>
</html>
`.text
}

const FINDINGS = { fail: 'What failed', known: 'What is known to fail' } as const

/** In the cells of subjects. */
const WORDS: Readonly<Record<CaseStatus, string>> = { pass: 'pass', fail: 'FAIL', known: 'known', unsupported: 'n/a' }

function summaryOf({ names, cases, verdicts, mutants }: Report): string {
  const failed = verdicts.filter(({ status }) => status === 'fail').length
  const survivors = mutants.filter(({ isNoticed }) => !isNoticed).length
  const parts = [
    ...(names.length === 0 ? [] : [`${counted(cases.length, 'case')}, ${counted(names.length, 'subject')}: ${failed === 0 ? 'no case failed' : counted(failed, 'failure')}`]),
    ...(mutants.length === 0 ? [] : [`${counted(mutants.length, 'seeded fault')}: ${survivors === 0 ? 'all noticed' : `${survivors} not noticed`}`]),
  ]
  return `${parts.join('. ')}.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function subjectTable(report: Report): Markup {
  const { names, verdicts } = report
  const columns = [['pass', 'passed'], ['fail', 'failed'], ['known', 'known to fail'], ['unsupported', 'not applicable']] as const
  const rows = names.map((name) => markup`<tr><th scope="row">${name}</th>${columns.map(([status]) => {
    const count = countOf(report, name, status)
    return markup`<td class="number ${count === 0 || status === 'unsupported' ? '' : status}">${count}</td>`
  })}<td class="number">${secondsOf(verdicts.filter(({ backend }) => backend === name))}</td></tr>
`)
  return scrolling('Subjects', markup`<table>
<caption>How many cases each subject passes. What is not applicable asks for what a subject does not have.</caption>
<thead><tr><th scope="col">subject</th>${columns.map(([, title]) => markup`<th scope="col" class="number">${title}</th>`)}<th scope="col" class="number">seconds</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`)
}

/** Each finding once for all subjects on which it is the same. */
function findingsOf(report: Report, status: 'fail' | 'known'): Markup[] {
  return report.cases.flatMap((testCase) => {
    const own = verdictsOn(report, testCase.id).filter((verdict) => verdict.status === status)
    const alike = Map.groupBy(own, ({ detail }) => detail)
    return Array.from(alike, ([detail, verdicts], at) => findingSection(testCase, status, detail, verdicts, at))
  })
}

function findingSection(testCase: SuiteCase, status: 'fail' | 'known', detail: string, verdicts: readonly Verdict[], at: number): Markup {
  const { id, title, law } = testCase
  const guards = guardsAgainst(testCase)
  return markup`<section class="finding is-${status}" id="${at === 0 ? findingId(id, status) : `${findingId(id, status)}-${at}`}">
<h3><code>${id}</code> on ${verdicts.map(({ backend }) => backend).join(', ')}</h3>
<p>${title} <span class="law">(${law})</span></p>
<pre>${detail}</pre>
${guards.length === 0 ? '' : markup`<p>Guards against: ${guards.join('; ')}.</p>\n`}</section>
`
}

function findingId(id: string, status: string): string {
  return `${status}-${id.replaceAll('/', '-')}`
}

function groupTables(report: Report): Markup[] {
  const groups = Map.groupBy(report.cases, ({ id }) => groupOf(id))
  return Array.from(groups, ([group, cases]) => markup`<h3 id="cases-${group}"><code>${group}/</code></h3>
${scrolling(`Cases of ${group}`, caseTable(report, group, cases))}`)
}

function caseTable(report: Report, group: string, cases: readonly SuiteCase[]): Markup {
  const { names, mutants } = report
  const hasFaults = mutants.length > 0
  const rows = cases.map((testCase) => {
    const { id, title, law } = testCase
    const guards = guardsAgainst(testCase)
    const own = mutants.filter(({ meant }) => meant === id)
    return markup`<tr><th scope="row"><code>${id.slice(group.length + 1)}</code><br>${title} <span class="law">(${law})</span>${reasonsOf(report, id)}</th><td class="guards">${listed(guards)}</td>${
      verdictsOn(report, id).map((verdict) => verdictCell(verdict))}${hasFaults ? faultsCell(own) : ''}</tr>
`
  })
  return markup`<table>
<caption>${counted(cases.length, 'case')} of <code>${group}/</code></caption>
<thead><tr><th scope="col">case</th><th scope="col">guards against</th>${names.map((name) => markup`<th scope="col">${breakable(name)}</th>`)}${hasFaults ? markup`<th scope="col">seeded faults noticed</th>` : ''}</tr></thead>
<tbody>
${rows}</tbody>
</table>
`
}

function verdictCell({ id, status }: Verdict): Markup {
  const word = WORDS[status]
  if (status === 'fail' || status === 'known') return markup`<td class="${status}"><a href="#${findingId(id, status)}">${word}</a></td>`
  return markup`<td class="${status === 'pass' ? 'pass' : 'dim'}">${word}</td>`
}

/** Why a case does not apply, once for all subjects with the same reason. */
function reasonsOf(report: Report, id: string): Markup | string {
  const unsupported = verdictsOn(report, id).filter(({ status }) => status === 'unsupported')
  if (unsupported.length === 0) return ''
  const alike = Map.groupBy(unsupported, ({ detail }) => detail)
  return markup`<details class="dim"><summary>where it does not apply</summary><ul>${Array.from(alike, ([detail, verdicts]) => markup`<li>${verdicts.map(({ backend }) => backend).join(', ')}: ${detail}</li>`)}</ul></details>`
}

function faultsCell(own: readonly MutantVerdict[]): Markup {
  if (own.length === 0) return markup`<td class="dim">none meant</td>`
  const noticed = own.filter(({ isNoticed }) => isNoticed).length
  return markup`<td><details><summary class="${noticed === own.length ? 'pass' : 'fail'}">${noticed} of ${own.length}</summary>${listed(own.map(({ fault, isNoticed }) => (isNoticed ? fault : `NOT NOTICED: ${fault}`)))}</details></td>`
}

function mutantTable(mutants: readonly MutantVerdict[]): Markup {
  const rows = mutants.map(({ mutant, fault, repeats, meant, isNoticed }) => markup`<tr><th scope="row"><code>${mutant}</code><br>${fault}</th><td class="guards">${repeats === undefined ? '' : withoutNumber(repeats)}</td><td><code>${meant}</code></td><td class="${isNoticed ? 'pass' : 'fail'}">${isNoticed ? 'noticed' : 'NOT NOTICED'}</td></tr>
`)
  return scrolling('Seeded faults', markup`<table>
<caption>Implementations of ours with one fault each, and the case that is meant to notice it. A suite that does not notice them would not notice yours.</caption>
<thead><tr><th scope="col">fault</th><th scope="col">repeats</th><th scope="col">case meant for it</th><th scope="col">result</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
`)
}

/** A long name may be broken where it has a seam. */
function breakable(name: string): Markup[] {
  return name.split(/(?<=[_/.])/).map((piece) => markup`${piece}<wbr>`)
}

function listed(texts: readonly string[]): Markup | string {
  return texts.length === 0 ? '' : markup`<ul>${texts.map((text) => markup`<li>${text}</li>`)}</ul>`
}

/** What may be wider than the screen scrolls by itself, by keyboard too. */
function scrolling(label: string, table: Markup): Markup {
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0">
${table}</div>
`
}
