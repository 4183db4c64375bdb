/** The walk as the manual tells it: an access, what becomes of it, and every step on the way. */

import { formatHex } from '@addrspace/memory-addr'
import type { Access, Mode } from '@addrspace/page-table'
import { useMemo } from 'preact/hooks'
import { useDerived, usePage } from '../context.ts'
import type { AddressPart } from '../derive/address-parts.ts'
import { backendTitle, machineOf } from '../derive/backends.ts'
import { controlMeaning } from '../derive/control-words.ts'
import { opText } from '../derive/op-line.ts'
import { sizeText } from '../derive/result-text.ts'
import { controlsOfBackend, type ControlSettings, type Verdict, type Walk } from '../derive/walk.ts'
import { AddressChips } from '../parts/address-chips.tsx'
import { AddressField } from '../parts/address-field.tsx'
import { BitRuler, type RulerField } from '../parts/bit-ruler.tsx'
import { MachineSelect } from '../parts/machine-select.tsx'
import { WalkStep } from '../parts/walk-step.tsx'
import './walk.css'

const NO_SETTINGS: ControlSettings = {}
const ACCESS_NAMES: Readonly<Record<Access, string>> = { read: 'read', write: 'write', exec: 'execute' }
const MODES: readonly Mode[] = ['user', 'kernel']

export function WalkView() {
  const { state, dispatch } = usePage()
  const { scenario, count, walk: { vaddr, access, mode, controls } } = state
  // A backend without tables has nothing to walk.
  const backend = machineOf(state.backend) === undefined ? state.backends.find((name) => machineOf(name) !== undefined) ?? 'x86-64' : state.backend
  const settings = controls[backend] ?? NO_SETTINGS
  const walk = useDerived('walk', { scenario, backend, count, vaddr, access, mode, controls: settings })
  const op = scenario.ops[count - 1]
  return (
    <div class="walk">
      <h2>The walk as the manual tells it</h2>
      <form class="walk-question" aria-label="The access" onSubmit={(event) => event.preventDefault()}>
        <AddressField label="Address" value={vaddr} onChange={(typed) => dispatch({ kind: 'walk-asked', walk: { vaddr: typed } })} />
        <MachineSelect among="tables" value={backend} />
        <Choice legend="Access" name="access" values={['read', 'write', 'exec'] as const} chosen={access} text={(each) => ACCESS_NAMES[each]} onChoose={(chosen) => dispatch({ kind: 'walk-asked', walk: { access: chosen } })} />
        <Choice legend="By" name="mode" values={MODES} chosen={mode} text={(each) => each} onChoose={(chosen) => dispatch({ kind: 'walk-asked', walk: { mode: chosen } })} />
        <Controls backend={backend} settings={settings} onChange={(changed) => dispatch({ kind: 'walk-asked', walk: { controls: { ...controls, [backend]: changed } } })} />
        <AddressChips value={vaddr} onChoose={(chosen) => dispatch({ kind: 'walk-asked', walk: { vaddr: chosen } })} />
        <p class="walk-note">State after operation {count} of {scenario.ops.length}{op === undefined ? '' : <>: <code>{opText(op)}</code></>}</p>
      </form>
      {walk.error !== undefined && <p class="walk-problem" role="alert">{backendTitle(backend)} cannot run this scenario: {walk.error}</p>}
      {walk.value !== undefined && walk.error === undefined && (
        <div class="walk-answers" aria-busy={walk.isStale}>
          <Answer walk={walk.value} access={access} mode={mode} />
          <section class="walk-address" aria-label="The address taken apart">
            <h3>The address taken apart</h3>
            <BitRuler label={partsText(walk.value)} fields={walk.value.parts.map(fieldOf)} />
            <ul class="walk-parts">
              {walk.value.parts.map((part) => (
                <li key={part.high} class={part.isUsed ? '' : 'walk-parts--unused'}>bits {part.high}:{part.low} = <code>{partValue(part)}</code> <span class="walk-note">{part.meaning}{part.isUsed ? '' : ', not reached'}</span></li>
              ))}
            </ul>
          </section>
          <Steps walk={walk.value} />
        </div>
      )}
    </div>
  )
}

interface ChoiceProps<T extends string> {
  readonly legend: string
  readonly name: string
  readonly values: readonly T[]
  readonly chosen: T
  readonly text: (value: T) => string
  readonly onChoose: (value: T) => void
}

function Choice<T extends string>({ legend, name, values, chosen, text, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset class="walk-choice">
      <legend>{legend}</legend>
      {values.map((value) => (
        <label key={value}>
          <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} /> {text(value)}
        </label>
      ))}
    </fieldset>
  )
}

interface ControlsProps {
  readonly backend: Parameters<typeof controlsOfBackend>[0]
  readonly settings: ControlSettings
  readonly onChange: (settings: ControlSettings) => void
}

function Controls({ backend, settings, onChange }: ControlsProps) {
  const known = useMemo(() => controlsOfBackend(backend), [backend])
  return (
    <fieldset class="walk-choice">
      <legend>State of the machine</legend>
      {known.map(({ name, choices, initial }) => {
        const value = settings[name] ?? initial
        const change = (next: boolean | string): void => onChange({ ...settings, [name]: next })
        return (
          <label key={name} title={controlMeaning(name)}>
            {typeof value === 'boolean'
              ? <><input type="checkbox" checked={value} onChange={() => change(!value)} /> {name.toUpperCase()}</>
              : (
                  <>
                    {name.toUpperCase()}{' '}
                    <select class="walk-control" value={value} onChange={(event) => change(event.currentTarget.value)}>
                      {choices.map((choice) => <option key={String(choice)} value={String(choice)}>{choice}</option>)}
                    </select>
                  </>
                )}
          </label>
        )
      })}
    </fieldset>
  )
}

function Answer({ walk: { vaddr, outcome, verdicts }, access, mode }: { readonly walk: Walk; readonly access: Access; readonly mode: Mode }) {
  return (
    <section class={`walk-answer walk-answer--${outcome.kind}`} aria-label="Answer">
      <div class="walk-answer-text">
        {outcome.kind === 'mapped'
          ? (
              <>
                <p class="walk-answer-title"><span class="status status--done"><code>{formatHex(vaddr)}</code> → <code>{formatHex(outcome.paddr)}</code></span></p>
                <p>The {ACCESS_NAMES[access]} by {mode} mode is let through: a leaf of {sizeText(outcome.size)} grants <code>{outcome.flags}</code>.</p>
                {outcome.updates.map(({ entryAddress, word }) => <p key={String(entryAddress)}>The machine writes <code>{formatHex(word)}</code> back to the entry at <code>{formatHex(entryAddress)}</code>: accessed, dirty.</p>)}
              </>
            )
          : (
              <>
                <p class="walk-answer-title"><span class="status status--refused">Fault: {outcome.what}</span></p>
                <p>The {ACCESS_NAMES[access]} by {mode} mode is refused: {outcome.why}.</p>
                {outcome.wayOut.map((text) => <p key={text} class="walk-answer-change">{text.charAt(0).toUpperCase() + text.slice(1)}.</p>)}
              </>
            )}
      </div>
      <Verdicts verdicts={verdicts} access={access} mode={mode} />
    </section>
  )
}

function Verdicts({ verdicts, access, mode }: { readonly verdicts: readonly Verdict[]; readonly access: Access; readonly mode: Mode }) {
  const { dispatch } = usePage()
  return (
    <table class="walk-verdicts">
      <caption>All accesses to this address</caption>
      <thead><tr><td />{MODES.map((each) => <th key={each} scope="col">{each}</th>)}</tr></thead>
      <tbody>
        {(['read', 'write', 'exec'] as const).map((each) => (
          <tr key={each}>
            <th scope="row">{ACCESS_NAMES[each]}</th>
            {MODES.map((by) => {
              const fault = verdicts.find((verdict) => verdict.access === each && verdict.mode === by)?.fault
              return (
                <td key={by}>
                  <button type="button" class={`walk-verdict status ${fault === undefined ? 'status--done' : 'status--refused'}`} aria-pressed={each === access && by === mode} title={fault ?? 'let through'} aria-label={`${fault === undefined ? 'yes' : 'no'}: ${ACCESS_NAMES[each]} by ${by}, ${fault ?? 'let through'}`} onClick={() => dispatch({ kind: 'walk-asked', walk: { access: each, mode: by } })}>
                    {fault === undefined ? 'yes' : 'no'}
                  </button>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Steps({ walk: { vaddr, root, rootName, steps, outcome } }: { readonly walk: Walk }) {
  return (
    <ol class="walk-steps" aria-label="Steps">
      {steps.map((step, index) => (
        <WalkStep
          key={step.level}
          step={step}
          number={index + 1}
          vaddr={vaddr}
          tableFrom={index === 0 ? `from ${rootName}` : `from the entry at ${formatHex(steps[index - 1]!.entryAddress)}`}
          isLast={index === steps.length - 1}
          isAtFault={outcome.kind === 'fault' && outcome.level === step.level}
        />
      ))}
      {steps.length === 0 && <li class="walk-end">No step is made: {root === undefined ? 'the machine does not translate this address' : 'the root is not in memory'}.</li>}
      {outcome.kind === 'mapped' && (
        <li class="walk-end">
          <section aria-label="Physical address">
            <h3>The physical address</h3>
            <p><code>{formatHex(outcome.frame)} + {formatHex(outcome.offset)} = <strong>{formatHex(outcome.paddr)}</strong></code></p>
            <p class="walk-note">the frame of the leaf, and the offset: {formatHex(vaddr)} modulo {sizeText(outcome.size)}</p>
          </section>
        </li>
      )}
    </ol>
  )
}

function fieldOf(part: AddressPart): RulerField {
  const { role, high, low, held, level, isUsed } = part
  const name = role === 'index' ? `level ${level!}: ${held}` : role === 'upper' ? 'upper' : `offset ${partValue(part)}`
  return { high, low, name, held, tone: !isUsed ? 'free' : role === 'index' ? 'set' : role === 'offset' ? 'number' : 'clear', isAtFault: false }
}

function partValue({ role, held }: AddressPart): string {
  return role === 'index' ? String(held) : formatHex(held)
}

function partsText({ vaddr, parts }: Walk): string {
  return `${formatHex(vaddr)} by its bits: ${parts.map((part) => `${part.high} to ${part.low}, ${partValue(part)}`).join('; ')}`
}
