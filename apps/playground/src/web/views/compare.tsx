/** One request, every machine: the operations, and each backend's answer to the one looked at, side by side. */

import { useDerived, usePage } from '../context.ts'
import { BACKEND_NAMES, backendTitle } from '../derive/backends.ts'
import { addressOf, opText } from '../derive/op-line.ts'
import { AddressChips } from '../parts/address-chips.tsx'
import { AddressField } from '../parts/address-field.tsx'
import { BackendCard } from '../parts/backend-card.tsx'
import { OpForm } from '../parts/op-form.tsx'
import { OpList } from '../parts/op-list.tsx'
import './compare.css'

/** So many operations are in the list at a time, around the one looked at. */
const WINDOW = 200

export function CompareView() {
  const { state, dispatch } = usePage()
  const { scenario, count, backends, focus } = state
  const from = Math.max(0, Math.min(count - WINDOW / 2, scenario.ops.length - WINDOW))
  const to = Math.min(scenario.ops.length, from + WINDOW)
  const steps = useDerived('steps', { scenario, backends, from, to })
  const op = scenario.ops[count - 1]
  const vaddr = focus?.kind === 'page' ? focus.vaddr : addressOf(op) ?? 0n
  const choose = (chosen: bigint): void => dispatch({ kind: 'focused', focus: { kind: 'page', vaddr: chosen } })
  return (
    <div class="compare">
      <section class="compare-ask" aria-label="Question">
        <h2>Where does a page lead, on each machine?</h2>
        <p class="compare-note">
          The operations below make the same address space on every machine. Ask about any address; <a href="#add-operation" onClick={goToForm}>map pages of your own</a> and ask again.
        </p>
        <div class="compare-question">
          <AddressField label="What does this address map to?" value={vaddr} onChange={choose} />
          <AddressChips value={vaddr} onChoose={choose} />
        </div>
      </section>
      <section class="compare-answers" aria-label="Answers" aria-busy={steps.isStale}>
        <h3>{op === undefined ? 'Before the first operation' : <><span class="compare-note">After operation {count} of {scenario.ops.length}</span> <code>{opText(op)}</code></>}</h3>
        {steps.error !== undefined && <p role="alert">{steps.error}</p>}
        <div class="compare-cards">
          {steps.value?.map((answers) => (
            <BackendCard key={answers.backend} answers={answers} outcome={answers.steps.find(({ index }) => index === count - 1)} vaddr={vaddr} />
          ))}
        </div>
        <BackendChoice />
      </section>
      <div class="compare-columns">
        <section class="compare-ops" aria-label="Scenario">
          <div class="compare-bar">
            <h3>Operations</h3>
            <button type="button" class="button" disabled={state.past.length === 0} onClick={() => dispatch({ kind: 'undone' })}>Undo</button>
            <button type="button" class="button" disabled={state.future.length === 0} onClick={() => dispatch({ kind: 'redone' })}>Redo</button>
            <button type="button" class="button" disabled={scenario.ops.length === 0} onClick={() => dispatch({ kind: 'ops-cleared' })}>Clear</button>
          </div>
          {scenario.ops.length === 0 && <p>No operation yet: add one.</p>}
          <OpList from={from} to={to} backends={steps.value ?? []} />
          {to - from < scenario.ops.length && <p class="compare-note">Operations {from + 1} to {to} of {scenario.ops.length}.</p>}
        </section>
        <div id="add-operation" class="compare-add" tabIndex={-1}><OpForm /></div>
      </div>
    </div>
  )
}

/** Within the page: the fragment of its address belongs to links that hold a scenario. */
function goToForm(event: MouseEvent): void {
  event.preventDefault()
  const form = document.getElementById('add-operation')
  form?.scrollIntoView({ block: 'center' })
  form?.querySelector('select')?.focus({ preventScroll: true })
}

function BackendChoice() {
  const { state: { backends }, dispatch } = usePage()
  return (
    <fieldset class="compare-choice">
      <legend>Machines</legend>
      {BACKEND_NAMES.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={backends.includes(name)}
            disabled={backends.length === 1 && backends.includes(name)}
            onChange={() => dispatch({ kind: 'backends-chosen', backends: BACKEND_NAMES.filter((other) => backends.includes(other) !== (other === name)) })}
          />
          {' '}{backendTitle(name)}
        </label>
      ))}
    </fieldset>
  )
}
