/** Time: every operation is a step to scrub through, forth and back, with what it changed. */

import { useEffect, useState } from 'preact/hooks'
import { useDerived, usePage } from '../context.ts'
import { backendTitle } from '../derive/backends.ts'
import type { Difference } from '../derive/difference.ts'
import { opText } from '../derive/op-line.ts'
import { resultText } from '../derive/result-text.ts'
import type { StepOutcome } from '../derive/steps.ts'
import { Changes } from '../parts/changes.tsx'
import { MachineSelect } from '../parts/machine-select.tsx'
import { Scrubber } from '../parts/scrubber.tsx'
import { TimelineChart } from '../parts/timeline-chart.tsx'
import './time.css'

/** Each position of a longer scenario takes a while to come to. */
const LONG = 5000
const SETTLE_MS = 150

export function TimeView() {
  const { state, dispatch } = usePage()
  const { scenario, backend, count } = state
  const { ops } = scenario
  const settled = useSettled(count, ops.length > LONG ? SETTLE_MS : 0)
  const position = settled === 0 || settled > ops.length ? undefined : { scenario, backend, count: settled }
  const timeline = useDerived('timeline', { scenario, backend })
  const difference = useDerived('difference', position)
  const steps = useDerived('steps', { scenario, backends: useSame([backend]), from: Math.max(0, count - 1), to: count })
  const outcome = steps.value?.[0]?.steps.find(({ index }) => index === count - 1)
  const op = ops[count - 1]
  const move = (to: number): void => dispatch({ kind: 'time-moved', count: to })
  const title = op === undefined ? 'Before the first operation' : `Operation ${count} of ${ops.length}: ${opText(op)}`
  return (
    <div class="time" onKeyDown={(event) => step(event, count, ops.length, move)}>
      <div class="time-head">
        <h2>Time</h2>
        <MachineSelect among="all" value={backend} />
      </div>
      {timeline.error !== undefined && <p class="time-problem" role="alert">{backendTitle(backend)} cannot run this scenario: {timeline.error}</p>}
      <section class="time-line" aria-label="All operations" aria-busy={timeline.isStale}>
        {timeline.value !== undefined && timeline.error === undefined && <TimelineChart timeline={timeline.value} count={count} onPick={move} />}
        <Scrubber count={count} last={ops.length} text={title} onMove={move} />
        <p class="time-note">The arrow keys go back and forth, Home and End to either end.</p>
      </section>
      <section class="time-step" aria-label="The operation" aria-busy={difference.isStale}>
        <h3>{op === undefined ? title : <><span class="time-note">Operation {count} of {ops.length}</span> <code>{opText(op)}</code></>}</h3>
        {outcome !== undefined && <Result outcome={outcome} />}
        {op === undefined && <p>{ops.length === 0 ? 'There is no operation yet: add some under Compare.' : 'Nothing has been done yet. Go a step forth.'}</p>}
        {difference.error !== undefined && timeline.error === undefined && <p class="time-problem" role="alert">{difference.error}</p>}
        {op !== undefined && difference.value !== undefined && outcome !== undefined && <Counts difference={difference.value} outcome={outcome} />}
      </section>
      {op !== undefined && difference.value !== undefined && difference.error === undefined && <Changes key={settled} difference={difference.value} />}
      <OtherMachines />
    </div>
  )
}

function Result({ outcome }: { readonly outcome: StepOutcome }) {
  return (
    <div>
      <p class={`status status--${outcome.status}`}>{resultText(outcome)}</p>
      {outcome.explanation !== undefined && <p class="time-note">{outcome.explanation}</p>}
    </div>
  )
}

function Counts({ difference: { areas, tables }, outcome }: { readonly difference: Difference; readonly outcome: StepOutcome }) {
  return (
    <dl class="time-counts">
      <Count name="areas" before={outcome.areas - areas.addedCount + areas.goneCount} after={outcome.areas} />
      {tables !== undefined && <Count name="tables" {...tables.tables} />}
      {tables !== undefined && <Count name="frames" {...tables.frames} />}
    </dl>
  )
}

function Count({ name, before, after }: { readonly name: string; readonly before: number; readonly after: number }) {
  const difference = after - before
  return (
    <div class="time-count">
      <dt>{name}</dt>
      <dd>{difference === 0 ? after : <>{before} → <strong>{after}</strong> <span class="time-note">({difference > 0 ? '+' : '−'}{Math.abs(difference)})</span></>}</dd>
    </div>
  )
}

/** The same step elsewhere, in a word each. */
function OtherMachines() {
  const { state: { scenario, backends, backend, count }, dispatch } = usePage()
  const steps = useDerived('steps', count === 0 ? undefined : { scenario, backends, from: count - 1, to: count })
  if (count === 0) return null
  return (
    <section class="time-others" aria-label="The same step elsewhere">
      <h3>The same step elsewhere</h3>
      <ul>
        {steps.value?.map(({ backend: other, steps: outcomes, problem }) => {
          const outcome = outcomes.find(({ index }) => index === count - 1)
          return (
            <li key={other}>
              <button type="button" class="button" aria-pressed={other === backend} onClick={() => dispatch({ kind: 'backend-chosen', backend: other })}>{backendTitle(other)}</button>{' '}
              {problem !== undefined && <span class="time-problem">cannot run this scenario</span>}
              {outcome !== undefined && <span class={`status status--${outcome.status}`}>{resultText(outcome)}</span>}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function step(event: KeyboardEvent, count: number, last: number, move: (to: number) => void): void {
  // Fields, the slider among them, have their own use for these keys.
  if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return
  const to = { ArrowLeft: count - 1, ArrowRight: count + 1, Home: 0, End: last }[event.key]
  if (to === undefined) return
  event.preventDefault()
  move(to)
}

/** The value, once it has been the same for a while. */
function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    if (milliseconds === 0) return undefined
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return milliseconds === 0 ? value : settled
}

/** The same list as long as its only element is. */
function useSame<T>(list: readonly [T]): readonly [T] {
  const [kept, setKept] = useState(list)
  if (Object.is(kept[0], list[0])) return kept
  setKept(list)
  return list
}
