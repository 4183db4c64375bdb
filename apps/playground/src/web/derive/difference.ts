/** What one operation changed: areas, entries of tables, frames, and what it made stale. */

import { pa } from '@addrspace/memory-addr'
import type { Invalidations } from '@addrspace/page-table'
import { kindOf, type WordKind } from '../../adapters/entry-words.ts'
import { areaAt, type AreaColumns, type AreaRow } from './columns.ts'
import { tableRefs } from './frames.ts'
import type { LiveSpace, OpenedMachine } from './live-space.ts'
import type { Position } from './position.ts'
import type { Session } from './session.ts'
import { addressOfEntry, wordsOf, type TableRef } from './tables.ts'

/** An entry that is another one after the operation. */
export interface EntryChange {
  readonly level: number
  readonly index: number
  readonly entryAddress: bigint
  /** The first address that it translates. */
  readonly vaddr: bigint
  /** Of a table that was not there before, or is not any more, the missing side is 0. */
  readonly before: { readonly word: bigint; readonly kind: WordKind }
  readonly after: { readonly word: bigint; readonly kind: WordKind }
}

/** The difference that operation `count - 1` made. */
export interface Difference {
  /** Areas that are not there any more, and new ones; an area that was cut is in both. At most `MOST_CHANGES` each. */
  readonly areas: { readonly gone: readonly AreaRow[]; readonly added: readonly AreaRow[]; readonly goneCount: number; readonly addedCount: number }
  /** Undefined without page tables. */
  readonly tables: TablesDifference | undefined
}

export interface TablesDifference {
  /** In the order of tables, at most `MOST_CHANGES`. */
  readonly entries: readonly EntryChange[]
  readonly entryCount: number
  readonly invalidations: readonly Invalidations[]
  readonly frames: { readonly before: number; readonly after: number }
  readonly tables: { readonly before: number; readonly after: number }
}

/** More are counted, and not listed. */
export const MOST_CHANGES = 500

/** Compares the state after `count` operations with the one before the last of them; `count` is at least 1. O(areas + tables). */
export function differenceAt(session: Session, { scenario, backend, count }: Position): Difference {
  const before = session.at(scenario, backend, count - 1)
  const after = session.at(scenario, backend, count)
  return { areas: areasBetween(before.areas(), after.areas()), tables: tablesBetween(before, after) }
}

function areasBetween(before: AreaColumns, after: AreaColumns): Difference['areas'] {
  const gone = rowsOnlyIn(before, after)
  const added = rowsOnlyIn(after, before)
  return {
    gone: gone.slice(0, MOST_CHANGES).map((row) => areaAt(before, row)),
    added: added.slice(0, MOST_CHANGES).map((row) => areaAt(after, row)),
    goneCount: gone.length,
    addedCount: added.length,
  }
}

/** Both in address order, so one pass over both is enough. */
function rowsOnlyIn(columns: AreaColumns, others: AreaColumns): number[] {
  const rows: number[] = []
  let other = 0
  for (let row = 0; row < columns.count; row++) {
    const start = columns.starts[row]!
    while (other < others.count && others.starts[other]! < start) other += 1
    const isThere = other < others.count && others.starts[other] === start && others.lasts[other] === columns.lasts[row] && others.flags[other] === columns.flags[row]
    if (!isThere) rows.push(row)
  }
  return rows
}

function tablesBetween(before: LiveSpace, after: LiveSpace): TablesDifference | undefined {
  const old = before.use((opened) => contentsOf(opened))
  const last = after.steps.at(-1)
  if (old === undefined || last === undefined) return undefined
  return after.use((opened) => {
    const now = contentsOf(opened)
    const changes: EntryChange[] = []
    let entryCount = 0
    for (const key of new Set([...old.keys(), ...now.keys()])) {
      const was = old.get(key)
      const is = now.get(key)
      const { ref } = (is ?? was)!
      const { format, geometry } = opened.space.pageTable
      for (let index = 0; index < geometry.entries; index++) {
        const oldWord = was?.words[index] ?? 0n
        const newWord = is?.words[index] ?? 0n
        if (oldWord === newWord) continue
        entryCount += 1
        if (changes.length === MOST_CHANGES) continue
        const { level } = ref
        changes.push({
          level,
          index,
          entryAddress: ref.paddr + 8n * BigInt(index),
          vaddr: addressOfEntry(geometry, ref, index),
          before: { word: oldWord, kind: kindOf(format, oldWord, level) },
          after: { word: newWord, kind: kindOf(format, newWord, level) },
        })
      }
    }
    const previous = before.steps.at(-1)
    return {
      entries: changes,
      entryCount,
      invalidations: last.invalidations,
      frames: { before: previous?.frames ?? before.use(({ space }) => space.usedFrames())!, after: last.frames! },
      tables: { before: previous?.tables ?? before.use(({ space }) => space.pageTable.tableCount)!, after: last.tables! },
    }
  })
}

/** By place and level, since a frame may have become a table of another level. */
function contentsOf<C extends object>(opened: OpenedMachine<C>): Map<string, { readonly ref: TableRef; readonly words: BigUint64Array }> {
  const { memory, geometry } = opened.space.pageTable
  return new Map(Array.from(tableRefs(opened), (ref) => [`${ref.paddr} ${ref.level}`, { ref, words: wordsOf(memory, pa(ref.paddr), geometry.entries) }]))
}
