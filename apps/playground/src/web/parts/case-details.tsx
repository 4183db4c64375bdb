/** One case: what it holds a subject to, what it guards against, what came of it, and its scenarios. */

import { backendTitle, type BackendName } from '../derive/backends.ts'
import type { SuiteCase, SuiteVerdict } from '../derive/suite.ts'
import { BugText } from './bug-text.tsx'
import { Verdict } from './case-matrix.tsx'
import { CaseScenarios } from './case-scenarios.tsx'
import './case-details.css'

interface CaseDetailsProps {
  readonly of: SuiteCase
  readonly verdicts: ReadonlyMap<BackendName, SuiteVerdict>
  readonly backends: readonly BackendName[]
  readonly onRun: () => void
}

export function CaseDetails({ of: { id, title, law, catches, mutants }, verdicts, backends, onRun }: CaseDetailsProps) {
  return (
    <section class="case-details" aria-label={`Case ${id}`}>
      <h3 class="mono">{id}</h3>
      <p>{title}</p>
      <p class="case-details-note">By {law}</p>
      {catches.length > 0 && (
        <>
          <h4>Guards against</h4>
          <ul>{catches.map((bug) => <li key={bug}><BugText text={bug} /></li>)}</ul>
        </>
      )}
      {mutants.length > 0 && (
        <>
          <h4>Seeded faults that it must notice</h4>
          <ul>{mutants.map(({ name, fault, repeats }) => <li key={name}><code>{name}</code>: {fault}{repeats !== undefined && <> (<BugText text={repeats} />)</>}</li>)}</ul>
        </>
      )}
      <h4>Verdicts</h4>
      <dl class="case-details-verdicts">
        {backends.map((backend) => {
          const verdict = verdicts.get(backend)
          return (
            <div key={backend}>
              <dt><Verdict status={verdict?.status ?? 'waiting'} /> {backendTitle(backend)}</dt>
              {verdict !== undefined && verdict.detail !== '' && <dd>{verdict.detail}</dd>}
            </div>
          )
        })}
      </dl>
      <div><button type="button" class="button" onClick={onRun}>Run this case</button></div>
      <h4>In the playground</h4>
      <CaseScenarios id={id} />
    </section>
  )
}
