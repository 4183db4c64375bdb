// The tables of one half of an address space, to be changed: writing an entry, taking and dropping tables, all
// of it noted in the undo log. What range operations are made of.
import { formatHex } from '@addrspace/memory-addr'
import type { PhysAddr } from '@addrspace/memory-addr'

import type { FrameAllocator } from '../frame-allocator.ts'
import { ABSENT } from '../format.ts'
import type { PteFormat } from '../format.ts'
import type { PhysMemory } from '../phys-memory.ts'
import { givenFrame } from './given-frame.ts'
import { halvesOf } from './halves.ts'
import type { Halves } from './halves.ts'
import { MOST_ENTRIES, UNLINKED } from './table-owner.ts'
import type { TableOwner } from './table-owner.ts'
import { TableReader } from './table-reader.ts'
import type { UndoLog } from './undo-log.ts'
import { zeroRun } from './words.ts'

/** The tables of one half of an address space. */
export class Tables<C> extends TableReader<C> {
  readonly frames: FrameAllocator
  readonly log: UndoLog
  readonly owner: TableOwner
  readonly #pointer: Halves
  /** Frames have fewer bits than this has. */
  readonly #frameLimit: number
  /** The free frame that was no use, since it does not lie in the memory. */
  #stray: PhysAddr | undefined = undefined

  /** `pointerBits` are all bits of a pointer but its frame. */
  constructor(memory: PhysMemory, frames: FrameAllocator, format: PteFormat<C>, log: UndoLog, owner: TableOwner, pointerBits: bigint) {
    super(memory, format)
    this.frames = frames
    this.log = log
    this.owner = owner
    this.#pointer = halvesOf(pointerBits)
    this.#frameLimit = 2 ** (this.geometry.physBits - 12)
  }

  /** The next table, if it is an owned one that was linked at this entry. */
  override ownChildAt(table: number, slot: number): number | undefined {
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
    this.log.words.overwrite(table, 2 * slot, 2)
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

  /** Why the last table could not be had, and what for. */
  shortage(purpose: string): string {
    if (this.#stray === undefined) return `no frame is left ${purpose}`
    return `no frame is left in the memory ${purpose}: the next that is free, ${formatHex(this.#stray)}, does not lie in it`
  }

  /** Gives a table back at commit. */
  dropTable(table: number): void {
    this.log.dropTable(table, this.owner)
  }

  /** An entry as one number, see `TableOwner`. */
  #key(table: number, slot: number): number {
    return (table === this.root ? 0 : table + 1) * MOST_ENTRIES + slot
  }

  #take(linkedAt: number): number | undefined {
    const paddr = this.frames.allocate()
    this.#stray = undefined
    if (paddr === undefined) return undefined
    const frame = givenFrame(paddr, 1, (given) => this.owner.linkedAt.has(given) || this.log.pages.hasAll(given, 1))
    if (frame >= this.#frameLimit || this.memory.indexOf(frame) < 0) {
      this.frames.free(paddr)
      this.#stray = paddr
      return undefined
    }
    this.log.takeTable(frame, this.owner, linkedAt)
    return frame
  }
}
