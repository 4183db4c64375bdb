// Where the leaf table of an address begins, found again at the cost of looking whether the pointers to it are
// still the ones that were followed before. Of one table of level 1 at a time: the pointers to it, and those in it
// that were found to lead to tables of ours. Nothing is believed that could have changed: guests write words, so
// every pointer on the way is read and compared; and the owner tells when a table was linked or unlinked.
import { TABLE } from '../format.ts'
import type { Tables } from './tables.ts'

const IS_TABLE = TABLE
/** Where no table is known to begin. */
const UNKNOWN = -1
const PAGES = 2 ** 52
const PAGES_PER_HIGH = 2 ** 20

export class LeafFinder<C> {
  readonly #tables: Tables<C>
  /** By how much the low half of an address is shifted to tell the table of level 1, and the slot in that. */
  readonly #spanShift: number
  readonly #slotShift: number
  readonly #slotMask: number
  /** The addresses that the table of level 1 spans, and the owner's epoch for which all below holds. */
  #key = 0
  #high = 0
  #epoch = -1
  /** The pointers to it: where each lies among all words, and its halves. */
  readonly #path: Int32Array
  /** Where it begins, and its frame. */
  #directoryAt = 0
  #directory = 0
  // By slot: the pointers that lead to tables of ours, where these begin, and their frames.
  readonly #pointers: Int32Array
  readonly #starts: Int32Array
  readonly #frames: number[]
  /** By slot: which entry of the leaf table was found live last; a hint, whatever has changed since. */
  readonly witnesses: Int32Array
  /** The slot of the last leaf table that was found. */
  slot = 0

  constructor(tables: Tables<C>) {
    const { levels, indexBits, entries } = tables.geometry
    this.#tables = tables
    this.#slotShift = 12 + indexBits
    this.#spanShift = 12 + 2 * indexBits
    this.#slotMask = entries - 1
    this.#path = new Int32Array(3 * Math.max(0, levels - 2))
    this.#pointers = new Int32Array(2 * entries)
    this.#starts = new Int32Array(entries).fill(UNKNOWN)
    this.#frames = new Array<number>(entries).fill(UNKNOWN)
    this.witnesses = new Int32Array(entries)
  }

  /** The frame of the last leaf table that was found. */
  get frame(): number {
    return this.#frames[this.slot]!
  }

  /**
   * Where among all words, which are given, the leaf table begins that an address, given in halves, is mapped through: one of ours, which
   * was written to. -1 if there is none, or the address is not translated.
   */
  find(words: Int32Array, low: number, high: number): number {
    if (low >>> this.#spanShift !== this.#key || high !== this.#high || this.#epoch !== this.#tables.owner.epoch || !this.#isPathSame(words)) {
      if (!this.#enter(low, high)) return UNKNOWN
    }
    const slot = (low >>> this.#slotShift) & this.#slotMask
    const at = this.#directoryAt + 2 * slot
    const pointers = this.#pointers
    this.slot = slot
    if (words[at] !== pointers[2 * slot] || words[at + 1] !== pointers[2 * slot + 1]) return this.#learn(slot)
    return this.#starts[slot]!
  }

  #isPathSame(words: Int32Array): boolean {
    const path = this.#path
    for (let i = 0; i < path.length; i += 3) {
      const at = path[i]!
      if (words[at] !== path[i + 1] || words[at + 1] !== path[i + 2]) return false
    }
    return true
  }

  /** Goes to the table of level 1 that spans an address; tells whether there is one. */
  #enter(low: number, high: number): boolean {
    const tables = this.#tables
    const { geometry, memory } = tables
    const page = (high >>> 0) * PAGES_PER_HIGH + (low >>> 12)
    this.#epoch = UNKNOWN
    // With fewer levels the table would be a root, which two halves may have in common.
    if (geometry.levels < 3 || (page >= geometry.lowerPages && page < PAGES - geometry.lowerPages)) return false
    let table = tables.root
    let rest = page % geometry.spanPages(geometry.levels)
    let i = 0
    for (let level = geometry.levels - 1; level > 1; level--) {
      const span = geometry.spanPages(level)
      const slot = Math.floor(rest / span)
      rest %= span
      const child = tables.classAt(table, slot, level) === IS_TABLE ? tables.ownChildAt(table, slot) : undefined
      if (child === undefined) return false
      const at = memory.indexOf(table) + 2 * slot
      this.#path[i++] = at
      this.#path[i++] = memory.words[at]!
      this.#path[i++] = memory.words[at + 1]!
      table = child
    }
    if (!memory.hasPlace(table)) return false
    this.#directory = table
    this.#directoryAt = memory.indexOf(table)
    this.#pointers.fill(0)
    this.#starts.fill(UNKNOWN)
    this.#key = low >>> this.#spanShift
    this.#high = high
    this.#epoch = tables.owner.epoch
    return true
  }

  /** Follows a pointer for the first time. */
  #learn(slot: number): number {
    const tables = this.#tables
    const { memory } = tables
    if (tables.classAt(this.#directory, slot, 1) !== IS_TABLE) return UNKNOWN
    const child = tables.ownChildAt(this.#directory, slot)
    if (child === undefined || !memory.hasPlace(child)) return UNKNOWN
    const at = this.#directoryAt + 2 * slot
    const start = memory.indexOf(child)
    this.#pointers[2 * slot] = memory.words[at]!
    this.#pointers[2 * slot + 1] = memory.words[at + 1]!
    this.#frames[slot] = child
    this.#starts[slot] = start
    return start
  }
}
