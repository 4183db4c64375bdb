/** How the suite catches a mutant: every case as it runs, and what those saw that noticed it. */

import { useState } from 'preact/hooks'
import type { MutantCatch, MutantInfo, MutantProgress } from '../derive/mutants.ts'
import { CaseScenarios } from './case-scenarios.tsx'
import { BugText } from './bug-text.tsx'
import './mutant-report.css'

interface MutantReportProps {
  readonly mutant: MutantInfo
  readonly progress: MutantProgress | undefined
  readonly isRunning: boolean
  readonly isStopped: boolean
  readonly onStop: () => void
  readonly onRun: () => void
}

export function MutantReport({ mutant: { name, fault, repeats, meant }, progress, isRunning, isStopped, onStop, onRun }: MutantReportProps) {
  const { cases = [], total = 0, caught = [] } = progress ?? {}
  return (
    <section class="mutant-report" aria-label="The suite at work">
      <h3><code>{name}</code>: {fault}</h3>
      {repeats !== undefined && <p class="mutant-report-note">A real bug does the same: <BugText text={repeats} />.</p>}
      <div class="mutant-report-bar">
        {isRunning && <progress aria-label="Cases that have run" value={cases.length} max={Math.max(1, total)} />}
        {isRunning && <button type="button" class="button" onClick={onStop}>Stop</button>}
        {isStopped && <button type="button" class="button" onClick={onRun}>Run again</button>}
        <span role="status" class={isRunning || cases.length === 0 ? '' : `status ${caught.length > 0 ? 'status--done' : 'status--refused'}`}>
          {isRunning ? `${cases.length} of ${total} cases` : isStopped && cases.length === 0 ? 'stopped before the first case' : verdictText(progress)}
        </span>
      </div>
      <ol class="mutant-report-cases" aria-label="Cases">
        {cases.map(({ id, status }) => (
          <li key={id} class={`mutant-report-case mutant-report-case--${status}`} title={`${id}: ${status}`}>
            <span aria-hidden="true">{status === 'fail' ? '✕' : status === 'pass' ? '✓' : '–'}</span>
            <span class="visually-hidden">{id}: {status === 'fail' ? 'notices it' : status}</span>
          </li>
        ))}
      </ol>
      {caught.map((one) => <Caught key={one.id} caught={one} />)}
      {!isRunning && cases.length > 0 && caught.length === 0 && <p>The case meant for it is <code>{meant}</code>.</p>}
    </section>
  )
}

function verdictText(progress: MutantProgress | undefined): string {
  if (progress === undefined) return ''
  const { cases, caught, total } = progress
  const ran = `${cases.length}${cases.length < total ? ` of ${total}` : ''} cases`
  if (caught.length === 0) return `not noticed by ${ran}`
  return `caught: ${caught.length} of ${ran} ${caught.length === 1 ? 'notices' : 'notice'} it`
}

function Caught({ caught: { id, title, law, detail, isMeant } }: { readonly caught: MutantCatch }) {
  const [isOpen, setIsOpen] = useState(isMeant)
  return (
    <details class="mutant-report-caught" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary><code>{id}</code> {isMeant && <span class="mark mark--differs">meant for it</span>}</summary>
      {isOpen && (
        <dl>
          <dt>must hold</dt>
          <dd>{title} <span class="mutant-report-note">({law})</span></dd>
          <dt>what it saw</dt>
          <dd class="mutant-report-saw mono">{detail}</dd>
          <dt>its scenario, to be tried without the fault</dt>
          <dd><CaseScenarios id={id} /></dd>
        </dl>
      )}
    </details>
  )
}
