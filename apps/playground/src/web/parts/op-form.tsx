/** Enters one operation: in fields, or as the line of a scenario. What is wrong with it is said before anything is done. */

import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { usePage } from '../context.ts'
import { checkLine, FIELDS_OF, FIRST_FIELDS, FORM_OPS, lineOf, type FormField, type OpFields } from '../derive/op-line.ts'
import './op-form.css'

/** The letters of flags, and what they say. */
const FLAGS: readonly (readonly [letter: string, name: string])[] = [
  ['r', 'read'], ['w', 'write'], ['x', 'execute'], ['u', 'user'], ['d', 'device'], ['n', 'uncached'], ['g', 'global'],
]

const LABELS: Readonly<Record<FormField, string>> = {
  start: 'Start',
  size: 'Size in bytes',
  flags: 'Flags',
  backing: 'Frames',
  linear: 'Physical start',
  onOverlap: 'Areas in the way',
  holes: 'Holes',
  addr: 'Address',
  access: 'Access',
  mode: 'Mode',
}

const CHOICES: Readonly<Partial<Record<FormField, readonly (readonly [value: string, label: string])[]>>> = {
  backing: [['alloc', 'allocated at once'], ['demand', 'at the first fault'], ['linear', 'a fixed distance away']],
  onOverlap: [['refuse', 'refuse'], ['replace', 'are replaced']],
  holes: [['skip', 'are skipped'], ['refuse', 'refuse']],
  access: [['read', 'read'], ['write', 'write'], ['exec', 'execute']],
  mode: [['user', 'user'], ['kernel', 'kernel']],
}

export function OpForm() {
  const { state, dispatch } = usePage()
  const [fields, setFields] = useState<OpFields>(FIRST_FIELDS)
  const [line, setLine] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const problemId = useId()
  const lineId = useId()
  const shown = line ?? lineOf(fields)
  const change = (changes: Partial<OpFields>): void => {
    setFields({ ...fields, ...changes })
    setLine(undefined)
    setProblem(undefined)
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    const found = checkLine(shown)
    setProblem(found)
    if (found === undefined) dispatch({ kind: 'op-added', line: shown })
  }
  return (
    <form class="op-form" onSubmit={submit} aria-label="Add an operation" noValidate>
      <div class="op-form-fields">
        <label class="op-form-field">
          <span>Operation</span>
          <select value={fields.op} onChange={(event) => change({ op: event.currentTarget.value as OpFields['op'] })}>
            {FORM_OPS.map((op) => <option key={op} value={op}>{op}</option>)}
          </select>
        </label>
        {FIELDS_OF[fields.op].filter((field) => field !== 'linear' || fields.backing === 'linear').map((field) => (
          <Field key={field} field={field} fields={fields} change={change} />
        ))}
      </div>
      <div class="op-form-line">
        <label for={lineId}>As a scenario line</label>
        <input id={lineId} class="mono" value={shown} spellcheck={false} autocomplete="off" aria-invalid={problem !== undefined} aria-describedby={problem === undefined ? undefined : problemId} onInput={(event) => { setLine(event.currentTarget.value); setProblem(undefined) }} />
        <button type="submit" class="button button--primary">Add on all machines</button>
      </div>
      {problem !== undefined && <p id={problemId} class="op-form-problem" role="alert">The line {problem}</p>}
      {state.count < state.scenario.ops.length && <p class="op-form-note">It is put in after operation {state.count}.</p>}
    </form>
  )
}

interface FieldProps {
  readonly field: FormField
  readonly fields: OpFields
  readonly change: (changes: Partial<OpFields>) => void
}

function Field({ field, fields, change }: FieldProps): JSX.Element {
  if (field === 'flags') return <FlagsField flags={fields.flags} change={(flags) => change({ flags })} />
  const choices = CHOICES[field]
  return (
    <label class="op-form-field">
      <span>{LABELS[field]}</span>
      {choices === undefined
        ? <input class="mono" value={fields[field]} spellcheck={false} autocomplete="off" onInput={(event) => change({ [field]: event.currentTarget.value })} />
        : (
            <select value={fields[field]} onChange={(event) => change({ [field]: event.currentTarget.value })}>
              {choices.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
            </select>
          )}
    </label>
  )
}

function FlagsField({ flags, change }: { readonly flags: string; readonly change: (flags: string) => void }) {
  const toggled = (letter: string): string => FLAGS.map(([other]) => other).filter((other) => flags.includes(other) !== (other === letter)).join('')
  return (
    <fieldset class="op-form-flags">
      <legend>{LABELS.flags}</legend>
      {FLAGS.map(([letter, name]) => (
        <label key={letter} class="op-form-flag" title={name}>
          <input type="checkbox" checked={flags.includes(letter)} aria-label={name} onChange={() => change(toggled(letter))} />
          <span class="mono" aria-hidden="true">{letter}</span>
        </label>
      ))}
    </fieldset>
  )
}
