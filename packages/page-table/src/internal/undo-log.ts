// What a transaction has changed, so that it can be undone: overwritten words, frames taken, tables
// dropped, translations gone stale. Words that were zero cost a record and no copy; a table that is
// dropped whole costs the pointer to it.
import type { PhysAddr } from '@addrspace/memory-addr'

import type { FrameAllocator } from '../frame-allocator.ts'
import type { BreakStep, InvalidationSink, StaleRange } from '../invalidation.ts'
import { mergeRanges } from '../invalidation.ts'
import type { PhysMemory } from '../phys-memory.ts'
import { addressOf } from './edge.ts'
import { FrameSet } from './frame-set.ts'
import type { Halves } from './halves.ts'
import { areZero, rewrite } from './words.ts'

/** Where a bracket began. */
interface Mark {
  readonly records: number
  readonly saved: number
  readonly taken: number
  readonly dropped: number
  readonly stale: number
  readonly breaks: number
}

/** Frames taken, or to be given back at commit. */
interface FrameRun {
  readonly frame: number
  readonly count: number
  /** Of a table: its owner's tables, and where it is linked. Undefined for pages. */
  readonly table: { readonly linked: Map<number, number>; readonly at: number } | undefined
}

const ZERO = -1
/** 64-bit words in a frame. */
const FRAME_WORDS = 512
/** Ints of the store of old words that are kept for the next transaction: 16 MiB. */
const MOST_KEPT = 2 ** 22

export class UndoLog {
  readonly #memory: PhysMemory
  readonly #frames: FrameAllocator
  readonly #sink: InvalidationSink
  /** Frames taken for pages, and not given back. */
  readonly pages: FrameSet = new FrameSet()
  readonly #marks: Mark[] = []
  // Records, column by column: ints [at, at + count) of a frame, and where their old values are saved; with a
  // negative count, -count ints, and where the mask and the old values of the masked bits are saved.
  readonly #frameOf: number[] = []
  readonly #at: number[] = []
  readonly #count: number[] = []
  readonly #savedAt: number[] = []
  #records = 0
  #saved: Int32Array = new Int32Array(1024)
  #savedLength = 0
  readonly #taken: FrameRun[] = []
  readonly #dropped: FrameRun[] = []
  readonly #stale: StaleRange[] = []
  readonly #breaks: BreakStep[] = []
  #isTelling = false

  constructor(memory: PhysMemory, frames: FrameAllocator, sink: InvalidationSink) {
    this.#memory = memory
    this.#frames = frames
    this.#sink = sink
  }

  get isOpen(): boolean {
    return this.#marks.length > 0
  }

  /** How many ranges have been found stale since the outermost bracket began. */
  get staleCount(): number {
    return this.#stale.length
  }

  begin(): void {
    if (this.#isTelling) throw new TypeError('a table must not be changed by its own sink')
    this.#marks.push({
      records: this.#records,
      saved: this.#savedLength,
      taken: this.#taken.length,
      dropped: this.#dropped.length,
      stale: this.#stale.length,
      breaks: this.#breaks.length,
    })
  }

  /** Ends a bracket; the outermost reports what is stale, and then gives frames back. */
  commit(): void {
    if (this.#marks.pop() === undefined) throw new TypeError('no transaction has begun')
    if (this.#marks.length > 0) return
    this.#records = 0
    this.#savedLength = 0
    if (this.#saved.length > MOST_KEPT) this.#saved = new Int32Array(1024)
    this.#taken.length = 0
    if (this.#stale.length > 0 || this.#breaks.length > 0 || this.#dropped.length > 0) this.#tell()
  }

  /** Reports what is stale, and gives frames back. */
  #tell(): void {
    const stale = this.#stale.splice(0)
    const breaks = this.#breaks.splice(0)
    const dropped = this.#dropped.splice(0)
    try {
      this.#isTelling = true
      if (stale.length > 0 || breaks.length > 0) {
        this.#sink({ ranges: mergeRanges(stale), breaks, dropsTables: dropped.some(({ table }) => table !== undefined) })
      }
    } finally {
      // The change stands, whatever a sink throws.
      this.#isTelling = false
      for (const { frame, count } of dropped) {
        // Free frames hold nothing old: an image shows what is mapped and nothing else, and what is allocated again is zero.
        for (let i = 0; i < count; i++) this.#zero(frame + i)
        this.#frames.free(addressOf(frame) as PhysAddr, count)
      }
    }
  }

  /** Undoes everything since the bracket began. */
  rollback(): void {
    const mark = this.#marks.pop()
    if (mark === undefined) throw new TypeError('no transaction has begun')
    for (let i = this.#records - 1; i >= mark.records; i--) this.#restore(i)
    this.#records = mark.records
    this.#savedLength = mark.saved
    for (const { frame, count, table } of this.#dropped.splice(mark.dropped)) {
      if (table === undefined) this.pages.add(frame, count)
      else table.linked.set(frame, table.at)
    }
    for (const { frame, count, table } of this.#taken.splice(mark.taken).reverse()) {
      if (table === undefined) this.pages.delete(frame, count)
      else table.linked.delete(frame)
      this.#frames.free(addressOf(frame) as PhysAddr, count)
    }
    this.#stale.length = mark.stale
    this.#breaks.length = mark.breaks
  }

  /**
   * Notes that the masked bits of words from int `at` of a frame on, `count` ints that all have them as
   * `old` does, are about to be rewritten. Costs one record, whatever the count.
   */
  rewrite(frame: number, at: number, count: number, mask: Halves, old: Halves): void {
    this.#reserve(4)
    this.#saved.set([mask.low, mask.high, old.low & mask.low, old.high & mask.high], this.#savedLength)
    this.#record(frame, at, -count, this.#savedLength)
    this.#savedLength += 4
  }

  /** Notes that ints [at, at + count) of a frame are about to be overwritten. */
  overwrite(frame: number, at: number, count: number): void {
    this.#reserve(count)
    const first = this.#memory.indexOf(frame) + at
    this.#saved.set(this.#memory.words.subarray(first, first + count), this.#savedLength)
    this.#record(frame, at, count, this.#savedLength)
    this.#savedLength += count
  }

  /** Notes that ints [at, at + count) of a frame, all zero, are about to be overwritten. */
  overwriteZeros(frame: number, at: number, count: number): void {
    this.#record(frame, at, count, ZERO)
  }

  /** Notes that frames were allocated for pages, and makes them zero; what is written to them is undone too. */
  takePages(frame: number, count: number): void {
    this.#taken.push({ frame, count, table: undefined })
    this.pages.add(frame, count)
    for (let i = 0; i < count; i++) this.#clear(frame + i)
  }

  /** Notes that frames of pages are to be given back at commit. */
  dropPages(frame: number, count: number): void {
    this.#dropped.push({ frame, count, table: undefined })
    this.pages.delete(frame, count)
  }

  /** Notes that a frame was allocated for a table, makes it zero, and notes that it will be written. */
  takeTable(frame: number, linked: Map<number, number>, at: number): void {
    this.#taken.push({ frame, count: 1, table: { linked, at } })
    linked.set(frame, at)
    this.#clear(frame)
  }

  dropTable(frame: number, linked: Map<number, number>): void {
    this.#dropped.push({ frame, count: 1, table: { linked, at: linked.get(frame)! } })
    linked.delete(frame)
  }

  stale(range: StaleRange): void {
    this.#stale.push(range)
  }

  break(step: BreakStep): void {
    this.#breaks.push(step)
  }

  #record(frame: number, at: number, count: number, savedAt: number): void {
    const i = this.#records++
    this.#frameOf[i] = frame
    this.#at[i] = at
    this.#count[i] = count
    this.#savedAt[i] = savedAt
  }

  /** Makes a frame zero, remembering what was in it. */
  #clear(frame: number): void {
    const first = this.#memory.indexOf(frame)
    if (first < 0) return
    const { words } = this.#memory
    if (areZero(words, first, FRAME_WORDS)) this.overwriteZeros(frame, 0, 2 * FRAME_WORDS)
    else {
      this.overwrite(frame, 0, 2 * FRAME_WORDS)
      words.fill(0, first, first + 2 * FRAME_WORDS)
    }
  }

  /** Makes room for so many ints more. */
  #reserve(count: number): void {
    if (this.#savedLength + count <= this.#saved.length) return
    const larger = new Int32Array(Math.max(this.#saved.length * 2, this.#savedLength + count))
    larger.set(this.#saved.subarray(0, this.#savedLength))
    this.#saved = larger
  }

  #restore(i: number): void {
    const frame = this.#frameOf[i]!
    const at = this.#at[i]!
    const count = this.#count[i]!
    const savedAt = this.#savedAt[i]!
    if (count < 0) {
      const [maskLow, maskHigh, low, high] = this.#saved.subarray(savedAt, savedAt + 4)
      rewrite(this.#memory.words, this.#memory.indexOf(frame) + at, -count / 2, ~maskLow!, ~maskHigh!, low!, high!)
    } else if (savedAt === ZERO) this.#zero(frame, at, count)
    else this.#memory.words.set(this.#saved.subarray(savedAt, savedAt + count), this.#memory.indexOf(frame) + at)
  }

  /** Makes ints of a frame zero, unless they are: what was never touched is not to be allocated. */
  #zero(frame: number, at = 0, count: number = 2 * FRAME_WORDS): void {
    const first = this.#memory.indexOf(frame) + at
    if (first < at) return
    const { words } = this.#memory
    if (!areZero(words, first, count / 2)) words.fill(0, first, first + count)
  }
}
