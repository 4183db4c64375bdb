// What a transaction has changed, so that it can be undone: overwritten words, frames taken, tables
// dropped, translations gone stale. Words that were zero cost a record and no copy; a table that is
// dropped whole costs the pointer to it.
import type { PhysAddr } from '@addrspace/memory-addr'

import type { FrameAllocator } from '../frame-allocator.ts'
import type { BreakStep, InvalidationSink, StaleRange } from '../invalidation.ts'
import { mergeRanges } from '../invalidation.ts'
import type { PhysMemory } from '../phys-memory.ts'
import { areZero } from './words.ts'

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
  readonly frame: PhysAddr
  readonly frames: number
  readonly isTable: boolean
}

const ZERO = -1
/** 64-bit words in a frame. */
const FRAME_WORDS = 512

export class UndoLog {
  readonly #memory: PhysMemory
  readonly #frames: FrameAllocator
  readonly #sink: InvalidationSink
  /** Numbers of the frames of all tables in use. */
  readonly #tables: Set<number>
  readonly #marks: Mark[] = []
  // Records, column by column: ints [at, at + count) of a frame, and where their old values are saved.
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

  constructor(memory: PhysMemory, frames: FrameAllocator, sink: InvalidationSink, tables: Set<number>) {
    this.#memory = memory
    this.#frames = frames
    this.#sink = sink
    this.#tables = tables
  }

  get isOpen(): boolean {
    return this.#marks.length > 0
  }

  begin(): void {
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
    const stale = this.#stale.splice(0)
    const breaks = this.#breaks.splice(0)
    const dropped = this.#dropped.splice(0)
    this.#records = 0
    this.#savedLength = 0
    this.#taken.length = 0
    if (stale.length > 0 || breaks.length > 0) this.#sink({ ranges: mergeRanges(stale), breaks })
    for (const { frame, frames } of dropped) {
      // Free frames hold nothing old: an image shows what is mapped and nothing else, and what is allocated again is zero.
      for (let i = 0; i < frames; i++) this.#zero(numberOf(frame) + i)
      this.#frames.free(frame, frames)
    }
  }

  /** Undoes everything since the bracket began. */
  rollback(): void {
    const mark = this.#marks.pop()
    if (mark === undefined) throw new TypeError('no transaction has begun')
    for (let i = this.#records - 1; i >= mark.records; i--) this.#restore(i)
    this.#records = mark.records
    this.#savedLength = mark.saved
    for (const { frame, isTable } of this.#dropped.splice(mark.dropped)) if (isTable) this.#tables.add(numberOf(frame))
    for (const { frame, frames, isTable } of this.#taken.splice(mark.taken).reverse()) {
      if (isTable) this.#tables.delete(numberOf(frame))
      this.#frames.free(frame, frames)
    }
    this.#stale.length = mark.stale
    this.#breaks.length = mark.breaks
  }

  /** Notes that ints [at, at + count) of a frame are about to be overwritten. */
  overwrite(frame: number, chunk: Int32Array, at: number, count: number): void {
    if (this.#savedLength + count > this.#saved.length) {
      const larger = new Int32Array(Math.max(this.#saved.length * 2, this.#savedLength + count))
      larger.set(this.#saved.subarray(0, this.#savedLength))
      this.#saved = larger
    }
    const first = this.#memory.indexOf(frame) + at
    this.#saved.set(chunk.subarray(first, first + count), this.#savedLength)
    this.#record(frame, at, count, this.#savedLength)
    this.#savedLength += count
  }

  /** Notes that ints [at, at + count) of a frame, all zero, are about to be overwritten. */
  overwriteZeros(frame: number, at: number, count: number): void {
    this.#record(frame, at, count, ZERO)
  }

  /** Notes that frames were allocated for pages, and makes them zero. */
  take(frame: PhysAddr, frames: number): void {
    this.#taken.push({ frame, frames, isTable: false })
    for (let i = 0; i < frames; i++) this.#clear(numberOf(frame) + i)
  }

  /** Notes that frames are to be given back at commit. */
  drop(frame: PhysAddr, frames: number): void {
    this.#dropped.push({ frame, frames, isTable: false })
  }

  /** Notes that a frame was allocated for a table, makes it zero, and notes that it will be written. */
  takeTable(frame: PhysAddr): void {
    this.#tables.add(numberOf(frame))
    this.#taken.push({ frame, frames: 1, isTable: true })
    if (!this.#clear(numberOf(frame))) this.overwriteZeros(numberOf(frame), 0, 2 * FRAME_WORDS)
  }

  dropTable(frame: PhysAddr): void {
    this.#tables.delete(numberOf(frame))
    this.#dropped.push({ frame, frames: 1, isTable: true })
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

  /** Makes a frame zero, remembering what was in it; tells whether there was anything. */
  #clear(frame: number): boolean {
    const seen = this.#memory.chunkOf(frame)
    const first = this.#memory.indexOf(frame)
    if (seen === undefined || areZero(seen, first, FRAME_WORDS)) return false
    this.overwrite(frame, seen, 0, 2 * FRAME_WORDS)
    seen.fill(0, first, first + 2 * FRAME_WORDS)
    return true
  }

  #restore(i: number): void {
    const frame = this.#frameOf[i]!
    const chunk = this.#memory.writableChunkOf(frame)!
    const first = this.#memory.indexOf(frame) + this.#at[i]!
    const count = this.#count[i]!
    const savedAt = this.#savedAt[i]!
    if (savedAt === ZERO) chunk.fill(0, first, first + count)
    else chunk.set(this.#saved.subarray(savedAt, savedAt + count), first)
  }

  #zero(frame: number): void {
    const seen = this.#memory.chunkOf(frame)
    const first = this.#memory.indexOf(frame)
    if (seen === undefined || areZero(seen, first, FRAME_WORDS)) return
    this.#memory.writableChunkOf(frame)!.fill(0, first, first + 2 * FRAME_WORDS)
  }
}

function numberOf(frame: PhysAddr): number {
  return Number(frame >> 12n)
}
