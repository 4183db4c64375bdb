// The tables of one address space as words in memory: reading and writing an entry, taking and
// dropping tables, all of it noted in the undo log. What range operations and walks are made of.
import type { PhysAddr } from '@addrspace/memory-addr'

import type { FrameAllocator } from '../frame-allocator.ts'
import type { EntryClass, PteFormat } from '../format.ts'
import type { Geometry } from '../geometry.ts'
import type { PhysMemory } from '../phys-memory.ts'
import type { UndoLog } from './undo-log.ts'
import { areZero } from './words.ts'

const TWO_32 = 2 ** 32

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

export class Tables<C> {
  readonly memory: PhysMemory
  readonly frames: FrameAllocator
  readonly format: PteFormat<C>
  readonly geometry: Geometry
  readonly log: UndoLog
  /** Numbers of the frames of all tables that were taken for this address space; only these are ever given back. */
  readonly owned: Set<number>
  /** Addresses of the top-level entries that other address spaces share: their tables stay, even empty. */
  readonly #pinned = new Set<bigint>()
  readonly #pointer: Halves
  // The frame field, as shifts and masks of the halves.
  readonly #frameLow: number
  readonly #frameHighMask: number
  readonly #framesPerHigh: number

  constructor(memory: PhysMemory, frames: FrameAllocator, format: PteFormat<C>, log: UndoLog, owned: Set<number>) {
    this.memory = memory
    this.frames = frames
    this.format = format
    this.geometry = format.geometry
    this.log = log
    this.owned = owned
    this.#pointer = halvesOf(format.tableBits)
    const { low, high } = format.frameField
    this.#frameLow = low
    this.#frameHighMask = high >= 32 ? 2 ** (high - 31) - 1 : 0
    this.#framesPerHigh = 2 ** (32 - low)
  }

  /** The number of the 4 KiB frame in a word; of a huge leaf, bits below its size are to be cleared. */
  frameIn(low: number, high: number): number {
    return (high & this.#frameHighMask) * this.#framesPerHigh + (low >>> this.#frameLow)
  }

  /** The first frame of a leaf of this level. */
  leafFrameIn(low: number, high: number, level: number): number {
    const frame = this.frameIn(low, high)
    return frame - (frame % this.geometry.spanPages(level))
  }

  /** The bits that a frame number has in a word. */
  frameBits(frame: number): Halves {
    return { low: ((frame % this.#framesPerHigh) << this.#frameLow) | 0, high: Math.floor(frame / this.#framesPerHigh) | 0 }
  }

  /** The difference of the words of two neighbouring leaves of this level. */
  frameStep(level: number): { readonly low: number; readonly high: number } {
    const step = this.geometry.spanPages(level) * 2 ** this.#frameLow
    return { low: step % TWO_32, high: Math.floor(step / TWO_32) }
  }

  /** The bits that are the frame's in a leaf of this level. */
  frameMask(level: number): Halves {
    const { high } = this.format.frameField
    const low = this.format.frameField.low + level * this.geometry.indexBits
    return halvesOf(((1n << BigInt(high + 1)) - 1n) & ~((1n << BigInt(low)) - 1n))
  }

  classAt(table: number, slot: number, level: number): EntryClass {
    const chunk = this.memory.chunkOf(table)!
    const at = this.memory.indexOf(table) + 2 * slot
    return this.format.classify(chunk[at]!, chunk[at + 1]!, level)
  }

  wordAt(table: number, slot: number): bigint {
    const chunk = this.memory.chunkOf(table)!
    const at = this.memory.indexOf(table) + 2 * slot
    return wordOf(chunk[at]!, chunk[at + 1]!)
  }

  /** The physical address of an entry. */
  entryAddress(table: number, slot: number): PhysAddr {
    return ((BigInt(table) << 12n) + 8n * BigInt(slot)) as PhysAddr
  }

  /** The next table, or undefined if the pointer leads out of memory. */
  childAt(table: number, slot: number): number | undefined {
    const chunk = this.memory.chunkOf(table)!
    const at = this.memory.indexOf(table) + 2 * slot
    const child = this.frameIn(chunk[at]!, chunk[at + 1]!)
    return this.memory.chunkOf(child) === undefined ? undefined : child
  }

  pin(table: number, slot: number): void {
    this.#pinned.add(this.entryAddress(table, slot))
  }

  isPinned(table: number, slot: number): boolean {
    return this.#pinned.size > 0 && this.#pinned.has(this.entryAddress(table, slot))
  }

  isEmpty(table: number): boolean {
    return areZero(this.memory.chunkOf(table)!, this.memory.indexOf(table), this.geometry.entries)
  }

  /** Overwrites one entry. */
  write(table: number, slot: number, word: Halves): void {
    const chunk = this.memory.writableChunkOf(table)!
    this.log.overwrite(table, chunk, 2 * slot, 2)
    const at = this.memory.indexOf(table) + 2 * slot
    chunk[at] = word.low
    chunk[at + 1] = word.high
  }

  /** Takes a frame for a table, all zero, or gives undefined if there is none that lies in memory. */
  takeTable(): number | undefined {
    const paddr = this.frames.allocate()
    if (paddr === undefined) return undefined
    const frame = Number(paddr >> 12n)
    if (this.memory.chunkOf(frame) === undefined) {
      this.frames.free(paddr)
      return undefined
    }
    this.log.takeTable(paddr)
    return frame
  }

  /** Makes an entry point to a table. */
  link(table: number, slot: number, child: number): void {
    const frame = this.frameBits(child)
    this.write(table, slot, { low: this.#pointer.low | frame.low, high: this.#pointer.high | frame.high })
  }

  /** Gives a table back at commit, if it is one of this address space's own. */
  dropTable(table: number): void {
    if (this.owned.has(table)) this.log.dropTable((BigInt(table) << 12n) as PhysAddr)
  }
}
