// Tables for vectors, word by word, in a few frames.
import type { Machine } from '../machine.ts'
import { TABLES_AT } from '../machine.ts'
import { DATA_AT, DATA_SIZE, VECTOR_TABLES_SIZE } from './vector-boot.ts'
import type { VectorTables } from './walk-vector.ts'
import type { VectorWords } from './words.ts'

const PAGE = 0x1000n
const PAGE_BITS = 12
const INDEX_BITS = 9
/** Leaves of one level that a tree has room for, in each half. */
export const MOST_PLACES = 120

/** Where a leaf lies, and what it leads to. */
export interface Place {
  readonly level: number
  readonly vaddr: bigint
  /** The leaf's own. */
  readonly frame: bigint
}

/** The bytes that a leaf of a level covers. */
export function spanOf(level: number): bigint {
  return 1n << BigInt(PAGE_BITS + INDEX_BITS * level)
}

export class Tree<C> implements VectorTables {
  readonly roots: readonly bigint[]
  readonly words: Map<bigint, bigint> = new Map<bigint, bigint>()
  readonly #machine: Machine<C>
  readonly #make: VectorWords
  #nextFrame: bigint

  constructor(machine: Machine<C>, make: VectorWords) {
    this.#machine = machine
    this.#make = make
    const start = machine.ramBase + TABLES_AT
    this.roots = Array.from({ length: machine.format.geometry.roots }, (_, i) => start + PAGE * BigInt(i))
    this.#nextFrame = start + PAGE * BigInt(this.roots.length)
  }

  get ram(): { readonly start: bigint; readonly size: bigint } {
    const start = this.#machine.ramBase + TABLES_AT
    return { start, size: this.#nextFrame - start }
  }

  /**
   * The address of the entry, with pointers on the way to it; they are made where nothing is.
   *
   * @throws RangeError if there are no more frames.
   */
  entryOf(vaddr: bigint, level: number): bigint {
    const { levels } = this.#machine.format.geometry
    let table = (vaddr >> 63n === 1n ? this.roots.at(-1) : this.roots[0])!
    for (let at = levels - 1; ; at--) {
      const entry = table + 8n * ((vaddr >> BigInt(PAGE_BITS + INDEX_BITS * at)) & 511n)
      if (at === level) return entry
      const next = this.#tables.get(entry) ?? this.#newTable(entry)
      table = next
    }
  }

  readonly #tables = new Map<bigint, bigint>()

  #newTable(entry: bigint): bigint {
    const frame = this.#nextFrame
    if (frame >= this.#machine.ramBase + TABLES_AT + VECTOR_TABLES_SIZE) throw new RangeError('no more frames for tables')
    this.#nextFrame += PAGE
    this.#tables.set(entry, frame)
    this.words.set(entry, this.#make.pointer(frame))
    return frame
  }

  /** The i-th place for a leaf of a level, whose address leads into the pages of vectors whatever it is changed into. */
  place(level: number, i: number, half: 'lower' | 'upper' = 'lower'): Place {
    const { geometry } = this.#machine.format
    const top = geometry.levels - 1
    if (i >= MOST_PLACES) throw new RangeError(`"i" must be below ${String(MOST_PLACES)}, got ${String(i)}`)
    const data = this.#machine.ramBase + DATA_AT + ((BigInt(i) * 0x9e5000n + BigInt(level) * 0x35000n) % DATA_SIZE) / PAGE * PAGE
    const within = data & (spanOf(level) - 1n)
    let vaddr = within
    for (let at = level; at <= top; at++) {
      const index = at === level ? (at === top ? 16 : 1) + i : level + 1
      vaddr |= BigInt(index) << BigInt(PAGE_BITS + INDEX_BITS * at)
    }
    if (half === 'upper') vaddr |= (1n << 64n) - (1n << BigInt(geometry.roots === 2 ? geometry.virtBits : geometry.virtBits - 1))
    return { level, vaddr, frame: data - within }
  }

  /** Writes a leaf at its place. */
  put({ level, vaddr, frame }: Place, rights: bigint): bigint {
    const entry = this.entryOf(vaddr, level)
    this.words.set(entry, this.#make.leaf(frame, level, rights))
    return entry
  }

  /** Changes the word of an entry. */
  flip(entry: bigint, bit: number): void {
    this.words.set(entry, (this.words.get(entry) ?? 0n) ^ (1n << BigInt(bit)))
  }
}
