// What a transaction has changed, so that it can be undone: overwritten words, frames taken, tables
// dropped, translations gone stale. A table that is dropped whole costs the pointer to it.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import type { FrameAllocator } from '../frame-allocator.ts'
import type { BreakStep, InvalidationSink, StaleRange } from '../invalidation.ts'
import { mergeRanges } from '../invalidation.ts'
import type { PhysMemory } from '../phys-memory.ts'
import { addressOf } from './edge.ts'
import { areZero } from './table-words.ts'
import type { PageFrames, PageTaker } from './page-frames.ts'
import type { TableOwner } from './table-owner.ts'
import { WordLog } from './word-log.ts'

/** Where a bracket began. */
interface Mark {
  readonly records: number
  readonly saved: number
  readonly taken: number
  readonly dropped: number
  readonly stale: number
}

/** Frames taken, or to be given back at commit. */
interface FrameRun {
  readonly frame: number
  readonly count: number
  /** Of a table: its owner, and where it is linked. Undefined for pages. */
  readonly table: { readonly owner: TableOwner; readonly at: number } | undefined
}

const NO_BREAKS: readonly BreakStep[] = []
const NO_FRAMES: ReadonlySet<number> = new Set()
/** 64-bit words in a frame. */
const FRAME_WORDS = 512

export class UndoLog implements PageTaker {
  readonly #memory: PhysMemory
  readonly #frames: FrameAllocator
  readonly #sink: InvalidationSink
  /** What was overwritten. */
  readonly words: WordLog
  /** Frames taken for pages, and not given back: by this table, and by those that share its upper half. */
  readonly pages: PageFrames
  /** Finds the entries to be broken before they are made, on a machine that has any. */
  breakFinder: { stepsOf(words: WordLog, taken: ReadonlySet<number>): readonly BreakStep[] } | undefined = undefined
  readonly #marks: Mark[] = []
  readonly #taken: FrameRun[] = []
  readonly #dropped: FrameRun[] = []
  readonly #stale: StaleRange[] = []
  /** The shared half that others may not change before this transaction ends. */
  #claimed: TableOwner | undefined = undefined
  #isTelling = false

  constructor(memory: PhysMemory, frames: FrameAllocator, sink: InvalidationSink, pages: PageFrames) {
    this.#memory = memory
    this.#frames = frames
    this.#sink = sink
    this.words = new WordLog(memory)
    this.pages = pages
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
      records: this.words.records,
      saved: this.words.savedLength,
      taken: this.#taken.length,
      dropped: this.#dropped.length,
      stale: this.#stale.length,
    })
  }

  /** Ends a bracket; the outermost reports what is stale, and then gives frames back. */
  commit(): void {
    if (this.#marks.pop() === undefined) throw new TypeError('no transaction has begun')
    if (this.#marks.length > 0) return
    const breaks = this.#findBreaks()
    this.words.forget()
    this.#end()
    if (this.#stale.length > 0 || this.#dropped.length > 0) this.#tell(breaks)
  }

  /** Which live entries have been replaced by others; all that each spans is stale. */
  #findBreaks(): readonly BreakStep[] {
    if (this.breakFinder === undefined || !this.words.mayHaveReplaced()) return NO_BREAKS
    const breaks = this.breakFinder.stepsOf(this.words, this.#takenTables())
    for (const { range } of breaks) {
      const last = this.#stale.at(-1)
      // Most often the change itself has told it.
      const isTold = last !== undefined && last.start <= range.start && range.start + range.size <= last.start + last.size
      if (!isTold) this.#stale.push(range)
    }
    return breaks
  }

  #takenTables(): ReadonlySet<number> {
    if (this.#taken.length === 0) return NO_FRAMES
    const taken = new Set<number>()
    for (const { frame, table } of this.#taken) if (table !== undefined) taken.add(frame)
    return taken
  }

  /** Lets go of what is held while a transaction is open. */
  #end(): void {
    this.#taken.length = 0
    if (this.pages.takers.size > 0) this.pages.takers.delete(this)
    if (this.#claimed !== undefined) {
      this.#claimed.changer = undefined
      this.#claimed = undefined
    }
  }

  /** Reports what is stale, and gives frames back. */
  #tell(breaks: readonly BreakStep[]): void {
    const stale = this.#stale.splice(0)
    const dropped = this.#dropped.splice(0)
    try {
      this.#isTelling = true
      if (stale.length > 0) this.#sink({ ranges: mergeRanges(stale), breaks, dropsTables: dropped.some(({ table }) => table !== undefined) })
    } finally {
      // The change stands, whatever a sink throws.
      this.#isTelling = false
      for (const { frame, count } of dropped) {
        // Free frames hold nothing old: an image shows what is mapped and nothing else, and what is allocated again is zero.
        for (let i = 0; i < count; i++) this.#zero(frame + i)
      }
      this.#giveBack(dropped)
    }
  }

  /** Gives frames back to the allocator, all of them: what it throws for the first that it refuses is thrown on at the end. */
  #giveBack(runs: readonly FrameRun[]): void {
    let refusal: { readonly thrown: unknown } | undefined
    for (const { frame, count } of runs) {
      try {
        this.#frames.free(addressOf(frame) as PhysAddr, count)
      } catch (thrown) {
        refusal ??= { thrown }
      }
    }
    if (refusal !== undefined) throw refusal.thrown
  }

  /** Undoes everything since the bracket began. */
  rollback(): void {
    const mark = this.#marks.pop()
    if (mark === undefined) throw new TypeError('no transaction has begun')
    this.words.undoTo(mark.records, mark.saved)
    for (const { frame, count, table } of this.#dropped.splice(mark.dropped)) {
      if (table === undefined) this.pages.add(frame, count)
      else table.owner.link(frame, table.at)
    }
    const taken = this.#taken.splice(mark.taken).reverse()
    for (const { frame, count, table } of taken) {
      if (table === undefined) this.pages.delete(frame, count)
      else table.owner.unlink(frame)
    }
    this.#stale.length = mark.stale
    if (this.#marks.length === 0) this.#end()
    this.#giveBack(taken)
  }

  /**
   * Keeps others that share a half from changing it until the transaction ends.
   *
   * @throws TypeError if one of them has changed it in a transaction that is open
   */
  claim(owner: TableOwner): void {
    if (owner.changer === this) return
    if (owner.changer !== undefined) throw new TypeError('the shared upper half must not be changed: it is within a transaction of another table')
    owner.changer = this
    this.#claimed = owner
  }

  /** Whether one of `count` frames was taken for a page in the open transaction. */
  hasTaken(frame: number, count: number): boolean {
    return this.#taken.some((run) => run.table === undefined && run.frame < frame + count && frame < run.frame + run.count)
  }

  /** Notes that frames were allocated for pages, and makes them zero; what is written to them is undone too. */
  takePages(frame: number, count: number): void {
    this.#taken.push({ frame, count, table: undefined })
    this.pages.add(frame, count)
    // Taken by a bracket of its own, they are anybody's at once.
    if (this.#marks.length > 1) this.pages.takers.add(this)
    for (let i = 0; i < count; i++) this.#clear(frame + i)
  }

  /** Notes that frames of pages are to be given back at commit. */
  dropPages(frame: number, count: number): void {
    this.#dropped.push({ frame, count, table: undefined })
    this.pages.delete(frame, count)
  }

  /** Notes that a frame was allocated for a table, makes it zero, and notes that it will be written. */
  takeTable(frame: number, owner: TableOwner, at: number): void {
    this.#taken.push({ frame, count: 1, table: { owner, at } })
    owner.link(frame, at)
    this.#clear(frame)
  }

  dropTable(frame: number, owner: TableOwner): void {
    this.#dropped.push({ frame, count: 1, table: { owner, at: owner.linkedAt.get(frame)! } })
    owner.unlink(frame)
  }

  stale(range: StaleRange): void {
    this.#stale.push(range)
  }

  /**
   * Whether tables of an owner can be changed without a bracket: a change that cannot fail any more, is made at
   * once, and noted as all changes if a transaction is open.
   */
  allowsAtOnce(owner: TableOwner): boolean {
    return !this.#isTelling && (owner.users === 1 || (owner.changer === undefined && this.#marks.length === 0))
  }

  /** Reports the only range that a change without a bracket has left stale, or notes it if a transaction is open. */
  staleAtOnce(start: VirtAddr, size: bigint): void {
    const range = { start, size }
    if (this.#marks.length > 0) {
      this.#stale.push(range)
      return
    }
    try {
      this.#isTelling = true
      this.#sink({ ranges: [range], breaks: NO_BREAKS, dropsTables: false })
    } finally {
      this.#isTelling = false
    }
  }

  /** Makes a frame zero, remembering what was in it. */
  #clear(frame: number): void {
    const first = this.#memory.indexOf(frame)
    const { words } = this.#memory
    if (areZero(this.#memory, first, FRAME_WORDS)) this.words.overwriteZeros(frame, 0, 2 * FRAME_WORDS)
    else {
      this.words.overwrite(frame, 0, 2 * FRAME_WORDS)
      words.fill(0, first, first + 2 * FRAME_WORDS)
    }
  }

  /** Makes a frame zero, unless it is: what was never touched is not to be allocated. */
  #zero(frame: number): void {
    const first = this.#memory.indexOf(frame)
    const { words } = this.#memory
    if (!areZero(this.#memory, first, FRAME_WORDS)) words.fill(0, first, first + 2 * FRAME_WORDS)
  }
}
