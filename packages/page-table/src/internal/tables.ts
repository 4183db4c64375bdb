// The tables of one half of an address space as words in memory: reading and writing an entry, taking and
// dropping tables, all of it noted in the undo log. What range operations and walks are made of.
import type { PhysAddr } from '@addrspace/memory-addr'

import type { FrameAllocator } from '../frame-allocator.ts'
import { ABSENT } from '../format.ts'
import type { EntryClass, PteFormat } from '../format.ts'
import type { Geometry } from '../geometry.ts'
import type { PhysMemory } from '../phys-memory.ts'
import { addressOf, pageOf } from './edge.ts'
import { UNLINKED } from './table-owner.ts'
import type { TableOwner } from './table-owner.ts'
import type { UndoLog } from './undo-log.ts'
import { zeroRun } from './words.ts'

const TWO_32 = 2 ** 32
const MOST_ENTRIES = 512

/** A word as signed 32-bit halves. */
export interface Halves {
  readonly low: number
  readonly high: number
}

export function halvesOf(word: bigint): Halves {
  return { low: Number(word & 0xffff_ffffn) | 0, high: Number(word >> 32n) | 0 }
}

export function wordOf(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

/** The tables of one half of an address space. */
export class Tables<C> {
  readonly memory: PhysMemory
  readonly frames: FrameAllocator
  readonly format: PteFormat<C>
  readonly geometry: Geometry
  readonly log: UndoLog
  readonly owner: TableOwner
  /** The frame of the root; -1 until it is taken. */
  root = -1
  readonly #pointer: Halves
  /** Frames have fewer bits than this has. */
  readonly #frameLimit: number
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

  /** `pointerBits` are all bits of a pointer but its frame. */
  constructor(memory: PhysMemory, frames: FrameAllocator, format: PteFormat<C>, log: UndoLog, owner: TableOwner, pointerBits: bigint) {
    this.memory = memory
    this.frames = frames
    this.format = format
    this.geometry = format.geometry
    this.log = log
    this.owner = owner
    this.#pointer = halvesOf(pointerBits)
    const { low, high } = format.frameField
    const { levels, indexBits } = format.geometry
    this.fieldFrames = 2 ** (high - low + 1)
    this.accessed = halvesOf(format.accessedBit)
    this.dirty = halvesOf(format.dirtyBit)
    this.seenBits = halvesOf(format.accessedBit | format.dirtyBit)
    this.#masks = Array.from({ length: levels }, (_, level) => halvesOf(((1n << BigInt(high + 1)) - 1n) & ~((1n << BigInt(low + level * indexBits)) - 1n)))
    this.#steps = Array.from({ length: levels }, (_, level) => {
      const step = format.geometry.spanPages(level) * 2 ** low
      return { low: step % TWO_32, high: Math.floor(step / TWO_32) }
    })
    const mask = this.frameMask(0)
    this.#frameLimit = 2 ** (this.geometry.physBits - 12)
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

  /** The next table, if it is an owned one that was linked at this entry. */
  ownChildAt(table: number, slot: number): number | undefined {
    const child = this.childAt(table, slot)
    return child !== undefined && this.owner.linkedAt.get(child) === this.#key(table, slot) ? child : undefined
  }

  /** Whether an entry is one that several roots have in common. */
  isFixed(level: number): boolean {
    return this.owner.hasFixedTop && level === this.geometry.levels - 1
  }

  /** Whether nothing in a table is seen by hardware, nor marked as ours. */
  isEmpty(table: number, level: number): boolean {
    const { entries } = this.geometry
    const { words } = this.memory
    const at = this.memory.indexOf(table)
    for (let slot = 0; ; slot++) {
      slot += zeroRun(words, at + 2 * slot, entries - slot)
      if (slot === entries) return true
      if (this.classAt(table, slot, level) !== ABSENT) return false
    }
  }

  /** Overwrites one entry. */
  write(table: number, slot: number, word: Halves): void {
    this.log.overwrite(table, 2 * slot, 2)
    const at = this.memory.writableIndexOf(table) + 2 * slot
    const { words } = this.memory
    words[at] = word.low
    words[at + 1] = word.high
  }

  /** Takes a frame for a root, all zero. */
  takeRoot(): number | undefined {
    return this.#take(UNLINKED)
  }

  /** Makes an absent entry point to a new table, all zero; gives undefined if there is no frame in memory for it. */
  addTable(table: number, slot: number): number | undefined {
    const child = this.#take(this.#key(table, slot))
    if (child === undefined) return undefined
    const frame = this.frameBits(child)
    this.write(table, slot, { low: this.#pointer.low | frame.low, high: this.#pointer.high | frame.high })
    return child
  }

  /** Gives a table back at commit. */
  dropTable(table: number): void {
    this.log.dropTable(table, this.owner.linkedAt)
  }

  /** An entry as one number. Those of the root are told by their slot alone: a shared half has several roots. */
  #key(table: number, slot: number): number {
    return (table === this.root ? 0 : table + 1) * MOST_ENTRIES + slot
  }

  #take(linkedAt: number): number | undefined {
    const paddr = this.frames.allocate()
    if (paddr === undefined) return undefined
    const frame = pageOf(paddr)
    if (frame >= this.#frameLimit || this.memory.indexOf(frame) < 0) {
      this.frames.free(paddr)
      return undefined
    }
    this.log.takeTable(frame, this.owner.linkedAt, linkedAt)
    return frame
  }
}
