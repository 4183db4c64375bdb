// Where a walk ends: word by word, or by what walks before have found. The words may be anything: it ends after
// the machine's levels in any case, and what cannot be followed has a kind of its own.
import type { PhysAddr } from '@addrspace/memory-addr'

import type { PteFormat, WalkedPath } from '../format.ts'
import { ABSENT, TABLE } from '../format.ts'
import type { LayoutBits } from '../layout.ts'
import { FRAME_INTS_SHIFT, regionOf, WINDOW_GROUP_SHIFT } from '../phys-memory.ts'
import type { PhysMemory } from '../phys-memory.ts'
import { halvesOf } from './halves.ts'
import type { Halves } from './halves.ts'
import type { TableReader } from './table-reader.ts'
import { WalkCache } from './walk-cache.ts'

/** The address on its way, and what is made of it: a scratch word, since its halves are had several times as fast as by shifting bigints. */
const words = new BigUint64Array(1)
const halves = new Int32Array(words.buffer)

// Which half of a word an Int32Array sees first is the host's byte order.
words[0] = 1n
const LOW = halves[0] === 1 ? 0 : 1
const HIGH = 1 - LOW

// An imported binding is loaded, and looked at whether it exists, at every use; a module's own is not.
const IS_ABSENT = ABSENT
const IS_TABLE = TABLE
/** What a walk meets where a table is not in memory. */
export const OUT_OF_MEMORY = -1
const FRAME_SHIFT = FRAME_INTS_SHIFT
const WINDOW_SHIFT = WINDOW_GROUP_SHIFT
/** Walks that a table has gone before it gets a cache, of 64 KiB. */
const WALKS_BEFORE_CACHE = 1000

/**
 * What makes a word a pointer at every level above 0, by the bit tables: its bits in `mask` are those of
 * `value`. Without bit tables for all these levels, something that no word fulfils.
 */
function pointerTest<C>({ layouts, geometry }: PteFormat<C>): { readonly mask: Halves; readonly value: Halves } {
  const tables = layouts.filter(({ kind }) => kind === 'table')
  const levels = new Set(tables.flatMap((layout) => layout.levels))
  let mask = 0n
  let value = 0n
  let isSame = Array.from({ length: geometry.levels - 1 }, (_, i) => i + 1).every((level) => levels.has(level))
  for (const { bits } of tables) {
    const decided = bits.filter(({ role }) => role === 'fixed' || role === 'reserved')
    const ones = decided.reduce((sum, row) => sum | ((row.value ?? 0n) << BigInt(row.low)), 0n)
    isSame &&= (ones & mask) === (value & maskOf(decided))
    mask |= maskOf(decided)
    value |= ones
  }
  return isSame ? { mask: halvesOf(mask), value: halvesOf(value) } : { mask: halvesOf(0n), value: halvesOf(1n) }
}

function maskOf(bits: readonly LayoutBits[]): bigint {
  return bits.reduce((mask, { high, low }) => mask | (((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)), 0n)
}

/**
 * Where a walk ends, reused from one to the next: the leaf, and what was met on the way. The address is set
 * with `aim`; `descend` and `physicalOf` are of that address.
 */
export class Walker<C> {
  readonly #lower: TableReader<C>
  readonly #upper: TableReader<C>
  readonly #format: PteFormat<C>
  readonly #memory: PhysMemory
  // What the walk needs of the geometry.
  readonly #levels: number
  readonly #indexBits: number
  /** What a table of level 0 translates of an address is below this bit. */
  readonly #tableShift: number
  readonly #slotMask: number
  /** An address is canonical if its bits from this one on are all equal. */
  readonly #signShift: number
  // A word is a pointer if it has these values in the masked bits; the format is asked about any other.
  readonly #maskLow: number
  readonly #maskHigh: number
  readonly #valueLow: number
  readonly #valueHigh: number
  // The frame field of a pointer in the two halves: that of the high one is shifted up, and then down.
  readonly #frameLow: number
  readonly #frameLowDown: number
  readonly #frameHigh: number
  readonly #frameHighUp: number
  readonly #frameHighDown: number
  /** The bits of a pointer's high half that tell the region of its frame, and what they are where the memory lies. */
  readonly #regionMask: number
  readonly #region: number
  /** By how many bits the frame field lies below, or above, the place that a frame has in an address. */
  readonly #fieldUp: number
  readonly #fieldDown: number
  readonly #spans: readonly bigint[]
  /** The bits of an address below a leaf's size, by level. */
  readonly #offsets: readonly Halves[]
  readonly #pointerMark: Halves
  // The frame field of a level-0 leaf.
  readonly #leafFrameLow: number
  readonly #leafFrameHigh: number
  /** The way that the last walk took or noted; -1 for none. */
  #way: number
  /** Questions that some way may have noted as answered. */
  #remembered: number
  #cache: WalkCache | undefined
  #walks: number
  /** The leaf that `descend` ended at; `level` is set in any case. */
  readonly path: WalkedPath
  /** What the word at which it ended is; `OUT_OF_MEMORY` if it ended at a table that is not in memory. */
  kind: number

  constructor(lower: TableReader<C>, upper: TableReader<C>) {
    const { format, geometry, memory } = lower
    this.#lower = lower
    this.#upper = upper
    this.#format = format
    this.#memory = memory
    this.#levels = geometry.levels
    this.#indexBits = geometry.indexBits
    this.#tableShift = 12 + geometry.indexBits
    this.#slotMask = geometry.entries - 1
    this.#signShift = geometry.halves === 'two-roots' ? geometry.virtBits : geometry.virtBits - 1
    // Made integers, which doubles of the same value are not.
    const { mask, value } = pointerTest(format)
    this.#maskLow = mask.low | 0
    this.#maskHigh = mask.high | 0
    this.#valueLow = value.low | 0
    this.#valueHigh = value.high | 0
    const { low: lowest } = format.frameField
    const frame = lower.frameMask(0)
    // A field that begins in the high half, as toys have it, tells of region 0 alone.
    const isInBoth = lowest < 32
    const region = regionOf(memory.firstFrame)
    this.#frameLow = isInBoth ? frame.low | 0 : 0
    this.#frameLowDown = isInBoth ? lowest : 0
    this.#frameHigh = frame.high | 0
    this.#frameHighUp = isInBoth ? 32 - lowest : 0
    this.#frameHighDown = isInBoth ? 0 : lowest - 32
    this.#regionMask = isInBoth ? frame.high & (-1 << (lowest - 1)) : 0
    this.#region = isInBoth ? region << (lowest - 1) : region
    this.#fieldUp = Math.max(0, 12 - lowest)
    this.#fieldDown = Math.max(0, lowest - 12)
    this.#spans = Array.from({ length: geometry.levels }, (_, level) => geometry.span(level))
    this.#offsets = this.#spans.map((span) => halvesOf(span - 1n))
    this.#pointerMark = halvesOf(format.tableAccessedBit)
    this.#leafFrameLow = frame.low | 0
    this.#leafFrameHigh = frame.high | 0
    this.#way = -1
    this.#remembered = 0
    this.#cache = undefined
    this.#walks = 0
    this.path = { level: 0, low: 0, high: 0, andLow: -1, andHigh: -1, orLow: 0, orHigh: 0 }
    this.kind = IS_ABSENT
  }

  /** Sets the address; tells whether the machine translates it at all, as `Geometry.isCanonical` does. */
  aim(vaddr: bigint): boolean {
    words[0] = vaddr
    const shift = this.#signShift
    // Only toys have so few bits.
    if (shift < 32) return this.#lower.geometry.isCanonical(vaddr)
    const top = halves[HIGH]! >> (shift - 32)
    return top === 0 || top === -1
  }

  /** Whether a pointer on the way lacks the bit that hardware sets in those it walks through. */
  get hasUnmarkedPointer(): boolean {
    const { low, high } = this.#pointerMark
    return (this.path.andLow & low) !== low || (this.path.andHigh & high) !== high
  }

  /** Bytes of a leaf of the level at which the walk ended. */
  get span(): bigint {
    return this.#spans[this.path.level]!
  }

  /** Where the leaf at which the walk ended takes the address, which is gone afterwards. */
  physicalOf(): PhysAddr {
    const { path } = this
    const frame = this.#lower.frameMask(path.level)
    const offset = this.#offsets[path.level]!
    this.#toPhysical(path.low & frame.low, path.high & frame.high, offset.low, offset.high)
    return words[0] as PhysAddr
  }

  /**
   * Makes the address a physical one of a frame's field and its own bits in `offset`. The field is moved as one
   * word of 64 bits to where an address has it: either up or down, by nothing in most machines. A shift by 32
   * would be one by 0, and is made of two therefore.
   */
  #toPhysical(low: number, high: number, offsetLow: number, offsetHigh: number): void {
    const up = this.#fieldUp
    const down = this.#fieldDown
    const movedHigh = (high << up) | ((low >>> 1) >>> (31 - up))
    halves[LOW] = ((low << up) >>> down) | ((movedHigh << 1) << (31 - down)) | (halves[LOW]! & offsetLow)
    halves[HIGH] = (movedHigh >>> down) | (halves[HIGH]! & offsetHigh)
  }

  /**
   * The physical address, if an access was granted before by a way and a leaf that are still the same, frame of
   * the leaf aside, and nothing was to be written back; its leaf is one of level 0. Otherwise undefined, and a
   * walk is to tell. `question` is one bit for access, mode and state of the machine, or 0.
   */
  recall(vaddr: bigint, question: number): PhysAddr | undefined {
    const cache = this.#cache
    if (cache === undefined) return undefined
    words[0] = vaddr
    const low = halves[LOW]!
    const high = halves[HIGH]!
    const shift = this.#tableShift | 0
    const { words: ints } = this.#memory
    // Ways are those of canonical addresses, and their tags tell all that is asked of these.
    const way = cache.find((low >>> shift) | (high << (-shift | 0)), high >> shift, ints)
    if (way < 0) return undefined
    const at = (cache.tableOf(way) + (((low >>> 12) & this.#slotMask) << 1)) | 0
    const wordLow = ints[at]!
    const wordHigh = ints[at | 1]!
    const frameLow = this.#leafFrameLow
    const frameHigh = this.#leafFrameHigh
    if (!cache.isGranted(way, wordLow & ~frameLow, wordHigh & ~frameHigh, question)) return undefined
    this.#toPhysical(wordLow & frameLow, wordHigh & frameHigh, 0xfff, 0)
    return words[0] as PhysAddr
  }

  /** Notes that the last walk has answered a question with yes, so that `recall` does from now on. */
  remember(question: number): void {
    if (this.#way < 0 || question === 0 || this.path.level !== 0) return
    this.#remembered |= question
    this.#cache!.grant(this.#way, this.path.low & ~this.#leafFrameLow, this.path.high & ~this.#leafFrameHigh, question)
  }

  /** Has questions, a bit each, answered by walks again. */
  forget(questions: number): void {
    if ((this.#remembered & questions) === 0) return
    this.#remembered &= ~questions
    this.#cache!.forget(questions)
  }

  /** The frame of the root of the half that the address lies in. */
  get root(): number {
    return (halves[HIGH]! < 0 ? this.#upper : this.#lower).root
  }

  /** Walks down to whatever is no table. The address is canonical. */
  descend(): void {
    const low = halves[LOW]!
    const high = halves[HIGH]!
    const shift = this.#tableShift | 0
    const tagLow = (low >>> shift) | (high << (-shift | 0))
    const tagHigh = high >> shift
    const cache = this.#cache
    const { words: ints } = this.#memory
    const way = cache === undefined ? -1 : cache.find(tagLow, tagHigh, ints)
    this.#way = way
    if (way < 0) {
      this.#walkDown(low, high, tagLow, tagHigh)
      return
    }
    const at = (cache!.tableOf(way) + (((low >>> 12) & this.#slotMask) << 1)) | 0
    const wordLow = ints[at]!
    const wordHigh = ints[at | 1]!
    const { path } = this
    path.level = 0
    path.low = wordLow
    path.high = wordHigh
    path.andLow = cache!.combined(way, 0) & wordLow
    path.andHigh = cache!.combined(way, 1) & wordHigh
    path.orLow = cache!.combined(way, 2) | wordLow
    path.orHigh = cache!.combined(way, 3) | wordHigh
    this.kind = this.#format.classify(wordLow, wordHigh, 0)
  }

  /**
   * Walks down word by word, and notes the way if it leads to a table of level 0.
   *
   * All that the loop needs is in locals, and integers stay integers: loaded from fields at every level, or
   * made doubles and back, they would take most of the time of a walk.
   */
  #walkDown(low: number, high: number, tagLow: number, tagHigh: number): void {
    // Who asks little is not to pay for a cache.
    if (this.#cache === undefined && ++this.#walks === WALKS_BEFORE_CACHE) this.#cache = new WalkCache(this.#levels)
    const cache = this.#cache
    const way = cache === undefined ? 0 : cache.begin(tagLow, tagHigh)
    const format = this.#format
    const indexBits = this.#indexBits | 0
    const slotMask = this.#slotMask | 0
    const maskLow = this.#maskLow | 0
    const maskHigh = this.#maskHigh | 0
    const valueLow = this.#valueLow | 0
    const valueHigh = this.#valueHigh | 0
    const frameLow = this.#frameLow | 0
    const frameLowDown = this.#frameLowDown | 0
    const frameHigh = this.#frameHigh | 0
    const frameHighUp = this.#frameHighUp | 0
    const frameHighDown = this.#frameHighDown | 0
    const regionMask = this.#regionMask | 0
    const region = this.#region | 0
    const { words: ints, groups } = this.#memory
    const { firstAt } = groups
    // Its lowest 32 bits: the others are those of the region.
    const firstFrame = this.#memory.firstFrame | 0
    const frameCount = this.#memory.frameCount | 0
    const groupShift = groups.shift | 0
    const groupMask = groups.mask | 0
    let level = this.#levels | 0
    let shift = (12 + Math.imul(level, indexBits)) | 0
    const start = this.root - this.#memory.firstFrame
    // Of frames, counted from the memory's first.
    let table = start >= 0 && start < frameCount ? start | 0 : -1
    let wordLow = 0
    let wordHigh = 0
    let andLow = -1
    let andHigh = -1
    let orLow = 0
    let orHigh = 0
    let kind: number
    for (;;) {
      level = (level - 1) | 0
      shift = (shift - indexBits) | 0
      // Shifts count modulo 32: by shift - 32 in the first case, by 32 - shift in the last.
      const slot = (shift >= 32 ? high >> shift : (low >>> shift) | (high << (-shift | 0))) & slotMask
      if (table < 0 || table >= frameCount) {
        kind = OUT_OF_MEMORY
        break
      }
      const at = (firstAt[table >>> groupShift]! + ((table & groupMask) << FRAME_SHIFT) + (slot << 1)) | 0
      wordLow = ints[at]!
      wordHigh = ints[at | 1]!
      // Frames that were never written to lie together for now, and elsewhere once one of them is.
      if (level === 0 && cache !== undefined && (groupShift === WINDOW_SHIFT || firstAt[table >>> groupShift] !== 0)) {
        cache.end(way, (at - (slot << 1)) | 0, andLow, andHigh, orLow, orHigh)
        this.#way = way
      }
      andLow &= wordLow
      andHigh &= wordHigh
      orLow |= wordLow
      orHigh |= wordHigh
      if (level === 0 || (((wordLow & maskLow) ^ valueLow) | ((wordHigh & maskHigh) ^ valueHigh)) !== 0) {
        kind = format.classify(wordLow, wordHigh, level)
        // Whatever a format says: below level 0 there is nothing.
        if (kind !== IS_TABLE || level === 0) break
      }
      if (cache !== undefined) cache.note(way, level, at, wordLow, wordHigh)
      table = (wordHigh & regionMask) !== region ? -1 : (((((wordHigh & frameHigh) << frameHighUp) >>> frameHighDown) | ((wordLow & frameLow) >>> frameLowDown)) - firstFrame) | 0
    }
    const { path } = this
    path.level = level
    path.low = wordLow
    path.high = wordHigh
    path.andLow = andLow
    path.andHigh = andHigh
    path.orLow = orLow
    path.orHigh = orHigh
    this.kind = kind
  }
}
