// The shape of a machine's tables: a handful of numbers, and what follows from them. Levels are
// counted as walk steps still to go: level 0 holds the smallest leaves, the root is `levels - 1`.
import { checkObject } from '@addrspace/memory-addr'

import { checkChoice } from './internal/check-choice.ts'

/** The numbers that a machine is given by. */
export interface GeometryNumbers {
  /** Steps of a walk. */
  readonly levels: number
  /** Bits of an index into a table: a table has 2^indexBits words of 8 bytes and fits into one frame. */
  readonly indexBits: number
  /** Bits of a physical address that are wired, at most 56. */
  readonly physBits: number
  /** Levels at which a leaf may stand, ascending from 0. */
  readonly leafLevels: readonly number[]
  /**
   * What addresses above the translated bits must be: a copy of the highest translated bit
   * (`sign-extended`), or all equal, choosing one of two roots (`two-roots`).
   */
  readonly halves: 'sign-extended' | 'two-roots'
}

const PAGE_BITS = 12

/** The numbers of a machine's tables, checked, and what follows from them. Frozen in effect: nothing changes them. */
export class Geometry {
  /** Steps of a walk; the root is at `levels - 1`. */
  readonly levels: number
  /** Bits of an index into a table. */
  readonly indexBits: number
  /** Bits of a physical address that are wired. */
  readonly physBits: number
  /** Levels at which a leaf may stand, ascending from 0. */
  readonly leafLevels: readonly number[]
  /** How addresses above the translated bits are held to; see `GeometryNumbers`. */
  readonly halves: 'sign-extended' | 'two-roots'
  /** Bits of a virtual address that the walk translates. */
  readonly virtBits: number
  /** Words in a table. */
  readonly entries: number
  /** How many roots there are: with two, root 1 is that of the upper half. */
  readonly roots: 1 | 2
  /** The exclusive end of the lower half. */
  readonly lowerEnd: bigint
  /** The start of the upper half, which ends at 2^64. */
  readonly upperStart: bigint
  /** Base pages in either half. */
  readonly lowerPages: number
  // By level, since every walk asks.
  readonly #spans: readonly bigint[]
  readonly #spanPages: readonly number[]
  readonly #hasLeaf: readonly boolean[]

  /** @throws TypeError, RangeError if the numbers are none, or do not fit together */
  constructor(numbers: GeometryNumbers) {
    checkObject(numbers, 'numbers')
    const { levels, indexBits, physBits, leafLevels, halves } = numbers
    for (const [name, number] of Object.entries({ levels, indexBits, physBits })) {
      if (!Number.isInteger(number)) throw new RangeError(`"${name}" must be a whole number, got ${typeof number === 'number' ? String(number) : typeof number}`)
    }
    if (!Array.isArray(leafLevels) || !leafLevels.every(Number.isInteger)) throw new RangeError('"leafLevels" must be a list of whole numbers')
    const virtBits = PAGE_BITS + levels * indexBits
    if (!(levels >= 1 && indexBits >= 1 && indexBits <= 9 && virtBits < 64)) throw new RangeError(`"levels" and "indexBits" must make less than 64 bits, got ${String(virtBits)}`)
    if (!(physBits > PAGE_BITS && physBits <= 56)) throw new RangeError(`"physBits" must be in (12, 56], got ${String(physBits)}`)
    if (leafLevels[0] !== 0 || leafLevels.some((level, i) => level >= levels || level <= (leafLevels[i - 1] ?? -1))) throw new RangeError('"leafLevels" must ascend from 0 and lie below "levels"')
    checkChoice(halves, 'halves', 'sign-extended', 'two-roots')
    this.levels = levels
    this.indexBits = indexBits
    this.physBits = physBits
    this.leafLevels = leafLevels
    this.halves = halves
    this.virtBits = virtBits
    // A shift, since a power is kept as a double and would make doubles of all that is computed from it.
    this.entries = 1 << indexBits
    this.roots = halves === 'two-roots' ? 2 : 1
    this.lowerEnd = 1n << BigInt(halves === 'two-roots' ? virtBits : virtBits - 1)
    this.lowerPages = Number(this.lowerEnd >> BigInt(PAGE_BITS))
    this.upperStart = (1n << 64n) - this.lowerEnd
    this.#hasLeaf = Array.from({ length: levels }, (_, level) => leafLevels.includes(level))
    this.#spans = Array.from({ length: levels + 1 }, (_, level) => 1n << BigInt(PAGE_BITS + level * indexBits))
    this.#spanPages = Array.from({ length: levels + 1 }, (_, level) => 2 ** (level * indexBits))
  }

  /** Bytes that an entry of this level spans. */
  span(level: number): bigint {
    return this.#spans[level]!
  }

  /** Base pages that an entry of this level spans; at level `levels`, that a root does. */
  spanPages(level: number): number {
    return this.#spanPages[level]!
  }

  /** Whether a leaf may stand at this level. */
  hasLeaf(level: number): boolean {
    return this.#hasLeaf[level] === true
  }

  /** Whether the machine translates the address at all. */
  isCanonical(vaddr: bigint): boolean {
    return vaddr < this.lowerEnd || vaddr >= this.upperStart
  }

  /** Which root the walk of a canonical address starts at. */
  rootOf(vaddr: bigint): 0 | 1 {
    return this.roots === 2 && vaddr >= this.upperStart ? 1 : 0
  }

  /** The index that a canonical address has in a table of this level. */
  indexOf(vaddr: bigint, level: number): number {
    return Number((vaddr >> BigInt(PAGE_BITS + level * this.indexBits)) & BigInt(this.entries - 1))
  }
}
