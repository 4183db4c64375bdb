/** Chooses what fails: a kind, and which of them; and tries every one. */

import type { ScenarioFailure } from '@addrspace/conformance'
import { useEffect, useId, useRef } from 'preact/hooks'
import { usePage } from '../context.ts'
import type { BackendName } from '../derive/backends.ts'
import type { FailingPart, FailureAnswer } from '../derive/failure.ts'
import { useLongJob } from '../long-job.ts'
import './failure-choice.css'

interface FailureChoiceProps {
  readonly backend: BackendName
  readonly totals: FailureAnswer['totals'] | undefined
}

const PARTS: readonly (readonly [part: FailingPart, text: string, ordinal: string])[] = [
  ['frame', 'a frame is not to be had', 'frame'],
  ['call', 'a backend refuses a call', 'call'],
  ['callback', 'a flags callback throws', 'callback'],
]

export function FailureChoice({ backend, totals }: FailureChoiceProps) {
  const { state: { scenario }, dispatch } = usePage()
  const { fail } = scenario.header
  const [part, n] = chosen(fail)
  // What was found of all failures stays as long as only another one is chosen.
  const hasChosen = useRef(false)
  const choose = (next: ScenarioFailure | undefined): void => {
    hasChosen.current = true
    dispatch({ kind: 'failure-chosen', fail: next })
  }
  const total = part === undefined || part === 'callback' ? undefined : totals?.[part]
  return (
    <div class="failure-choice">
      <fieldset>
        <legend>What goes wrong</legend>
        <label><input type="radio" name="failing" checked={part === undefined} onChange={() => choose(undefined)} /> nothing</label>
        {PARTS.map(([each, text]) => (
          <label key={each}><input type="radio" name="failing" checked={part === each} onChange={() => choose({ [each]: 1 })} /> {text}</label>
        ))}
      </fieldset>
      {part !== undefined && <Which part={part} n={n} total={total} onChoose={(next) => choose({ [part]: next })} />}
      {part !== undefined && <Every key={part} part={part} backend={backend} n={n} hasChosen={hasChosen} onChoose={(next) => choose({ [part]: next })} />}
    </div>
  )
}

function chosen(fail: ScenarioFailure | undefined): [part: FailingPart | undefined, n: number] {
  for (const [part] of PARTS) {
    const n = fail?.[part]
    if (n !== undefined) return [part, n]
  }
  return [undefined, 1]
}

interface WhichProps {
  readonly part: FailingPart
  readonly n: number
  readonly total: number | undefined
  readonly onChoose: (n: number) => void
}

function Which({ part, n, total, onChoose }: WhichProps) {
  const id = useId()
  return (
    <div class="failure-choice-which">
      <label for={id}>Which {PARTS.find(([each]) => each === part)![2]}{total === undefined ? '' : `, of ${total}`}</label>
      <div class="failure-choice-number">
        <button type="button" class="button" aria-label="The one before" disabled={n <= 1} onClick={() => onChoose(n - 1)}>−</button>
        <input id={id} type="number" min={1} max={total} value={n} onInput={(event) => { if (event.currentTarget.valueAsNumber >= 1) onChoose(Math.trunc(event.currentTarget.valueAsNumber)) }} />
        <button type="button" class="button" aria-label="The next one" disabled={total !== undefined && n >= total} onClick={() => onChoose(n + 1)}>+</button>
      </div>
    </div>
  )
}

interface EveryProps {
  readonly part: FailingPart
  readonly backend: BackendName
  readonly n: number
  /** Whether the scenario is another one only by what fails; taken back when that has been seen. */
  readonly hasChosen: { current: boolean }
  readonly onChoose: (n: number) => void
}

function Every({ part, backend, n, hasChosen, onChoose }: EveryProps) {
  const { state: { scenario } } = usePage()
  const job = useLongJob('failures')
  useEffect(() => {
    if (!hasChosen.current) job.forget()
    hasChosen.current = false
  }, [scenario, backend])
  const done = job.value ?? job.progress?.done ?? []
  const total = job.progress?.total
  const wrong = done.filter(({ isUndone }) => !isUndone).length
  return (
    <div class="failure-choice-every">
      <div class="failure-choice-number">
        <button type="button" class="button" disabled={job.isRunning} onClick={() => job.begin({ scenario, backend, part })}>Try every one</button>
        {job.isRunning && <button type="button" class="button" onClick={job.cancel}>Stop</button>}
        {job.isRunning && <progress aria-label="Failures tried" value={done.length} max={total ?? Math.max(10, done.length * 2)} />}
        <span role="status">{done.length === 0 ? '' : job.value === undefined ? `${done.length} tried` : `${done.length} tried, ${wrong === 0 ? 'each undone completely' : `${wrong} not undone`}`}</span>
      </div>
      {job.error !== undefined && <p role="alert">{job.error}</p>}
      {done.length > 0 && (
        <div class="failure-choice-all" role="group" aria-label="All that were tried">
          {done.map((one) => (
            <button key={one.n} type="button" class={`failure-choice-one${one.isUndone ? '' : ' failure-choice-one--wrong'}`} aria-pressed={one.n === n} aria-label={`${one.n}: in operation ${one.op + 1}, ${one.isUndone ? 'undone' : 'not undone'}`} title={`in operation ${one.op + 1}`} onClick={() => onChoose(one.n)}>
              {one.n}{one.isUndone ? '' : ' ✕'}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
