/** One backend's answer to the operation looked at, and where the address in question leads on it. */

import { formatHex } from '@addrspace/memory-addr'
import { useDerived, usePage } from '../context.ts'
import { backendTitle, machineOf } from '../derive/backends.ts'
import type { GrantReport } from '../derive/grants.ts'
import type { PagePath } from '../derive/path.ts'
import { resultText, sizeText } from '../derive/result-text.ts'
import type { BackendSteps, StepOutcome } from '../derive/steps.ts'
import './backend-card.css'

interface BackendCardProps {
  readonly answers: BackendSteps
  readonly outcome: StepOutcome | undefined
  readonly vaddr: bigint
}

export function BackendCard({ answers: { backend, problem }, outcome, vaddr }: BackendCardProps) {
  const { state: { scenario, count }, dispatch } = usePage()
  const path = useDerived('path', problem === undefined ? { scenario, backend, count, vaddr } : undefined)
  const title = backendTitle(backend)
  const hasTables = machineOf(backend) !== undefined
  const walk = (): void => {
    dispatch({ kind: 'backend-chosen', backend })
    dispatch({ kind: 'walk-asked', walk: { vaddr } })
    dispatch({ kind: 'view-opened', view: 'walk' })
  }
  return (
    <section class={`backend-card backend-card--${outcome?.status ?? 'none'}`} aria-label={title} aria-busy={path.isStale}>
      <h3>{title}</h3>
      {problem !== undefined && <p class="backend-card-problem">Cannot run this scenario: {problem.message}</p>}
      {path.value !== undefined && <Way path={path.value} hasTables={hasTables} />}
      {path.value !== undefined && hasTables && <p><button type="button" class="button backend-card-walk" onClick={walk}>Show the walk</button></p>}
      {outcome !== undefined && (
        <div class="backend-card-step">
          <p class="backend-card-note">Operation {outcome.index + 1}</p>
          <Answer outcome={outcome} />
          <Counts outcome={outcome} />
        </div>
      )}
    </section>
  )
}

function Answer({ outcome }: { readonly outcome: StepOutcome }) {
  const { status, explanation, grant, isMismatch } = outcome
  return (
    <div class="backend-card-answer">
      <p class={`backend-card-result status status--${status}`}>{resultText(outcome)}</p>
      {isMismatch && <p class="mark mark--mismatch">not the expected result</p>}
      {grant !== undefined && <Grant grant={grant} />}
      {grant?.kind !== 'refused' && explanation !== undefined && <p class="backend-card-reason">{explanation}</p>}
    </div>
  )
}

function Grant({ grant }: { readonly grant: GrantReport }) {
  switch (grant.kind) {
    case 'as-requested':
      return <p class="backend-card-grant">grants <Rights flags={grant.flags} /> as requested</p>
    case 'refused':
      return <p class="backend-card-reason"><span class="mark mark--refused">{grant.requested} is refused</span> {grant.reason}</p>
    case 'differs':
      return (
        <div class="backend-card-grant">
          <p>
            <span class="mark mark--differs">rights differ</span> asked <Rights flags={grant.requested} />, grants <Rights flags={grant.granted} added={grant.added} />
          </p>
          {grant.reasons.map((reason) => <p key={reason} class="backend-card-reason">{reason}</p>)}
        </div>
      )
  }
}

function Rights({ flags, added = '' }: { readonly flags: string; readonly added?: string }) {
  if (flags === '') return <code>no access</code>
  return <code>{Array.from(flags, (letter) => (added.includes(letter) ? <ins key={letter}>{letter}</ins> : letter))}</code>
}

function Way({ path: { vaddr, area, table }, hasTables }: { readonly path: PagePath; readonly hasTables: boolean }) {
  const areaText = area === undefined ? 'none here' : <code>{formatHex(area.start)}–{formatHex(area.end)} {area.flags === '' ? 'no access' : area.flags}</code>
  return (
    <div class="backend-card-way">
      {hasTables
        ? (
            <>
              <p class="backend-card-note"><code>{formatHex(vaddr)}</code> maps to</p>
              {table === undefined ? <p class="backend-card-target">nothing</p> : <Target table={table} />}
            </>
          )
        : (
            <>
              <p class="backend-card-note"><code>{formatHex(vaddr)}</code> lies in</p>
              <p class={area === undefined ? 'backend-card-target backend-card-target--none' : ''}>{area === undefined ? 'nothing' : areaText}</p>
              <p class="backend-card-note">There are areas here, and no page tables.</p>
            </>
          )}
      {hasTables && <p class="backend-card-note">Area: {areaText}</p>}
    </div>
  )
}

function Target({ table: { isCanonical, leaf, steps, aliases } }: { readonly table: NonNullable<PagePath['table']> }) {
  const last = steps.at(-1)
  if (leaf === undefined) {
    return (
      <>
        <p class="backend-card-target backend-card-target--none">nothing</p>
        <p>{!isCanonical ? 'The address is not canonical here.' : last === undefined ? 'There is no table.' : <>The walk ends at {last.levelNames.join(', ')}: entry {last.index} is not present.</>}</p>
      </>
    )
  }
  return (
    <>
      <p class="backend-card-target"><code>{formatHex(leaf.paddr)}</code></p>
      <p>in a leaf of {sizeText(leaf.size)} that grants <Rights flags={leaf.flags} /></p>
      <p class="backend-card-note">
        by {steps.length} tables, entries <code>{steps.map(({ index }) => index).join(' → ')}</code>
        {last !== undefined && <>; the last holds <code>{formatHex(last.word)}</code></>}
        {aliases.length > 1 && `; at ${aliases.length} addresses`}
      </p>
    </>
  )
}

function Counts({ outcome: { areas, tables, frames } }: { readonly outcome: StepOutcome }) {
  const counted = [countText(areas, 'area'), ...(tables === undefined ? [] : [countText(tables, 'table')]), ...(frames === undefined ? [] : [countText(frames, 'frame')])]
  return <p class="backend-card-counts">{counted.join(', ')}</p>
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
