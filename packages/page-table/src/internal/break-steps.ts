// Which entries a machine wants broken before they are made: those that were live when a transaction began,
// are live at its end, and may not be replaced in one write. What was in between nobody has seen. Tables
// taken in the transaction count as never seen, and those dropped in it as never seen again.
import type { VirtAddr } from '@addrspace/memory-addr'

import { LEAF, TABLE } from '../format.ts'
import type { PteFormat } from '../format.ts'
import type { Geometry } from '../geometry.ts'
import type { BreakStep } from '../invalidation.ts'
import { addressOf } from './edge.ts'
import { wordOf } from './halves.ts'
import type { Halves } from './halves.ts'
import { MOST_ENTRIES, UNLINKED } from './table-owner.ts'
import type { Tables } from './tables.ts'
import type { WordLog } from './word-log.ts'

/** Of all addresses. */
const PAGES = 2 ** 52

export class BreakFinder<C> {
  readonly #lower: Tables<C>
  readonly #upper: Tables<C>
  // By level.
  readonly #pairs: readonly ReplacedPair<C>[]

  constructor(lower: Tables<C>, upper: Tables<C>) {
    this.#lower = lower
    this.#upper = upper
    this.#pairs = Array.from({ length: lower.geometry.levels }, (_, level) => new ReplacedPair(lower, level))
  }

  /** The steps of a transaction, in ascending order of the addresses that they are about. O(words overwritten). */
  stepsOf(words: WordLog, taken: ReadonlySet<number>): BreakStep[] {
    const steps: BreakStep[] = []
    for (const last of words.lastRecords()) {
      const frame = words.frameOf(last)
      if (taken.has(frame)) continue
      const tables = this.#lower.owner.linkedAt.has(frame) ? this.#lower : this.#upper
      const level = levelOf(tables, frame)
      if (level !== undefined) this.#addSteps(steps, tables, frame, level, words, last)
    }
    return steps.length < 2 ? steps : steps.sort((a, b) => (a.range.start < b.range.start ? -1 : 1))
  }

  /** Adds the steps in one table. */
  #addSteps(steps: BreakStep[], tables: Tables<C>, frame: number, level: number, words: WordLog, last: number): void {
    const { memory, geometry } = tables
    const pair = this.#pairs[level]!
    const now = memory.words
    const start = memory.indexOf(frame)
    const { old } = words
    if (words.isUniform(last)) {
      // All of them were changed alike: the first one tells.
      const { at } = words.before(last, 2)
      if (!pair.needsBreak(old, at, now, start + at)) return
    }
    const { at, end } = words.before(last)
    let page: number | undefined
    for (let i = at; i < end; i += 2) {
      if (!pair.needsBreak(old, i, now, start + i)) continue
      page ??= this.#firstPage(tables, frame, level)
      const slot = i / 2
      const range = { start: addressAt(geometry, page + slot * geometry.spanPages(level)), size: geometry.span(level) }
      steps.push({ entry: tables.entryAddress(frame, slot), oldWord: wordOf(old[i]!, old[i + 1]!), newWord: wordOf(now[start + i]!, now[start + i + 1]!), range })
    }
  }

  /** The page at which index 0 of a table lies; with one root, counted from what index 0 of that spans. */
  #firstPage(tables: Tables<C>, table: number, ofLevel: number): number {
    const { geometry } = tables
    let page = geometry.roots === 2 && tables === this.#upper ? PAGES - geometry.spanPages(geometry.levels) : 0
    let level = ofLevel + 1
    for (let at = tables.owner.linkedAt.get(table)!; at !== UNLINKED; at = at < MOST_ENTRIES ? UNLINKED : tables.owner.linkedAt.get(Math.floor(at / MOST_ENTRIES) - 1)!) {
      page += (at % MOST_ENTRIES) * geometry.spanPages(level++)
    }
    return page
  }
}

/** The level of a table; undefined if it is none of these, or hangs below one that went. */
function levelOf<C>({ owner, geometry }: Tables<C>, table: number): number | undefined {
  let at = owner.linkedAt.get(table)
  for (let level = geometry.levels - 1; ; level--) {
    if (at === undefined) return undefined
    if (at === UNLINKED) return level
    if (at < MOST_ENTRIES) return level - 1
    at = owner.linkedAt.get(Math.floor(at / MOST_ENTRIES) - 1)
  }
}

/** Behind the lower half of a single root comes the upper one. */
function addressAt(geometry: Geometry, page: number): VirtAddr {
  const isUpper = geometry.roots === 1 && page >= geometry.lowerPages
  return addressOf(isUpper ? PAGES - geometry.spanPages(geometry.levels) + page : page) as VirtAddr
}

/** A word and what it was. The machine is not asked again about what differs from the pair before by frame and use alone. */
class ReplacedPair<C> {
  readonly #format: PteFormat<C>
  readonly #level: number
  /** The bits that are the frame's, and those that are neither the frame's nor set by hardware. */
  readonly #frame: Halves
  readonly #telling: Halves
  #oldLow = 0
  #oldHigh = 0
  #newLow = 0
  #newHigh = 0
  #hasMoved = false
  #answer = false

  constructor(tables: Tables<C>, level: number) {
    const { seenBits, format } = tables
    this.#format = format
    this.#level = level
    this.#frame = tables.frameMask(level)
    this.#telling = { low: ~(this.#frame.low | seenBits.low), high: ~(this.#frame.high | seenBits.high) }
  }

  /** Whether old[i], a live entry, may not become now[k], one too, in one write. */
  needsBreak(old: Int32Array, i: number, now: Int32Array, k: number): boolean {
    const oldLow = old[i]!
    const oldHigh = old[i + 1]!
    const newLow = now[k]!
    const newHigh = now[k + 1]!
    const low = oldLow ^ newLow
    const high = oldHigh ^ newHigh
    if ((oldLow | oldHigh) === 0 || (newLow | newHigh) === 0 || (low | high) === 0) return false
    const hasMoved = ((low & this.#frame.low) | (high & this.#frame.high)) !== 0
    const telling = this.#telling
    const differing =
      ((oldLow ^ this.#oldLow) & telling.low) | ((oldHigh ^ this.#oldHigh) & telling.high) |
      ((newLow ^ this.#newLow) & telling.low) | ((newHigh ^ this.#newHigh) & telling.high)
    if (differing === 0 && hasMoved === this.#hasMoved) return this.#answer
    this.#oldLow = oldLow
    this.#oldHigh = oldHigh
    this.#newLow = newLow
    this.#newHigh = newHigh
    this.#hasMoved = hasMoved
    this.#answer = this.#isLive(oldLow, oldHigh) && this.#isLive(newLow, newHigh) && this.#format.needsBreak?.(wordOf(oldLow, oldHigh), wordOf(newLow, newHigh), this.#level) === true
    return this.#answer
  }

  #isLive(low: number, high: number): boolean {
    const kind = this.#format.classify(low, high, this.#level)
    return kind === LEAF || kind === TABLE
  }
}
