/** One step of a walk: how the entry is found, the word that is there, and what its bits say. */

import { formatHex } from '@addrspace/memory-addr'
import { usePage } from '../context.ts'
import type { WalkedStep, WordBits } from '../derive/walk.ts'
import { BitRuler, type RulerField } from './bit-ruler.tsx'
import './walk-step.css'

interface WalkStepProps {
  readonly step: WalkedStep
  /** From 1. */
  readonly number: number
  readonly vaddr: bigint
  /** Where the address of its table comes from. */
  readonly tableFrom: string
  readonly isLast: boolean
  /** Whether the walk is refused here. */
  readonly isAtFault: boolean
}

export function WalkStep({ step, number, vaddr, tableFrom, isLast, isAtFault }: WalkStepProps) {
  const { dispatch } = usePage()
  const { levelNames, table, index, indexBits: { high, low }, entryAddress, word, layout, bits } = step
  const focus = { kind: 'entry', entryAddress, vaddr } as const
  const title = `Step ${number}: ${levelNames.join(', ')}`
  return (
    <li class={`walk-step${isAtFault ? ' walk-step--fault' : ''}`} onMouseEnter={() => dispatch({ kind: 'hovered', focus })} onMouseLeave={() => dispatch({ kind: 'hovered', focus: undefined })}>
      <section aria-label={title}>
        <h3 class="walk-step-title">
          <span class="walk-step-number" aria-hidden="true">{number}</span> {levelNames.join(', ')}
          {isAtFault && <span class="mark mark--refused">stops here</span>}
        </h3>
        <dl class="walk-step-sums">
          <dt>table</dt>
          <dd><code>{formatHex(table)}</code> <span class="walk-step-note">{tableFrom}</span></dd>
          <dt>index</dt>
          <dd>bits {high}:{low} of <code>{formatHex(vaddr)}</code> = <code>0b{index.toString(2).padStart(high - low + 1, '0')}</code> = <strong>{index}</strong></dd>
          <dt>entry</dt>
          <dd><code>{formatHex(table)} + 8 × {index} = <strong>{formatHex(entryAddress)}</strong></code></dd>
          <dt>word</dt>
          <dd><code class="walk-step-word"><strong>0x{word.toString(16).padStart(16, '0')}</strong></code></dd>
        </dl>
        <BitRuler label={`${formatHex(word)} by its bits, highest first; the table below lists them`} fields={bits.map(fieldOf)} />
        <p class="walk-step-kind"><strong>{kindText(step)}</strong></p>
        <details class="walk-step-bits" open={isLast}>
          <summary>What each bit says <span class="walk-step-note">({layout.title})</span></summary>
          <div class="walk-step-scroll" tabIndex={0} role="region" aria-label={`Bits of step ${number}`}>
            <table>
              <thead><tr><th scope="col">Bits</th><th scope="col">Name</th><th scope="col">Holds</th><th scope="col">Meaning</th></tr></thead>
              <tbody>{bits.map((row) => <BitsRow key={row.high} row={row} />)}</tbody>
            </table>
          </div>
          <p class="walk-step-note">{layout.source}</p>
        </details>
      </section>
    </li>
  )
}

function BitsRow({ row: { range, name, role, value, held, meaning, valueMeaning, isAtFault } }: { readonly row: WordBits }) {
  const isQuiet = role === 'ignored' || (role === 'reserved' && held === 0n)
  return (
    <tr class={`${isAtFault ? 'walk-step-row--fault' : ''}${isQuiet ? 'walk-step-row--quiet' : ''}`}>
      <td class="mono">{range}</td>
      <th scope="row">{isAtFault && <span class="mark mark--refused">fault</span>} {name}</th>
      <td class="mono">{value}</td>
      <td>{meaning === '' ? role : meaning}{valueMeaning !== undefined && <>: <strong>{valueMeaning}</strong></>}</td>
    </tr>
  )
}

function fieldOf({ high, low, name, role, held, isAtFault }: WordBits): RulerField {
  return { high, low, name: role === 'ignored' || role === 'reserved' ? '' : name, held, tone: toneOf(role, held), isAtFault }
}

function toneOf(role: WordBits['role'], held: bigint): RulerField['tone'] {
  switch (role) {
    case 'frame': return 'number'
    case 'fixed': return 'fixed'
    case 'flag':
    case 'field':
    case 'software': return held === 0n ? 'clear' : 'set'
    case 'reserved':
    case 'ignored': return held === 0n ? 'free' : 'set'
  }
}

function kindText({ kind, target, level }: WalkedStep): string {
  switch (kind) {
    case 'table': return `a pointer to the table of level ${level - 1} at ${formatHex(target!)}`
    case 'leaf': return `a leaf: the page begins at ${formatHex(target!)}`
    case 'hidden': return `a page without access; its frame ${target === undefined ? 'is kept' : `${formatHex(target)} is kept`}`
    case 'absent': return 'not present: nothing is mapped here'
    case 'invalid': return 'an illegal entry'
  }
}
