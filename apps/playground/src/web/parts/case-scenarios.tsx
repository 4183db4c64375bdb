/** The scenarios of a case of the suite, each a click away. */

import { parseScenarios } from '@addrspace/conformance'
import { useMemo } from 'preact/hooks'
import { useDerived, usePage } from '../context.ts'
import type { CaseScenario } from '../derive/case-scenarios.ts'
import { opText } from '../derive/op-line.ts'
import './case-scenarios.css'

export function CaseScenarios({ id }: { readonly id: string }) {
  const request = useMemo(() => ({ id }), [id])
  const scenarios = useDerived('caseScenarios', request)
  return (
    <div aria-busy={scenarios.isStale}>
      {scenarios.error !== undefined && <p role="alert">{scenarios.error}</p>}
      {scenarios.isStale ? <p class="case-scenarios-note">Looking …</p> : <Scenarios scenarios={scenarios.value ?? []} />}
    </div>
  )
}

function Scenarios({ scenarios }: { readonly scenarios: readonly CaseScenario[] }) {
  const { dispatch } = usePage()
  if (scenarios.length === 0) return <p class="case-scenarios-note">This case does what no scenario says: it forges words, lets calls fail, or makes its commands by chance.</p>
  const open = (text: string): void => {
    dispatch({ kind: 'scenario-opened', text })
    dispatch({ kind: 'view-opened', view: 'compare' })
  }
  return (
    <ul class="case-scenarios">
      {scenarios.map(({ text, count }, index) => (
        <li key={text}>
          <button type="button" class="button" onClick={() => open(text)}>Open scenario{scenarios.length === 1 ? '' : ` ${index + 1}`}</button>
          {' '}<span class="case-scenarios-note">{count} {count === 1 ? 'operation' : 'operations'}: <span class="mono">{firstOps(text)}</span></span>
        </li>
      ))}
    </ul>
  )
}

function firstOps(text: string): string {
  const { ops } = parseScenarios(text)[0]!
  return `${ops.slice(0, 3).map(opText).join(', ')}${ops.length > 3 ? ' …' : ''}`
}
