/** Finds a mutant: three that repeat well-known bugs are a click away, all others by a search. */

import { useId, useState } from 'preact/hooks'
import type { MutantInfo } from '../derive/mutants.ts'
import './mutant-choice.css'

interface MutantChoiceProps {
  readonly mutants: readonly MutantInfo[]
  readonly chosen: string | undefined
  readonly onChoose: (name: string) => void
}

/** Bugs of page tables and sets that are in use, each by the mutant that shows it best. */
const WELL_KNOWN: readonly (readonly [name: string, bug: string])[] = [
  ['set/zero-protect-loses-right', 'B5'],
  ['walker/unmap-takes-whole-leaf', 'B13'],
  ['format/none-is-a-pointer', 'B16'],
]

export function MutantChoice({ mutants, chosen, onChoose }: MutantChoiceProps) {
  const [search, setSearch] = useState('')
  const id = useId()
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const found = mutants.filter((mutant) => words.every((word) => textOf(mutant).includes(word)))
  return (
    <div class="mutant-choice">
      <ul class="mutant-choice-known" aria-label="Well-known bugs">
        {WELL_KNOWN.map(([name, bug]) => {
          const mutant = mutants.find((candidate) => candidate.name === name)
          return mutant !== undefined && (
            <li key={name}>
              <button type="button" class="mutant-choice-card" aria-pressed={name === chosen} onClick={() => onChoose(name)}>
                <strong>{bug}: {mutant.fault}</strong>
                <span class="mutant-choice-note">repeats {mutant.repeats}</span>
              </button>
            </li>
          )
        })}
      </ul>
      <div class="field mutant-choice-search">
        <label for={id}>Search all {mutants.length} mutants</label>
        <input id={id} type="text" value={search} autocomplete="off" placeholder="frames, aarch64, asterinas, protect …" onInput={(event) => setSearch(event.currentTarget.value)} />
      </div>
      <p class="mutant-choice-note" role="status">{words.length === 0 ? '' : `${found.length} found`}</p>
      <ul class="mutant-choice-list" aria-label="Mutants" tabIndex={found.length > 0 ? -1 : undefined}>
        {found.map(({ name, fault, repeats }) => (
          <li key={name}>
            <button type="button" class="mutant-choice-item" aria-pressed={name === chosen} onClick={() => onChoose(name)}>
              <code>{name}</code> <span>{fault}</span>{repeats !== undefined && <span class="mutant-choice-note"> (repeats {repeats})</span>}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function textOf({ name, fault, repeats = '', meant }: MutantInfo): string {
  return `${name} ${fault} ${repeats} ${meant}`.toLowerCase()
}
