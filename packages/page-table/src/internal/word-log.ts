// What words were before a transaction overwrote them, run by run: to undo it, and to compare what hardware
// may have cached with what is there at the end. Words that were zero cost a record and no copy.
import type { PhysMemory } from '../phys-memory.ts'
import type { Halves } from './halves.ts'
import { areZero } from './table-words.ts'
import { rewrite } from './words.ts'

/** Ints [at, end) of a frame. */
export interface IntRange {
  readonly at: number
  readonly end: number
}

const ZERO = -1
/** No record. */
const NONE = -1
/** Ints in a frame. */
const FRAME_INTS = 1024
/** Ints of the store of old words that are kept for the next transaction: 16 MiB. */
const MOST_KEPT = 2 ** 22

export class WordLog {
  readonly #memory: PhysMemory
  // Records, column by column: ints [at, at + count) of a frame, and where their old values are saved; with a
  // negative count, -count ints, and where the mask and the old values of the masked bits are saved.
  readonly #frameOf: number[] = []
  readonly #at: number[] = []
  readonly #count: number[] = []
  readonly #savedAt: number[] = []
  /** The record before of the same frame; there once `lastRecords` was asked. */
  readonly #previous: number[] = []
  #records = 0
  #saved: Int32Array = new Int32Array(1024)
  #savedLength = 0
  /** What `before` was asked for: a frame's ints, of which those that it tells are valid until it is asked again. */
  readonly old: Int32Array = new Int32Array(FRAME_INTS)

  constructor(memory: PhysMemory) {
    this.#memory = memory
  }

  /** How many records there are. */
  get records(): number {
    return this.#records
  }

  /** How much is saved with them. */
  get savedLength(): number {
    return this.#savedLength
  }

  /**
   * Notes that the masked bits of words from int `at` of a frame on, `count` ints that all have them as
   * `old` does, are about to be rewritten. Costs one record, whatever the count.
   */
  rewrite(frame: number, at: number, count: number, mask: Halves, old: Halves): void {
    this.#reserve(4)
    const saved = this.#saved
    saved[this.#savedLength] = mask.low
    saved[this.#savedLength + 1] = mask.high
    saved[this.#savedLength + 2] = old.low & mask.low
    saved[this.#savedLength + 3] = old.high & mask.high
    this.#record(frame, at, -count, this.#savedLength)
    this.#savedLength += 4
  }

  /** Notes that ints [at, at + count) of a frame are about to be overwritten. */
  overwrite(frame: number, at: number, count: number): void {
    this.#reserve(count)
    const first = this.#memory.indexOf(frame) + at
    copy(this.#memory.words, first, this.#saved, this.#savedLength, count)
    this.#record(frame, at, count, this.#savedLength)
    this.#savedLength += count
  }

  /** Notes that ints [at, at + count) of a frame, all zero, are about to be overwritten. */
  overwriteZeros(frame: number, at: number, count: number): void {
    this.#record(frame, at, count, ZERO)
  }

  /** Undoes the records from `records` on, of which `savedLength` tells where their old words begin. */
  undoTo(records: number, savedLength: number): void {
    for (let i = this.#records - 1; i >= records; i--) this.#undo(i)
    this.#records = records
    this.#savedLength = savedLength
  }

  /** Forgets all records: what they tell of stands. */
  forget(): void {
    this.#records = 0
    this.#savedLength = 0
    if (this.#saved.length > MOST_KEPT) this.#saved = new Int32Array(1024)
  }

  /** False only if no word that was not zero is another one now that is not zero either. O(words saved), most often less. */
  mayHaveReplaced(): boolean {
    const { words } = this.#memory
    const saved = this.#saved
    for (let i = 0; i < this.#records; i++) {
      const savedAt = this.#savedAt[i]!
      if (savedAt === ZERO) continue
      const count = this.#count[i]!
      if (count < 0) return true
      const first = this.#memory.indexOf(this.#frameOf[i]!) + this.#at[i]!
      for (let k = 0; k < count; k += 2) {
        if ((words[first + k]! | words[first + k + 1]!) !== 0 && (saved[savedAt + k]! | saved[savedAt + k + 1]!) !== 0) return true
      }
    }
    return false
  }

  /** The last record of each frame that has any. */
  lastRecords(): number[] {
    if (this.#records === 1) {
      this.#previous[0] = NONE
      return [0]
    }
    const last = new Map<number, number>()
    // Records of one frame often follow each other, and cost no look into the map then.
    let frame = NONE
    for (let i = 0; i < this.#records; i++) {
      const next = this.#frameOf[i]!
      if (next === frame) this.#previous[i] = i - 1
      else {
        if (i > 0) last.set(frame, i - 1)
        this.#previous[i] = last.get(next) ?? NONE
        frame = next
      }
    }
    last.set(frame, this.#records - 1)
    return [...last.values()]
  }

  /** The frame that a record is about. */
  frameOf(record: number): number {
    return this.#frameOf[record]!
  }

  /** Whether all that was overwritten in a frame, of which this is the last record, are the same bits of words that have them alike. */
  isUniform(last: number): boolean {
    return this.#count[last]! < 0 && this.#previous[last] === NONE
  }

  /** Lets `old` have what the words of a frame were, from the first that was overwritten to the last; only the first `most` ints of them. */
  before(last: number, most: number = FRAME_INTS): IntRange {
    let at = FRAME_INTS
    let end = 0
    for (let i = last; i !== NONE; i = this.#previous[i]!) {
      at = Math.min(at, this.#at[i]!)
      end = Math.max(end, this.#at[i]! + Math.abs(this.#count[i]!))
    }
    end = Math.min(end, at + most)
    copy(this.#memory.words, this.#memory.indexOf(this.#frameOf[last]!) + at, this.old, at, end - at)
    for (let i = last; i !== NONE; i = this.#previous[i]!) this.#restore(i, this.old, 0, end)
    return { at, end }
  }

  #record(frame: number, at: number, count: number, savedAt: number): void {
    const i = this.#records++
    this.#frameOf[i] = frame
    this.#at[i] = at
    this.#count[i] = count
    this.#savedAt[i] = savedAt
  }

  /** Makes room for so many ints more. */
  #reserve(count: number): void {
    if (this.#savedLength + count <= this.#saved.length) return
    const larger = new Int32Array(Math.max(this.#saved.length * 2, this.#savedLength + count))
    larger.set(this.#saved.subarray(0, this.#savedLength))
    this.#saved = larger
  }

  #undo(i: number): void {
    const first = this.#memory.indexOf(this.#frameOf[i]!)
    const { words } = this.#memory
    // What was never touched is not to be allocated.
    if (this.#savedAt[i] === ZERO && areZero(this.#memory, first + this.#at[i]!, this.#count[i]! / 2)) return
    this.#restore(i, words, first, FRAME_INTS)
  }

  /** Gives words of a frame, which begins at `first`, the values that a record has of them; those from int `end` of the frame on are left out. */
  #restore(i: number, words: Int32Array, first: number, end: number): void {
    const at = this.#at[i]!
    const savedAt = this.#savedAt[i]!
    const count = Math.min(Math.abs(this.#count[i]!), end - at)
    if (count <= 0) return
    const saved = this.#saved
    if (this.#count[i]! < 0) {
      rewrite(words, first + at, count / 2, ~saved[savedAt]!, saved[savedAt + 2]!)
      rewrite(words, first + at + 1, count / 2, ~saved[savedAt + 1]!, saved[savedAt + 3]!)
    } else if (savedAt === ZERO) words.fill(0, first + at, first + at + count)
    else copy(saved, savedAt, words, first + at, count)
  }
}

/** Few ints are copied one by one: a view costs more than they do. */
function copy(from: Int32Array, at: number, to: Int32Array, start: number, count: number): void {
  if (count > 64) to.set(from.subarray(at, at + count), start)
  else for (let i = 0; i < count; i++) to[start + i] = from[at + i]!
}
