/** One case: what it holds a subject to, what it guards against, what came of it, and its scenarios. */

import { parseScenarios } from '@addrspace/conformance'
import { useMemo } from 'preact/hooks'
import { useDerived, usePage } from '../context.ts'
import { backendTitle, type BackendName } from '../derive/backends.ts'
import type { CaseScenario } from '../derive/case-scenarios.ts'
import { opText } from '../derive/op-line.ts'
import type { SuiteCase, SuiteVerdict } from '../derive/suite.ts'
import { Verdict } from './case-matrix.tsx'
import './case-details.css'

interface CaseDetailsProps {
  readonly of: SuiteCase
  readonly verdicts: ReadonlyMap<BackendName, SuiteVerdict>
  readonly backends: readonly BackendName[]
  readonly onRun: () => void
}

export function CaseDetails({ of: { id, title, law, catches, mutants }, verdicts, backends, onRun }: CaseDetailsProps) {
  const request = useMemo(() => ({ id }), [id])
  const scenarios = useDerived('caseScenarios', request)
  return (
    <section class="case-details" aria-label={`Case ${id}`}>
      <h3 class="mono">{id}</h3>
      <p>{title}</p>
      <p class="case-details-note">By {law}</p>
      {catches.length > 0 && (
        <>
          <h4>Guards against</h4>
          <ul>{catches.map((bug) => <li key={bug}>{bug}</li>)}</ul>
        </>
      )}
      {mutants.length > 0 && (
        <>
          <h4>Seeded faults that it must notice</h4>
          <ul>{mutants.map(({ name, fault, repeats }) => <li key={name}><code>{name}</code>: {fault}{repeats === undefined ? '' : ` (${repeats})`}</li>)}</ul>
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
      <div aria-busy={scenarios.isStale}>
        {scenarios.error !== undefined && <p role="alert">{scenarios.error}</p>}
        {scenarios.isStale ? <p class="case-details-note">Looking …</p> : <Scenarios scenarios={scenarios.value ?? []} />}
      </div>
    </section>
  )
}

function Scenarios({ scenarios }: { readonly scenarios: readonly CaseScenario[] }) {
  const { dispatch } = usePage()
  if (scenarios.length === 0) return <p class="case-details-note">This case does what no scenario says: it forges words, lets calls fail, or makes its commands by chance.</p>
  const open = (text: string): void => {
    dispatch({ kind: 'scenario-opened', text })
    dispatch({ kind: 'view-opened', view: 'compare' })
  }
  return (
    <ul class="case-details-scenarios">
      {scenarios.map(({ text, count }, index) => (
        <li key={text}>
          <button type="button" class="button" onClick={() => open(text)}>Open scenario{scenarios.length === 1 ? '' : ` ${index + 1}`}</button>
          {' '}<span class="case-details-note">{count} {count === 1 ? 'operation' : 'operations'}: <span class="mono">{firstOps(text)}</span></span>
        </li>
      ))}
    </ul>
  )
}

function firstOps(text: string): string {
  const { ops } = parseScenarios(text)[0]!
  return `${ops.slice(0, 3).map(opText).join(', ')}${ops.length > 3 ? ' …' : ''}`
}
