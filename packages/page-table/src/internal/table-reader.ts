// The tables of one half of an address space as words in memory: what walks and searches are made of.
import type { PhysAddr } from '@addrspace/memory-addr'

import type { EntryClass, PteFormat } from '../format.ts'
import type { Geometry } from '../geometry.ts'
import type { PhysMemory } from '../phys-memory.ts'
import { addressOf } from './edge.ts'
import { halvesOf, longOf, wordOf } from './halves.ts'
import type { CompareMask, Halves } from './halves.ts'

const TWO_32 = 2 ** 32

/** Tables that are read, whoever wrote them. */
export class TableReader<C> {
  readonly memory: PhysMemory
  readonly format: PteFormat<C>
  readonly geometry: Geometry
  /** The frame of the root; -1 as long as there is none. */
  root: number
  // The frame field, as masks and shifts of the halves.
  readonly #frameLowMask: number
  readonly #frameLowShift: number
  readonly #frameHighMask: number
  readonly #framesPerHigh: number
  /** How many frames the frame field can tell. */
  readonly fieldFrames: number
  /** The bits that hardware sets in a leaf, and both together. */
  readonly accessed: Halves
  readonly dirty: Halves
  readonly seenBits: Halves
  // By level.
  readonly #masks: readonly Halves[]
  readonly #steps: readonly Halves[]
  readonly #alike: readonly CompareMask[]

  constructor(memory: PhysMemory, format: PteFormat<C>, root = -1) {
    this.memory = memory
    this.format = format
    this.geometry = format.geometry
    this.root = root
    const { low, high } = format.frameField
    const { levels, indexBits } = format.geometry
    this.fieldFrames = 2 ** (high - low + 1)
    this.accessed = halvesOf(format.accessedBit)
    this.dirty = halvesOf(format.dirtyBit)
    this.seenBits = halvesOf(format.accessedBit | format.dirtyBit)
    this.#masks = Array.from({ length: levels }, (_, level) => halvesOf(((1n << BigInt(high + 1)) - 1n) & ~((1n << BigInt(low + level * indexBits)) - 1n)))
    this.#steps = Array.from({ length: levels }, (_, level) => {
      const step = format.geometry.spanPages(level) * 2 ** low
      return { low: step % TWO_32 | 0, high: Math.floor(step / TWO_32) | 0 }
    })
    this.#alike = this.#masks.map((mask) => {
      const alike = { low: ~(mask.low | this.seenBits.low), high: ~(mask.high | this.seenBits.high) }
      return { ...alike, long: longOf(alike) }
    })
    const mask = this.frameMask(0)
    this.#frameLowMask = mask.low
    this.#frameLowShift = low < 32 ? low : 0
    this.#frameHighMask = mask.high
    this.#framesPerHigh = 2 ** (32 - low)
  }

  /** The number of the 4 KiB frame in a word; of a huge leaf, bits below its size are to be cleared. */
  frameIn(low: number, high: number): number {
    return ((high & this.#frameHighMask) >>> 0) * this.#framesPerHigh + ((low & this.#frameLowMask) >>> this.#frameLowShift)
  }

  /** The first frame of a leaf of this level. */
  leafFrameIn(low: number, high: number, level: number): number {
    const frame = this.frameIn(low, high)
    if (level === 0) return frame
    const span = this.geometry.spanPages(level)
    return Math.floor(frame / span) * span
  }

  /** The bits that a frame number has in a word. */
  frameBits(frame: number): Halves {
    return { low: ((frame % this.#framesPerHigh) << this.#frameLowShift) | 0, high: Math.floor(frame / this.#framesPerHigh) | 0 }
  }

  /** The difference of the words of two neighbouring leaves of this level. */
  frameStep(level: number): Halves {
    return this.#steps[level]!
  }

  /** The bits that are the frame's in a leaf of this level. */
  frameMask(level: number): Halves {
    return this.#masks[level]!
  }

  /** The bits in which leaves of this level are alike, frame, accessed and dirty aside, for `runLength`. */
  alikeMask(level: number): CompareMask {
    return this.#alike[level]!
  }

  classAt(table: number, slot: number, level: number): EntryClass {
    const { words } = this.memory
    const at = this.memory.indexOf(table) + 2 * slot
    return this.format.classify(words[at]!, words[at + 1]!, level)
  }

  wordAt(table: number, slot: number): bigint {
    const { words } = this.memory
    const at = this.memory.indexOf(table) + 2 * slot
    return wordOf(words[at]!, words[at + 1]!)
  }

  /** The physical address of an entry. */
  entryAddress(table: number, slot: number): PhysAddr {
    return addressOf(table, 8 * slot) as PhysAddr
  }

  /** The next table, or undefined if the pointer leads out of memory. */
  childAt(table: number, slot: number): number | undefined {
    const { words } = this.memory
    const at = this.memory.indexOf(table) + 2 * slot
    const child = this.frameIn(words[at]!, words[at + 1]!)
    return this.memory.indexOf(child) < 0 ? undefined : child
  }

  /** The next table, if it is one that was made there: of a reader, none is. */
  ownChildAt(_table: number, _slot: number): number | undefined {
    return undefined
  }
}
