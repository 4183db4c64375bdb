/** The matrix of cases and backends: a row per case, a sign per verdict. */

import type { CaseStatus } from '@addrspace/conformance'
import { useMemo } from 'preact/hooks'
import { backendTitle, type BackendName } from '../derive/backends.ts'
import type { SuiteCase, SuiteVerdict } from '../derive/suite.ts'
import type { SuiteState } from '../suite-store.ts'
import './case-matrix.css'

interface CaseMatrixProps {
  readonly cases: readonly SuiteCase[]
  readonly backends: readonly BackendName[]
  readonly verdicts: SuiteState['verdicts']
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
}

const LOOKS: Readonly<Record<CaseStatus | 'waiting', readonly [sign: string, word: string]>> = {
  pass: ['✓', 'passed'],
  fail: ['✕', 'failed'],
  unsupported: ['–', 'does not apply'],
  known: ['!', 'known to fail'],
  waiting: ['·', 'not run'],
}

/** A verdict as a sign, which screen readers say in words. */
export function Verdict({ status }: { readonly status: CaseStatus | 'waiting' }) {
  const [sign, word] = LOOKS[status]
  return <span class={`case-matrix-sign case-matrix-sign--${status}`} role="img" aria-label={word} title={word}>{sign}</span>
}

export function CaseMatrix({ cases, backends, verdicts, chosen, onChoose }: CaseMatrixProps) {
  const groups = Map.groupBy(cases, ({ id }) => id.split('/', 1)[0]!)
  return (
    <div class="case-matrix" tabIndex={0} role="region" aria-label="Cases and machines, table">
      <table>
        <thead>
          <tr>
            <th scope="col">Case</th>
            {backends.map((backend) => <th key={backend} scope="col" class="case-matrix-backend"><span>{backendTitle(backend)}</span></th>)}
          </tr>
        </thead>
        {Array.from(groups, ([group, members]) => (
          <tbody key={group}>
            <tr class="case-matrix-group">
              <th scope="rowgroup"><span class="mono">{group}/</span> {members.length} {members.length === 1 ? 'case' : 'cases'}</th>
              {backends.map((backend) => {
                const passed = members.filter(({ id }) => verdicts.get(id)?.get(backend)?.status === 'pass').length
                return <td key={backend}>{passed === 0 ? '' : passed}</td>
              })}
            </tr>
            {members.map((member) => (
              <CaseRow key={member.id} of={member} backends={backends} verdicts={verdicts.get(member.id)} isChosen={member.id === chosen} onChoose={onChoose} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  )
}

interface CaseRowProps {
  readonly of: SuiteCase
  readonly backends: readonly BackendName[]
  readonly verdicts: ReadonlyMap<BackendName, SuiteVerdict> | undefined
  readonly isChosen: boolean
  readonly onChoose: (id: string) => void
}

/** Rendered anew only when it is another one: verdicts come in many times a second. */
function CaseRow({ of: { id, title }, backends, verdicts, isChosen, onChoose }: CaseRowProps) {
  return useMemo(() => (
    <tr class={isChosen ? 'case-matrix-chosen' : undefined}>
      <th scope="row">
        <button type="button" class="case-matrix-case" aria-pressed={isChosen} onClick={() => onChoose(id)}>
          <span class="mono">{id}</span> <span class="case-matrix-title">{title}</span>
        </button>
      </th>
      {backends.map((backend) => <td key={backend}><Verdict status={verdicts?.get(backend)?.status ?? 'waiting'} /></td>)}
    </tr>
  ), [id, title, backends, verdicts, isChosen, onChoose])
}
