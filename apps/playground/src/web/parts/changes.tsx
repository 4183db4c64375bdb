/** What one operation changed: areas, entries of tables, and what it made stale; long lists show their beginning. */

import { formatHex } from '@addrspace/memory-addr'
import type { Invalidations } from '@addrspace/page-table'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { usePage } from '../context.ts'
import type { AreaRow } from '../derive/columns.ts'
import type { Difference, EntryChange, TablesDifference } from '../derive/difference.ts'
import { sizeText } from '../derive/result-text.ts'
import './changes.css'

/** So many rows before somebody asks for more. */
const FIRST_ROWS = 12

export function Changes({ difference: { areas, tables } }: { readonly difference: Difference }) {
  return (
    <div class="changes">
      <AreaChanges areas={areas} />
      {tables !== undefined && <EntryChanges tables={tables} />}
      {tables !== undefined && <Stale invalidations={tables.invalidations} />}
    </div>
  )
}

function AreaChanges({ areas: { gone, added, goneCount, addedCount } }: { readonly areas: Difference['areas'] }) {
  const rows = [...gone.map((area) => ({ area, sign: 'gone' as const })), ...added.map((area) => ({ area, sign: 'new' as const }))]
    .toSorted((a, b) => (a.area.start < b.area.start ? -1 : a.area.start > b.area.start ? 1 : a.sign === 'gone' ? -1 : 1))
  return (
    <section class="changes-part" aria-label="Areas">
      <h3>Areas <span class="changes-count">{countsText([[goneCount, 'gone'], [addedCount, 'new']])}</span></h3>
      <Rows name="areas" total={goneCount + addedCount} rows={rows.map(({ area, sign }) => <AreaLine key={`${sign} ${area.start}`} area={area} sign={sign} />)} />
    </section>
  )
}

function AreaLine({ area: { start, end, flags }, sign }: { readonly area: AreaRow; readonly sign: Sign }) {
  return (
    <li class={`changes-row changes-row--${sign}`}>
      <SignOf sign={sign} />
      <span><code>{formatHex(start)}–{formatHex(end)}</code> <code>{flags === '' ? 'no access' : flags}</code> <span class="changes-note">{sizeText(end - start)}</span></span>
    </li>
  )
}

function EntryChanges({ tables: { entries, entryCount, isCut } }: { readonly tables: TablesDifference }) {
  return (
    <section class="changes-part" aria-label="Entries">
      <h3>Entries <span class="changes-count">{entryCount === 0 ? 'none changed' : `${entryCount.toLocaleString('en')} changed`}</span></h3>
      <Rows name="entries" total={isCut ? undefined : entries.length} rows={entries.map((entry) => <EntryLine key={String(entry.entryAddress)} entry={entry} />)} />
    </section>
  )
}

function EntryLine({ entry: { levelNames, index, count, entryAddress, vaddr, size, before, after, bits } }: { readonly entry: EntryChange }) {
  const { dispatch } = usePage()
  const sign: Sign = before.kind === 'absent' ? 'new' : after.kind === 'absent' ? 'gone' : 'changed'
  const open = (): void => {
    dispatch({ kind: 'walk-asked', walk: { vaddr } })
    dispatch({ kind: 'view-opened', view: 'walk' })
  }
  return (
    <li class={`changes-row changes-row--${sign}`}>
      <SignOf sign={sign} />
      <div>
        <p>
          <strong>{levelNames[0]}, {count === 1 ? `entry ${index}` : `entries ${index}–${index + count - 1}`}</strong>{' '}
          <span class="changes-note">at <code>{formatHex(entryAddress)}</code>, for </span>
          <button type="button" class="changes-walk" aria-label={`Walk to ${formatHex(vaddr)}`} onClick={open}><code>{formatHex(vaddr)}</code></button>
          <span class="changes-note"> {sizeText(size)}</span>
        </p>
        <p>{before.text} <span class="changes-arrow" role="img" aria-label="becomes">⟶</span> {after.text}{count > 1 && <span class="changes-note"> and so on, {count} entries</span>}</p>
        {bits.length > 0 && <p class="changes-bits">{bits.map(({ name, before: was, after: is }) => <span key={name} class="changes-bit"><code>{name}</code> {was} → {is}</span>)}</p>}
        <p class="changes-words"><code>{formatHex(before.word)}</code> <span aria-hidden="true">⟶</span> <code>{formatHex(after.word)}</code></p>
      </div>
    </li>
  )
}

function Stale({ invalidations }: { readonly invalidations: readonly Invalidations[] }) {
  const ranges = invalidations.flatMap((told) => told.ranges)
  const breaks = invalidations.flatMap((told) => told.breaks)
  const dropsTables = invalidations.some((told) => told.dropsTables)
  return (
    <section class="changes-part" aria-label="Invalidations">
      <h3>Invalidations <span class="changes-count">{ranges.length === 0 ? 'none needed' : countsText([[ranges.length, ranges.length === 1 ? 'range' : 'ranges']])}</span></h3>
      {ranges.length === 0 && <p class="changes-note">Nothing that a TLB may hold has become wrong.</p>}
      <Rows
        name="ranges"
        total={ranges.length}
        rows={ranges.map(({ start, size }) => (
          <li key={String(start)} class="changes-row changes-row--stale">
            <SignOf sign="stale" />
            <span><code>{formatHex(start)}–{formatHex(start + size)}</code> <span class="changes-note">{sizeText(size)}: until it is invalidated, a TLB may answer from before</span></span>
          </li>
        ))}
      />
      {breaks.length > 0 && <p class="changes-note">{breaks.length === 1 ? 'One entry is' : `${breaks.length} entries are`} broken before made anew: an invalid word, the invalidation, then the new word.</p>}
      {dropsTables && <p class="changes-note">Tables go back to the allocator, so pointers to them are dropped too.</p>}
    </section>
  )
}

type Sign = 'gone' | 'new' | 'changed' | 'stale'
const SIGNS: Readonly<Record<Sign, string>> = { gone: '−', new: '+', changed: '~', stale: '!' }

function SignOf({ sign }: { readonly sign: Sign }) {
  return <span class="changes-sign" role="img" aria-label={sign}>{SIGNS[sign]}</span>
}

interface RowsProps {
  readonly name: string
  /** Undefined: more than there are here. */
  readonly total: number | undefined
  readonly rows: readonly ComponentChildren[]
}

function Rows({ name, total, rows }: RowsProps) {
  const [isWhole, setIsWhole] = useState(false)
  if (rows.length === 0) return null
  const shown = isWhole ? rows : rows.slice(0, FIRST_ROWS)
  return (
    <>
      <ul class="changes-rows">{shown}</ul>
      {shown.length < rows.length && <button type="button" class="button" onClick={() => setIsWhole(true)}>Show {rows.length - shown.length} more {name}</button>}
      {isWhole && total !== rows.length && <p class="changes-note">The rest is counted, and not listed.</p>}
    </>
  )
}

function countsText(counts: readonly (readonly [count: number, noun: string])[]): string {
  const told = counts.filter(([count]) => count > 0).map(([count, noun]) => `${count.toLocaleString('en')} ${noun}`)
  return told.length === 0 ? 'none changed' : told.join(', ')
}
