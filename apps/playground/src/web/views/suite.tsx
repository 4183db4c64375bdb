/** The suite, live: every case on every machine, run here, with what each case guards against. */

import type { CaseStatus } from '@addrspace/conformance'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useDerived, usePage } from '../context.ts'
import { BACKEND_NAMES, backendTitle, type BackendName } from '../derive/backends.ts'
import type { SuiteCase } from '../derive/suite.ts'
import { CaseDetails } from '../parts/case-details.tsx'
import { CaseMatrix } from '../parts/case-matrix.tsx'
import { cancelSuite, startSuite, suiteState, watchSuite, type SuiteState } from '../suite-store.ts'
import './suite.css'

type StatusFilter = 'all' | CaseStatus | 'waiting'

const STATUS_FILTERS: readonly (readonly [filter: StatusFilter, title: string])[] = [
  ['all', 'all'], ['fail', 'failed'], ['pass', 'passed'], ['unsupported', 'does not apply'], ['known', 'known to fail'], ['waiting', 'not run'],
]

/** Nothing is asked of the worker but the list. */
const EVERYTHING = {}

export function SuiteView() {
  const { state: { backends }, background } = usePage()
  const { verdicts, run, problem } = useSuite()
  const list = useDerived('suiteCases', EVERYTHING)
  const [text, setText] = useState('')
  const [status, setStatus] = useState<StatusFilter>('all')
  const [chosen, setChosen] = useState<string>()
  const cases = useMemo(() => (list.value ?? []).filter((candidate) => matchesText(candidate, text)), [list.value, text])
  const shown = status === 'all' ? cases : cases.filter(({ id }) => backends.some((backend) => (verdicts.get(id)?.get(backend)?.status ?? 'waiting') === status))
  const details = list.value?.find(({ id }) => id === chosen)
  const start = (ids: readonly string[]): void => void startSuite((request, options) => background.ask('suite', request, options), { ids, backends })
  return (
    <div class="suite">
      <h2 class="visually-hidden">The suite</h2>
      <section class="suite-bar" aria-label="Run">
        <form class="suite-filter" role="search" onSubmit={(event) => { event.preventDefault(); start(shown.map(({ id }) => id)) }}>
          <label><span>Filter by id, words or bug</span><input value={text} spellcheck={false} autocomplete="off" placeholder="set/protect, B13, holes …" onInput={(event) => setText(event.currentTarget.value)} /></label>
          <label>
            <span>Verdict</span>
            <select value={status} onChange={(event) => setStatus(event.currentTarget.value as StatusFilter)}>
              {STATUS_FILTERS.map(([filter, title]) => <option key={filter} value={filter}>{title}</option>)}
            </select>
          </label>
          {run === undefined
            // Two elements: one that changes its type while it is clicked would send the form.
            ? <button key="run" type="submit" class="button button--primary" disabled={shown.length === 0}>Run {counted(shown.length, 'case')} on {counted(backends.length, 'machine')}</button>
            : <button key="cancel" type="button" class="button" onClick={cancelSuite}>Cancel</button>}
        </form>
        <Machines />
        <Tally cases={list.value ?? []} backends={backends} verdicts={verdicts} run={run} />
        {problem !== undefined && <p role="alert">The run ended early: {problem}</p>}
        {list.error !== undefined && <p role="alert">{list.error}</p>}
      </section>
      <div class="suite-columns">
        <section aria-label="Matrix" aria-busy={run !== undefined || list.value === undefined}>
          {list.value === undefined ? <p>Loading …</p> : shown.length === 0 ? <p class="suite-empty">No case is like that.</p> : <CaseMatrix cases={shown} backends={backends} verdicts={verdicts} chosen={chosen} onChoose={setChosen} />}
        </section>
        <div class="suite-details">
          {details === undefined
            ? <p class="suite-empty">Choose a case to see what it guards against, and to open its scenarios in the playground.</p>
            : <CaseDetails of={details} backends={backends} verdicts={verdicts.get(details.id) ?? new Map()} onRun={() => start([details.id])} />}
        </div>
      </div>
    </div>
  )
}

function Machines() {
  const { state: { backends }, dispatch } = usePage()
  return (
    <fieldset class="suite-machines">
      <legend>Machines</legend>
      {BACKEND_NAMES.map((name) => (
        <label key={name}>
          <input type="checkbox" checked={backends.includes(name)} disabled={backends.length === 1 && backends.includes(name)} onChange={() => dispatch({ kind: 'backends-chosen', backends: BACKEND_NAMES.filter((other) => backends.includes(other) !== (other === name)) })} />
          {' '}{backendTitle(name)}
        </label>
      ))}
    </fieldset>
  )
}

interface TallyProps {
  readonly cases: readonly SuiteCase[]
  readonly backends: readonly BackendName[]
  readonly verdicts: SuiteState['verdicts']
  readonly run: SuiteState['run']
}

function Tally({ cases, backends, verdicts, run }: TallyProps) {
  const counts = new Map<CaseStatus, number>()
  for (const { id } of cases) {
    for (const backend of backends) {
      const status = verdicts.get(id)?.get(backend)?.status
      if (status !== undefined) counts.set(status, (counts.get(status) ?? 0) + 1)
    }
  }
  const parts = STATUS_FILTERS.flatMap(([status, title]) => {
    const count = status === 'all' || status === 'waiting' ? undefined : counts.get(status)
    return count === undefined ? [] : [`${count} ${title}`]
  })
  return (
    <div class="suite-tally">
      {run !== undefined && <progress max={run.total} value={run.done} aria-label="Cases run">{run.done} of {run.total}</progress>}
      <p role="status">{run === undefined ? parts.join(', ') : `${run.done} of ${run.total}`}</p>
    </div>
  )
}

function useSuite(): SuiteState {
  const [state, setState] = useState(suiteState)
  useEffect(() => {
    setState(suiteState())
    return watchSuite(() => setState(suiteState()))
  }, [])
  return state
}

/** Every word is in the id, the title, the law, or a bug. */
function matchesText({ id, title, law, catches, mutants }: SuiteCase, text: string): boolean {
  const all = [id, title, law, ...catches, ...mutants.map(({ repeats = '' }) => repeats)].join('\n').toLowerCase()
  return text.toLowerCase().split(/\s+/).every((word) => all.includes(word))
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
