// The ways to tables of level 0 that walks have found before, as hardware's paging-structure caches keep them,
// with one difference: nothing has to be invalidated. A way is taken again only if every word on it is still the
// one that was read, and then a walk would read these words, in the same places, and end at the same table. What
// is saved is taking them apart. Direct-mapped by the address; whatever a way is replaced by, answers stay right.

const WAYS_BITS = 9
const WAYS_MASK = (1 << WAYS_BITS) - 1
const WAY_SHIFT = 5

/** Places in a way: the address without what a table of level 0 translates, low half first. */
const TAG = 0
/** 1 once the way is whole. */
const IS_WHOLE = 2
/** Where the table of level 0 begins among the memory's words. */
const TABLE = 3
/** All words of the way combined: AND low, AND high, OR low, OR high. */
const COMBINED = 4
/** For each word: where it is, and its halves. */
const WORDS = 8

export class WalkCache {
  readonly #ways: Int32Array
  /** Places that the words of a way take. */
  readonly #length: number

  /** `levels` is at most 8. */
  constructor(levels: number) {
    this.#ways = new Int32Array(1 << (WAYS_BITS + WAY_SHIFT))
    this.#length = 3 * (levels - 1)
  }

  /** Where the way of a tag is; -1 if there is none, or one of its words is another now. */
  find(tagLow: number, tagHigh: number, ints: Int32Array): number {
    const ways = this.#ways
    const way = (tagLow & WAYS_MASK) << WAY_SHIFT
    if (ways[way + TAG] !== tagLow || ways[way + TAG + 1] !== tagHigh || ways[way + IS_WHOLE] !== 1) return -1
    const end = (way + WORDS + this.#length) | 0
    for (let i = (way + WORDS) | 0; i < end; i = (i + 3) | 0) {
      const at = ways[i]!
      if (ints[at] !== ways[i + 1] || ints[at | 1] !== ways[i + 2]) return -1
    }
    return way
  }

  tableOf(way: number): number {
    return this.#ways[way + TABLE]!
  }

  /** One of the four numbers that all words combined come to. */
  combined(way: number, which: 0 | 1 | 2 | 3): number {
    return this.#ways[way + COMBINED + which]!
  }

  /** Begins to note the way of a tag in place of another. */
  begin(tagLow: number, tagHigh: number): number {
    const way = (tagLow & WAYS_MASK) << WAY_SHIFT
    this.#ways[way + TAG] = tagLow
    this.#ways[way + TAG + 1] = tagHigh
    this.#ways[way + IS_WHOLE] = 0
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
    ways[way + TABLE] = table
    ways[way + COMBINED] = andLow
    ways[way + COMBINED + 1] = andHigh
    ways[way + COMBINED + 2] = orLow
    ways[way + COMBINED + 3] = orHigh
    ways[way + IS_WHOLE] = 1
  }
}
