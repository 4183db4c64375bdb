/** What one operation changed: areas, entries of tables, frames, and what it made stale. */

import { formatHex, pa } from '@addrspace/memory-addr'
import { formatFlags, type Invalidations, type PteFormat } from '@addrspace/page-table'
import { bitName, bitsOf, bitValue, kindOf, layoutOf, widest, type WordKind } from '../../adapters/entry-words.ts'
import { namesOfLevel, type Machine } from '../../adapters/machines.ts'
import { areaAt, type AreaColumns, type AreaRow } from './columns.ts'
import { tableRefs } from './frames.ts'
import type { LiveSpace, OpenedMachine } from './live-space.ts'
import type { Position } from './position.ts'
import type { Session } from './session.ts'
import { addressOfEntry, wordsOf, type TableRef } from './tables.ts'

/** Bits of an entry that hold something else after the operation. */
export interface BitsChange {
  /** The manual's name. */
  readonly name: string
  readonly before: string
  readonly after: string
}

/** One side of a change. */
export interface EntrySide {
  readonly word: bigint
  readonly kind: WordKind
  /** `rwu → 0x80001000`, `table at 0x80005000`, `absent`. */
  readonly text: string
}

/** Neighbouring entries of one table that changed alike: as the first of them, but for the frames. */
export interface EntryChange {
  readonly level: number
  readonly levelNames: readonly string[]
  /** Entries `[index, index + count)`. */
  readonly index: number
  readonly count: number
  readonly entryAddress: bigint
  /** The first address that they translate, and how many bytes they span together. */
  readonly vaddr: bigint
  readonly size: bigint
  /** Of the first. Of a table that was not there before, or is not any more, the missing side is 0. */
  readonly before: EntrySide
  readonly after: EntrySide
  /** What differs between entries of the same kind, of the first. */
  readonly bits: readonly BitsChange[]
}

/** The difference that operation `count - 1` made. */
export interface Difference {
  /** Areas that are not there any more, and new ones; an area that was cut is in both. At most `MOST_CHANGES` each. */
  readonly areas: { readonly gone: readonly AreaRow[]; readonly added: readonly AreaRow[]; readonly goneCount: number; readonly addedCount: number }
  /** Undefined without page tables. */
  readonly tables: TablesDifference | undefined
}

export interface TablesDifference {
  /** Roots first, then by address, at most `MOST_CHANGES` runs. */
  readonly entries: readonly EntryChange[]
  /** Of single entries, those that are not listed included. */
  readonly entryCount: number
  readonly isCut: boolean
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
    const changes = new ChangeList(opened.machine)
    const tables = Array.from(new Set([...old.keys(), ...now.keys()]), (key) => ({ was: old.get(key), is: now.get(key), ref: (now.get(key) ?? old.get(key))!.ref }))
    tables.sort(({ ref: a }, { ref: b }) => b.level - a.level || (a.vaddr < b.vaddr ? -1 : 1))
    for (const { was, is, ref } of tables) {
      for (let index = 0; index < opened.space.pageTable.geometry.entries; index++) {
        const oldWord = was?.words[index] ?? 0n
        const newWord = is?.words[index] ?? 0n
        if (oldWord !== newWord) changes.add(ref, index, oldWord, newWord)
      }
    }
    const previous = before.steps.at(-1)
    return {
      entries: changes.runs,
      entryCount: changes.count,
      isCut: changes.isCut,
      invalidations: last.invalidations,
      frames: { before: previous?.frames ?? before.use(({ space }) => space.usedFrames())!, after: last.frames! },
      tables: { before: previous?.tables ?? before.use(({ space }) => space.pageTable.tableCount)!, after: last.tables! },
    }
  })
}

type OpenRun = { -readonly [K in keyof EntryChange]: EntryChange[K] }

/** Puts changed entries together, which come table by table, in the order of their indices. */
class ChangeList<C extends object> {
  readonly runs: EntryChange[] = []
  count = 0
  isCut = false
  readonly #machine: Machine<C>
  /** By kind and level: all bits but the frame's. */
  readonly #masks = new Map<string, bigint>()
  #last: { readonly ref: TableRef; readonly run: OpenRun; readonly alike: string } | undefined

  constructor(machine: Machine<C>) {
    this.#machine = machine
  }

  add(ref: TableRef, index: number, oldWord: bigint, newWord: bigint): void {
    const { format } = this.#machine
    const { level } = ref
    const oldKind = kindOf(format, oldWord, level)
    const newKind = kindOf(format, newWord, level)
    this.count += 1
    const alike = `${oldKind} ${oldWord & this.#maskOf(oldKind, oldWord, level)} ${newKind} ${newWord & this.#maskOf(newKind, newWord, level)}`
    if (this.#last?.ref === ref && this.#last.run.index + this.#last.run.count === index && this.#last.alike === alike) {
      this.#last.run.count += 1
      this.#last.run.size += format.geometry.span(level)
      return
    }
    if (this.runs.length === MOST_CHANGES) {
      this.isCut = true
      this.#last = undefined
      return
    }
    const run: OpenRun = {
      level,
      levelNames: namesOfLevel(this.#machine, level).filter((name) => name !== undefined),
      index,
      count: 1,
      entryAddress: ref.paddr + 8n * BigInt(index),
      vaddr: addressOfEntry(format.geometry, ref, index),
      size: format.geometry.span(level),
      before: sideOf(format, oldWord, level),
      after: sideOf(format, newWord, level),
      bits: oldKind === newKind ? bitsBetween(format, oldWord, newWord, level) : [],
    }
    this.runs.push(run)
    this.#last = { ref, run, alike }
  }

  #maskOf(kind: WordKind, word: bigint, level: number): bigint {
    if (kind === 'absent' || kind === 'invalid') return -1n
    const key = `${kind} ${level}`
    const known = this.#masks.get(key)
    if (known !== undefined) return known
    const frames = layoutOf(this.#machine.format, word, level).bits.filter(({ role }) => role === 'frame')
    const mask = frames.reduce((rest, bits) => rest & ~(widest(bits) << BigInt(bits.low)), -1n)
    this.#masks.set(key, mask)
    return mask
  }
}

function sideOf<C>(format: PteFormat<C>, word: bigint, level: number): EntrySide {
  const kind = kindOf(format, word, level)
  const entry = format.decode(word, level)
  if (entry.kind === 'table') return { word, kind, text: `table at ${formatHex(entry.frame)}` }
  if (entry.kind === 'leaf') return { word, kind, text: `${formatFlags(entry.flags) || 'no access'} → ${formatHex(entry.frame)}` }
  return { word, kind, text: kind }
}

function bitsBetween<C>(format: PteFormat<C>, oldWord: bigint, newWord: bigint, level: number): BitsChange[] {
  const after = bitsOf(layoutOf(format, newWord, level), newWord)
  return bitsOf(layoutOf(format, oldWord, level), oldWord).flatMap((bits, row) => {
    const other = after[row]
    if (other === undefined || other.high !== bits.high || other.low !== bits.low || other.held === bits.held) return []
    return [{ name: bitName(bits), before: bitValue(bits, bits.held), after: bitValue(bits, other.held) }]
  })
}

/** By place and level, since a frame may have become a table of another level. */
function contentsOf<C extends object>(opened: OpenedMachine<C>): Map<string, { readonly ref: TableRef; readonly words: BigUint64Array }> {
  const { memory, geometry } = opened.space.pageTable
  return new Map(Array.from(tableRefs(opened), (ref) => [`${ref.paddr} ${ref.level}`, { ref, words: wordsOf(memory, pa(ref.paddr), geometry.entries) }]))
}
