// Changes of a few pages, without what ranges of any size need: no bigint is computed with, nothing is allocated
// that nobody is told, no walk from the root is made twice. They are made here only if
//
// - all pages lie in one leaf table, which exists and is not all of what is changed, so that no huge leaf is in
//   the way or could be made, no table is taken, and none becomes empty;
// - what is there is what the change is for: words that are zero to be mapped, equal leaves to be changed;
// - no sink is being told, and no other table holds a shared half.
//
// All of it is known before the first word is written, so nothing is undone unless a transaction is open.
// Everything else, and every refusal, is left to the walk of ranges.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import { ABSENT, HIDDEN, LEAF } from '../format.ts'
import type { FlagBits } from './change-leaves.ts'
import { highInt, lowInt, pageOf, takeApart } from './edge.ts'
import type { Halves } from './halves.ts'
import { LeafFinder } from './leaf-finder.ts'
import type { Tables } from './tables.ts'
import type { UndoLog } from './undo-log.ts'
import { areZero, fillWords, rewriteAlike, runLength } from './table-words.ts'
import { zeroRun } from './words.ts'

const IS_ABSENT = ABSENT
const IS_LEAF = LEAF
const IS_HIDDEN = HIDDEN
const PAGES_PER_HIGH = 2 ** 20

export class ShortRanges<C> {
  readonly #lower: Tables<C>
  readonly #upper: Tables<C>
  readonly #log: UndoLog
  readonly #inLower: LeafFinder<C>
  readonly #inUpper: LeafFinder<C>
  readonly #slotMask: number
  readonly #frameLimit: number
  /** By how many bits the frame field lies below the place that a frame has in an address; negative if it lies above. */
  readonly #fieldDown: number
  readonly #stepLow: number
  readonly #stepHigh: number
  // Of the range that is looked at.
  #count = 0
  #low = 0
  #high = 0

  constructor(lower: Tables<C>, upper: Tables<C>, log: UndoLog) {
    const { geometry, format } = lower
    this.#lower = lower
    this.#upper = upper
    this.#log = log
    this.#inLower = new LeafFinder(lower)
    this.#inUpper = new LeafFinder(upper)
    this.#slotMask = geometry.entries - 1
    this.#frameLimit = 2 ** (geometry.physBits - 12)
    this.#fieldDown = 12 - format.frameField.low
    const step = lower.frameStep(0)
    this.#stepLow = step.low
    this.#stepHigh = step.high
  }

  /** Maps a range, if it is one for this; otherwise nothing has changed. `leaf` is all bits of a leaf but its frame. */
  map(vaddr: VirtAddr, size: bigint, paddr: PhysAddr, leaf: Halves): boolean {
    takeApart(paddr)
    const paddrLow = lowInt()
    const paddrHigh = highInt()
    if (!this.#isShort(vaddr, size) || (paddrLow & 0xfff) !== 0) return false
    const count = this.#count
    const low = this.#low
    const high = this.#high
    if ((paddrHigh >>> 0) * PAGES_PER_HIGH + (paddrLow >>> 12) + count > this.#frameLimit) return false
    const isUpper = high < 0
    const tables = isUpper ? this.#upper : this.#lower
    const finder = isUpper ? this.#inUpper : this.#inLower
    const log = this.#log
    if (!log.allowsAtOnce(tables.owner)) return false
    const { words } = tables.memory
    const start = finder.find(words, low, high)
    if (start < 0) return false
    const slot = (low >>> 12) & this.#slotMask
    const at = start + 2 * slot
    if (!(count === 1 ? (words[at]! | words[at + 1]!) === 0 : areZero(tables.memory, at, count))) return false
    if (log.isOpen) log.words.overwriteZeros(finder.frame, 2 * slot, 2 * count)
    const down = this.#fieldDown
    let frameLow: number
    let frameHigh: number
    if (down >= 0) {
      // A shift by 32 would be one by 0, and is made of two therefore.
      frameLow = (paddrLow >>> down) | ((paddrHigh << 1) << (31 - down))
      frameHigh = paddrHigh >>> down
    } else {
      const frame = tables.frameBits(pageOf(paddr))
      frameLow = frame.low
      frameHigh = frame.high
    }
    const wordLow = leaf.low | frameLow
    const wordHigh = leaf.high | frameHigh
    if (count === 1) {
      words[at] = wordLow
      words[at + 1] = wordHigh
    } else fillWords(tables.memory, at, count, wordLow, wordHigh, this.#stepLow, this.#stepHigh)
    return true
  }

  /** Unmaps a range, if it is one for this; otherwise nothing has changed. */
  unmap(vaddr: VirtAddr, size: bigint): boolean {
    if (!this.#isShort(vaddr, size)) return false
    const count = this.#count
    const low = this.#low
    const high = this.#high
    const isUpper = high < 0
    const tables = isUpper ? this.#upper : this.#lower
    const finder = isUpper ? this.#inUpper : this.#inLower
    const log = this.#log
    if (!log.allowsAtOnce(tables.owner)) return false
    const { words } = tables.memory
    const start = finder.find(words, low, high)
    if (start < 0) return false
    const slot = (low >>> 12) & this.#slotMask
    const at = start + 2 * slot
    const kind = tables.format.classify(words[at]!, words[at + 1]!, 0)
    if (kind !== IS_LEAF && kind !== IS_HIDDEN) return false
    if (count > 1 && runLength(tables.memory, at, count, tables.alikeMask(0)) < count) return false
    if (!this.#hasOthers(tables, finder, words, start, slot, count)) return false
    if (log.isOpen) log.words.overwrite(finder.frame, 2 * slot, 2 * count)
    for (let i = at; i < at + 2 * count; i++) words[i] = 0
    if (kind === IS_LEAF) log.staleAtOnce(vaddr, size)
    return true
  }

  /** Changes the flag bits in a range, if it is one for this; otherwise nothing has changed. */
  protect(vaddr: VirtAddr, size: bigint, flags: FlagBits): boolean {
    const log = this.#log
    if (log.breakFinder !== undefined || !this.#isShort(vaddr, size)) return false
    const count = this.#count
    const low = this.#low
    const high = this.#high
    const isUpper = high < 0
    const tables = isUpper ? this.#upper : this.#lower
    const finder = isUpper ? this.#inUpper : this.#inLower
    if (!log.allowsAtOnce(tables.owner)) return false
    const { words } = tables.memory
    const start = finder.find(words, low, high)
    if (start < 0) return false
    const slot = (low >>> 12) & this.#slotMask
    const at = start + 2 * slot
    const wordLow = words[at]!
    const wordHigh = words[at + 1]!
    const kind = tables.format.classify(wordLow, wordHigh, 0)
    if (kind !== IS_LEAF && kind !== IS_HIDDEN) return false
    if (count > 1 && runLength(tables.memory, at, count, tables.alikeMask(0)) < count) return false
    const { set, mask } = flags
    if ((wordLow & mask.low) === set.low && (wordHigh & mask.high) === set.high) return true
    if (log.isOpen) log.words.rewrite(finder.frame, 2 * slot, 2 * count, mask, { low: wordLow, high: wordHigh })
    rewriteAlike(tables.memory, at, count, wordLow, wordHigh, mask, set)
    if (kind === IS_LEAF) log.staleAtOnce(vaddr, size)
    return true
  }

  /** Takes a range apart; tells whether it is of whole pages in one table, and not of all of them. */
  #isShort(vaddr: VirtAddr, size: bigint): boolean {
    takeApart(size)
    const sizeLow = lowInt()
    const sizeHigh = highInt()
    takeApart(vaddr)
    const low = lowInt()
    // Signed: sizes from 2^31 on are told as negative.
    const count = sizeLow >> 12
    const slotMask = this.#slotMask
    this.#low = low
    this.#high = highInt()
    this.#count = count
    return sizeHigh === 0 && ((sizeLow | low) & 0xfff) === 0 && count > 0 && count <= slotMask && ((low >>> 12) & slotMask) + count <= slotMask + 1
  }

  /** Whether a leaf table has an entry besides those of a range. Looks first where one was found the last time. */
  #hasOthers(tables: Tables<C>, finder: LeafFinder<C>, words: Int32Array, start: number, slot: number, count: number): boolean {
    const { witnesses, slot: of } = finder
    const witness = witnesses[of]!
    if ((witness < slot || witness >= slot + count) && isLive(tables, words, start + 2 * witness)) return true
    const live = firstLive(tables, words, start, 0, slot)
    const found = live < slot ? live : firstLive(tables, words, start, slot + count, this.#slotMask + 1)
    if (found > this.#slotMask) return false
    witnesses[of] = found
    return true
  }
}

/** The first entry of slots [from, to) of a leaf table that is not absent; `to` if there is none. */
function firstLive<C>(tables: Tables<C>, words: Int32Array, start: number, from: number, to: number): number {
  for (let slot = from; ; slot++) {
    slot += zeroRun(words, start + 2 * slot, to - slot)
    if (slot >= to || isLive(tables, words, start + 2 * slot)) return slot
  }
}

function isLive<C>(tables: Tables<C>, words: Int32Array, at: number): boolean {
  return tables.format.classify(words[at]!, words[at + 1]!, 0) !== IS_ABSENT
}
