// Reading tables as the hardware does. Their words may be anything: a walk ends after the machine's
// levels, and what cannot be followed is a fault, a value.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import type { Access, FaultReason, Mode, PteEntry, PteFormat, WalkedPath } from './format.ts'
import { ABSENT, HIDDEN, LEAF, TABLE } from './format.ts'
import type { LayoutBits } from './layout.ts'
import { halvesOf, wordOf } from './internal/halves.ts'
import type { Halves } from './internal/halves.ts'
import type { TableReader } from './internal/table-reader.ts'
import { FRAME_INTS_SHIFT, regionOf } from './phys-memory.ts'
import type { PhysMemory } from './phys-memory.ts'

/** One entry on the way. */
export interface WalkStep {
  /** Steps still to go. */
  readonly level: number
  readonly index: number
  /** Where the entry lies. */
  readonly entryAddress: PhysAddr
  readonly word: bigint
  readonly entry: PteEntry
}

/** A word that the hardware would write back. */
export interface WordUpdate {
  readonly entryAddress: PhysAddr
  readonly word: bigint
}

export interface Fault {
  readonly kind: 'fault'
  readonly reason: FaultReason
  /** Of the entry at which the walk stopped; the root's for an address that has none. */
  readonly level: number
  /** The bit at fault, as the manual names it; empty where no bit is. */
  readonly bit: string
}

export interface Translated {
  readonly kind: 'mapped'
  readonly paddr: PhysAddr
  /** Of the leaf, in bytes. */
  readonly size: bigint
  /** Of the leaf. */
  readonly level: number
  /** Accessed and dirty bits that the hardware would set; nothing is written here. */
  readonly updates: readonly WordUpdate[]
}

export type Translation = Translated | Fault

const NO_UPDATES: readonly WordUpdate[] = Object.freeze([])

/** The entries from the root on, up to and with the one at which a walk stops. */
export function walkSteps<C>(tables: TableReader<C>, root: number, vaddr: VirtAddr): WalkStep[] {
  const { geometry, format, memory } = tables
  const steps: WalkStep[] = []
  if (!geometry.isCanonical(vaddr)) return steps
  let table = root
  for (let level = geometry.levels - 1; level >= 0; level--) {
    if (memory.indexOf(table) < 0) break
    const index = geometry.indexOf(vaddr, level)
    const word = tables.wordAt(table, index)
    const entry = format.decode(word, level)
    steps.push({ level, index, entryAddress: tables.entryAddress(table, index), word, entry })
    if (entry.kind !== 'table' || level === 0) break
    table = Number(entry.frame >> 12n)
  }
  return steps
}

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
const IS_LEAF = LEAF
const IS_HIDDEN = HIDDEN
/** What a walk meets where a table is not in memory. */
const OUT_OF_MEMORY = -1
const FRAME_SHIFT = FRAME_INTS_SHIFT
/** No address has this for the bits above what a table of level 1 spans. */
const UNKNOWN = -1

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
  // The table of level 1 through which walks went: by how much the low half of an address is shifted to tell what
  // that spans, and the slot in it; the address bits above, and where it begins; the pointers to it, each by where it
  // lies and by its halves; and all of them combined.
  readonly #spanShift: number
  readonly #slotShift: number
  #knownSpan = UNKNOWN
  #knownHigh = 0
  #knownAt = 0
  readonly #steps: Int32Array
  #knownAndLow = -1
  #knownAndHigh = -1
  #knownOrLow = 0
  #knownOrHigh = 0
  /** What the last walk from a root was about: met twice, it is worth to be known. */
  #missedSpan = UNKNOWN
  #missedHigh = 0
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
    this.#spanShift = 12 + 2 * geometry.indexBits
    this.#slotShift = 12 + geometry.indexBits
    this.#steps = new Int32Array(3 * Math.max(0, geometry.levels - 2))
    this.#spans = Array.from({ length: geometry.levels }, (_, level) => geometry.span(level))
    this.#offsets = this.#spans.map((span) => halvesOf(span - 1n))
    this.#pointerMark = halvesOf(format.tableAccessedBit)
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
    // The frame's field, moved as one word of 64 bits to where an address has it: either up or down, by
    // nothing in most machines. A shift by 32 would be one by 0, and is made of two therefore.
    const up = this.#fieldUp
    const down = this.#fieldDown
    const low = path.low & frame.low
    const high = path.high & frame.high
    const movedHigh = (high << up) | ((low >>> 1) >>> (31 - up))
    halves[LOW] = ((low << up) >>> down) | ((movedHigh << 1) << (31 - down)) | (halves[LOW]! & offset.low)
    halves[HIGH] = (movedHigh >>> down) | (halves[HIGH]! & offset.high)
    return words[0] as PhysAddr
  }

  /** The frame of the root of the half that the address lies in. */
  get root(): number {
    return (halves[HIGH]! < 0 ? this.#upper : this.#lower).root
  }

  /**
   * Walks down to whatever is no table. The address is canonical. From the table of level 1 on that was walked
   * through before, if it spans the address and the pointers to it are still the same: half of a walk is saved.
   */
  descend(): void {
    const low = halves[LOW]!
    const high = halves[HIGH]!
    const span = low >>> this.#spanShift
    if (span === this.#knownSpan && high === this.#knownHigh) {
      if (this.#isPathSame() && this.#descendFromKnown(low)) return
    } else if (span === this.#missedSpan && high === this.#missedHigh) this.#learn(span, high)
    else {
      this.#missedSpan = span
      this.#missedHigh = high
    }
    this.#descendFromRoot()
  }

  /** Whether the pointers to the known table of level 1 are those that were followed. */
  #isPathSame(): boolean {
    const steps = this.#steps
    const { words: ints } = this.#memory
    for (let i = 0; i < steps.length; i += 3) {
      const at = steps[i]!
      if (ints[at] !== steps[i + 1] || ints[at + 1] !== steps[i + 2]) return false
    }
    return true
  }

  /** The last two steps of a walk; tells whether they lead through a pointer to a table in memory. */
  #descendFromKnown(low: number): boolean {
    const memory = this.#memory
    const { words: ints } = memory
    const slotMask = this.#slotMask | 0
    const at = (this.#knownAt + (((low >>> this.#slotShift) & slotMask) << 1)) | 0
    const pointerLow = ints[at]!
    const pointerHigh = ints[at + 1]!
    if ((((pointerLow & this.#maskLow) ^ this.#valueLow) | ((pointerHigh & this.#maskHigh) ^ this.#valueHigh)) !== 0) return false
    if ((pointerHigh & this.#regionMask) !== this.#region) return false
    const frame = (((pointerHigh & this.#frameHigh) << this.#frameHighUp) >>> this.#frameHighDown) | ((pointerLow & this.#frameLow) >>> this.#frameLowDown)
    const table = (frame - memory.firstFrame) | 0
    if (table < 0 || table >= memory.frameCount) return false
    const { firstAt, shift, mask } = memory.groups
    const leafAt = (firstAt[table >>> shift]! + ((table & mask) << FRAME_SHIFT) + (((low >>> 12) & slotMask) << 1)) | 0
    const wordLow = ints[leafAt]!
    const wordHigh = ints[leafAt + 1]!
    const { path } = this
    path.level = 0
    path.low = wordLow
    path.high = wordHigh
    path.andLow = this.#knownAndLow & pointerLow & wordLow
    path.andHigh = this.#knownAndHigh & pointerHigh & wordHigh
    path.orLow = this.#knownOrLow | pointerLow | wordLow
    path.orHigh = this.#knownOrHigh | pointerHigh | wordHigh
    this.kind = this.#format.classify(wordLow, wordHigh, 0)
    return true
  }

  /** Makes the table of level 1 that spans the address the known one, if there is one below pointers alone. */
  #learn(span: number, high: number): void {
    const memory = this.#memory
    const tables = this.#lower
    const { geometry } = tables
    const vaddr = words[0]!
    let table = this.root
    let i = 0
    this.#knownSpan = UNKNOWN
    this.#knownAndLow = -1
    this.#knownAndHigh = -1
    this.#knownOrLow = 0
    this.#knownOrHigh = 0
    for (let level = geometry.levels - 1; level > 1; level--) {
      // A part of memory that was never written to has its words elsewhere once it is.
      if (!memory.hasPlace(table)) return
      const slot = geometry.indexOf(vaddr, level)
      if (tables.classAt(table, slot, level) !== IS_TABLE) return
      const at = memory.indexOf(table) + 2 * slot
      const pointerLow = memory.words[at]!
      const pointerHigh = memory.words[at + 1]!
      this.#steps[i++] = at
      this.#steps[i++] = pointerLow
      this.#steps[i++] = pointerHigh
      this.#knownAndLow &= pointerLow
      this.#knownAndHigh &= pointerHigh
      this.#knownOrLow |= pointerLow
      this.#knownOrHigh |= pointerHigh
      table = tables.frameIn(pointerLow, pointerHigh)
    }
    if (i === 0 || !memory.hasPlace(table)) return
    this.#knownAt = memory.indexOf(table)
    this.#knownHigh = high
    this.#knownSpan = span
  }

  /**
   * All that the loop needs is in locals, and integers stay integers: loaded from fields at every level, or
   * made doubles and back, they would take most of the time of a walk.
   */
  #descendFromRoot(): void {
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
    const low = halves[LOW]!
    const high = halves[HIGH]!
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
      andLow &= wordLow
      andHigh &= wordHigh
      orLow |= wordLow
      orHigh |= wordHigh
      if (level === 0 || (((wordLow & maskLow) ^ valueLow) | ((wordHigh & maskHigh) ^ valueHigh)) !== 0) {
        kind = format.classify(wordLow, wordHigh, level)
        // Whatever a format says: below level 0 there is nothing.
        if (kind !== IS_TABLE || level === 0) break
      }
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

/** Translates an access as the hardware would; writes nothing. */
export function translate<C>(tables: TableReader<C>, walker: Walker<C>, vaddr: VirtAddr, access: Access, mode: Mode, controls: C): Translation {
  const { format } = tables
  if (!walker.aim(vaddr)) return { kind: 'fault', reason: 'non-canonical', level: tables.geometry.levels - 1, bit: '' }
  if (format.hasStepFaults?.(controls) === true) {
    const fault = firstStepFault(tables, walker.root, vaddr, controls)
    if (fault !== undefined) return fault
  }
  walker.descend()
  const { path } = walker
  const { level } = path
  if (walker.kind === OUT_OF_MEMORY) return { kind: 'fault', reason: 'memory', level, bit: '' }
  if (walker.kind === IS_ABSENT || walker.kind === IS_HIDDEN) return { kind: 'fault', reason: 'not-present', level, bit: format.presentBitName }
  if (walker.kind !== IS_LEAF) {
    const entry = format.decode(wordOf(path.low, path.high), level)
    return entry.kind === 'invalid' ? { kind: 'fault', reason: entry.reason, level, bit: entry.bit } : { kind: 'fault', reason: 'reserved', level, bit: '' }
  }
  const verdict = format.check(path, access, mode, controls)
  if (verdict.kind === 'refused') return { kind: 'fault', reason: verdict.reason, level: verdict.level ?? level, bit: verdict.bit }
  const leafUpdate = 'update' in verdict ? verdict.update : undefined
  const updates = leafUpdate === undefined && !walker.hasUnmarkedPointer ? NO_UPDATES : updatesOf(tables, walker.root, vaddr, leafUpdate ?? 0n)
  return { kind: 'mapped', paddr: walker.physicalOf(), size: walker.span, level, updates }
}

/** The physical address of an access that the hardware lets through; undefined for one that it does not. */
export function paddrOf<C>(tables: TableReader<C>, walker: Walker<C>, vaddr: VirtAddr, access: Access, mode: Mode, controls: C): PhysAddr | undefined {
  const { format } = tables
  if (!walker.aim(vaddr)) return undefined
  if (format.hasStepFaults?.(controls) === true && firstStepFault(tables, walker.root, vaddr, controls) !== undefined) return undefined
  walker.descend()
  if (walker.kind !== IS_LEAF || format.check(walker.path, access, mode, controls).kind === 'refused') return undefined
  return walker.physicalOf()
}

/** The first fault that the machine's state makes of an entry on the way, before one below it is looked at. */
function firstStepFault<C>(tables: TableReader<C>, root: number, vaddr: VirtAddr, controls: C): Fault | undefined {
  const { format } = tables
  for (const { level, word } of walkSteps(tables, root, vaddr)) {
    const { low, high } = halvesOf(word)
    const kind = format.classify(low, high, level)
    if (kind !== TABLE && kind !== LEAF) return undefined
    const fault = format.stepFault?.(low, high, level, controls)
    if (fault !== undefined) return { kind: 'fault', ...fault, level }
  }
  return undefined
}

/** The words that the hardware would write back: the leaf's, and pointers that have no accessed bit yet. */
function updatesOf<C>(tables: TableReader<C>, root: number, vaddr: VirtAddr, leafUpdate: bigint): readonly WordUpdate[] {
  const { tableAccessedBit } = tables.format
  const updates: WordUpdate[] = []
  for (const step of walkSteps(tables, root, vaddr)) {
    const bits = step.entry.kind === 'table' ? tableAccessedBit : leafUpdate
    if ((step.word & bits) !== bits) updates.push({ entryAddress: step.entryAddress, word: step.word | bits })
  }
  return updates
}
