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
  const { state: { scenario, count } } = usePage()
  const path = useDerived('path', problem === undefined ? { scenario, backend, count, vaddr } : undefined)
  const title = backendTitle(backend)
  return (
    <section class={`backend-card backend-card--${outcome?.status ?? 'none'}`} aria-label={title} aria-busy={path.isStale}>
      <h3>{title}</h3>
      {problem !== undefined && <p class="backend-card-problem">Cannot run this scenario: {problem.message}</p>}
      {outcome !== undefined && <Answer outcome={outcome} />}
      {path.value !== undefined && <Way path={path.value} hasTables={machineOf(backend) !== undefined} />}
      {outcome !== undefined && <Counts outcome={outcome} />}
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
  return (
    <dl class="backend-card-way">
      <dt>Area</dt>
      <dd>{area === undefined ? 'none at this address' : <code>{formatHex(area.start)}–{formatHex(area.end)} {area.flags === '' ? 'no access' : area.flags}</code>}</dd>
      {hasTables && (
        <>
          <dt><code>{formatHex(vaddr)}</code> maps to</dt>
          <dd>{table === undefined ? 'nothing' : <Target table={table} />}</dd>
        </>
      )}
    </dl>
  )
}

function Target({ table: { isCanonical, leaf, steps, aliases } }: { readonly table: NonNullable<PagePath['table']> }) {
  if (!isCanonical) return <>nothing: the address is not canonical here</>
  const last = steps.at(-1)
  if (leaf === undefined) return <>nothing: {last === undefined ? 'no table' : `the walk ends at ${last.levelNames.join(', ')}, entry ${last.index}`}</>
  return (
    <>
      <code>{formatHex(leaf.paddr)}</code> in a leaf of {sizeText(leaf.size)} that grants <Rights flags={leaf.flags} />
      {last !== undefined && <span class="backend-card-note">, word <code>{formatHex(last.word)}</code> at {last.levelNames.join(', ')}</span>}
      {aliases.length > 1 && <span class="backend-card-note">, at {aliases.length} addresses</span>}
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
