// The ways to tables of level 0 that walks have found before, as hardware's paging-structure caches keep them,
// with one difference: nothing has to be invalidated. A way is taken again only if every word on it is still the
// one that was read, and then a walk would read these words, in the same places, and end at the same table. What
// is saved is taking them apart. Direct-mapped by the address; whatever a way is replaced by, answers stay right.
//
// Beside a way stands what the hardware made of accesses through it, as a TLB keeps rights: the bits of a leaf,
// its frame aside, and the questions that were answered with yes. A leaf with the same bits is answered alike,
// since nothing else decides (laws F1, F4 and F8 of a format).

const WAYS_BITS = 9
const WAYS_MASK = (1 << WAYS_BITS) - 1
const WAY_SHIFT = 5

// Places in a way. What every lookup reads comes first: of four levels, it is 64 bytes.
/** The address without what a table of level 0 translates, low half first. */
const TAG = 0
/** Where the table of level 0 begins among the memory's words; -1 before the way is whole. */
const TABLE = 2
/** The bits of the leaf, its frame aside, about which questions were answered: low, high. */
const LEAF_BITS = 3
/** The questions answered with yes, a bit each. */
const GRANTED = 5
/** For each word: where it is, and its halves. */
const WORDS = 6
/** All words of the way combined: AND low, AND high, OR low, OR high. */
const COMBINED = 28

export class WalkCache {
  readonly #ways: Int32Array
  /** Places that the words of a way take. */
  readonly #length: number

  /** `levels` is at most 8. */
  constructor(levels: number) {
    this.#ways = new Int32Array(1 << (WAYS_BITS + WAY_SHIFT))
    this.#length = 3 * (levels - 1)
    for (let way = 0; way < this.#ways.length; way += 1 << WAY_SHIFT) this.#ways[way + TABLE] = -1
  }

  /** Where the way of a tag is; -1 if there is none, or one of its words is another now. */
  find(tagLow: number, tagHigh: number, ints: Int32Array): number {
    const ways = this.#ways
    const way = (tagLow & WAYS_MASK) << WAY_SHIFT
    if (ways[way | TAG] !== tagLow || ways[way | (TAG + 1)] !== tagHigh || ways[way | TABLE]! < 0) return -1
    const end = (way + WORDS + this.#length) | 0
    for (let i = (way + WORDS) | 0; i < end; i = (i + 3) | 0) {
      const at = ways[i]!
      if (ints[at] !== ways[i + 1] || ints[at | 1] !== ways[i + 2]) return -1
    }
    return way
  }

  tableOf(way: number): number {
    return this.#ways[way | TABLE]!
  }

  /** One of the four numbers that all words combined come to. */
  combined(way: number, which: 0 | 1 | 2 | 3): number {
    return this.#ways[way | (COMBINED + which)]!
  }

  /** Whether the question was answered with yes for a leaf with these bits at the end of this way. */
  isGranted(way: number, low: number, high: number, question: number): boolean {
    const ways = this.#ways
    return ((ways[way | LEAF_BITS]! ^ low) | (ways[way | (LEAF_BITS + 1)]! ^ high)) === 0 && (ways[way | GRANTED]! & question) !== 0
  }

  /** Notes that it is. */
  grant(way: number, low: number, high: number, question: number): void {
    const ways = this.#ways
    if (ways[way | LEAF_BITS] !== low || ways[way | (LEAF_BITS + 1)] !== high) ways[way | GRANTED] = 0
    ways[way | LEAF_BITS] = low
    ways[way | (LEAF_BITS + 1)] = high
    ways[way | GRANTED]! |= question
  }

  /** Has some questions unanswered again, on every way. */
  forget(questions: number): void {
    for (let at = GRANTED; at < this.#ways.length; at += 1 << WAY_SHIFT) this.#ways[at]! &= ~questions
  }

  /** Begins to note the way of a tag in place of another. */
  begin(tagLow: number, tagHigh: number): number {
    const way = (tagLow & WAYS_MASK) << WAY_SHIFT
    this.#ways[way | TAG] = tagLow
    this.#ways[way | (TAG + 1)] = tagHigh
    this.#ways[way | TABLE] = -1
    this.#ways[way | GRANTED] = 0
    return way
  }

  /** Notes the pointer at a level above 0. */
  note(way: number, level: number, at: number, low: number, high: number): void {
    const i = way + WORDS + 3 * (level - 1)
    this.#ways[i] = at
    this.#ways[i + 1] = low
    this.#ways[i + 2] = high
  }

  /** The way has led to a table: all of its words are noted. */
  end(way: number, table: number, andLow: number, andHigh: number, orLow: number, orHigh: number): void {
    const ways = this.#ways
    ways[way | TABLE] = table
    ways[way | COMBINED] = andLow
    ways[way | (COMBINED + 1)] = andHigh
    ways[way | (COMBINED + 2)] = orLow
    ways[way | (COMBINED + 3)] = orHigh
  }
}
