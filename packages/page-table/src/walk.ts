// Reading tables as the hardware does. Their words may be anything: a walk ends after the machine's
// levels, and what cannot be followed is a fault, a value.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import type { Access, FaultReason, Mode, PteEntry, PteFormat, WalkedPath } from './format.ts'
import { ABSENT, HIDDEN, INVALID, LEAF, TABLE } from './format.ts'
import type { Tables } from './internal/tables.ts'
import { halvesOf, wordOf } from './internal/tables.ts'
import type { Halves } from './internal/tables.ts'

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
export function walkSteps<C>(tables: Tables<C>, root: number, vaddr: VirtAddr): WalkStep[] {
  const { geometry, format, memory } = tables
  const steps: WalkStep[] = []
  if (!geometry.isCanonical(vaddr)) return steps
  let table = root
  for (let level = geometry.levels - 1; level >= 0; level--) {
    if (memory.chunkOf(table) === undefined) break
    const index = geometry.indexOf(vaddr, level)
    const word = tables.wordAt(table, index)
    const entry = format.decode(word, level)
    steps.push({ level, index, entryAddress: tables.entryAddress(table, index), word, entry })
    if (entry.kind !== 'table' || level === 0) break
    table = Number(entry.frame >> 12n)
  }
  return steps
}

const words = new BigUint64Array(1)
const halves = new Uint32Array(words.buffer)

// Which half of a word a Uint32Array sees first is the host's byte order.
words[0] = 1n
const LOW = halves[0] === 1 ? 0 : 1
const HIGH = 1 - LOW

/** What a walk meets where a table is not in memory. */
const OUT_OF_MEMORY = -1

/** Pages of 4 KiB that the low half of an address counts. */
const PAGES_PER_HIGH = 2 ** 20

/** Where a walk ends, reused from one to the next: the leaf, and what was met on the way. */
export class Walker<C> {
  readonly #tables: Tables<C>
  readonly #format: PteFormat<C>
  readonly #slotMask: number
  // An address is canonical if its bits from this one on are all equal.
  readonly #signShift: number
  readonly #signMask: number
  readonly #spans: readonly bigint[]
  readonly #pointerMark: Halves
  /** The leaf that `descend` ended at; `level` is set in any case. */
  readonly path: WalkedPath
  /** What the word at which it ended is. */
  kind: number
  /** Whether it ended at a table that is not in memory. */
  isOutOfMemory: boolean
  /** The table and the slot at which it ended. */
  table: number
  slot: number

  constructor(tables: Tables<C>) {
    this.#tables = tables
    this.#format = tables.format
    const { entries, halves: kind, levels, virtBits } = tables.geometry
    this.#slotMask = entries - 1
    this.#signShift = kind === 'two-roots' ? virtBits : virtBits - 1
    this.#signMask = 2 ** Math.max(0, 64 - Math.max(32, this.#signShift)) - 1
    this.#pointerMark = halvesOf(tables.format.tableAccessedBit)
    this.#spans = Array.from({ length: levels }, (_, level) => tables.geometry.span(level))
    this.path = { level: 0, low: 0, high: 0, andLow: -1, andHigh: -1, orLow: 0, orHigh: 0 }
    this.kind = ABSENT
    this.isOutOfMemory = false
    this.table = 0
    this.slot = 0
  }

  /** Whether the machine translates the address at all: `Geometry.isCanonical`, without a bigint. */
  isCanonical(vaddr: bigint): boolean {
    const shift = this.#signShift
    // Only toys have so few bits.
    if (shift < 32) return this.#tables.geometry.isCanonical(vaddr)
    words[0] = vaddr
    const top = halves[HIGH]! >>> (shift - 32)
    return top === 0 || top === this.#signMask
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

  /** Where the leaf at which the walk ended takes the address. */
  physicalOf(vaddr: bigint): PhysAddr {
    const { low, high, level } = this.path
    words[0] = vaddr
    const offset = halves[LOW]! & 0xfff
    let frame = this.#tables.leafFrameIn(low, high, level)
    if (level > 0) {
      const page = halves[HIGH]! * PAGES_PER_HIGH + (halves[LOW]! >>> 12)
      const span = this.#tables.geometry.spanPages(level)
      frame += page - Math.floor(page / span) * span
    }
    const frameHigh = Math.floor(frame / PAGES_PER_HIGH)
    halves[HIGH] = frameHigh
    halves[LOW] = ((frame - frameHigh * PAGES_PER_HIGH) * 4096) | offset
    return words[0] as PhysAddr
  }

  /** Walks down to whatever is no table. The address is canonical. */
  descend(root: number, vaddr: bigint): void {
    words[0] = vaddr
    const low = halves[LOW]!
    const high = halves[HIGH]!
    const { memory, geometry } = this.#tables
    const format = this.#format
    const slotMask = this.#slotMask
    const { indexBits } = geometry
    const firstFrame = memory.firstFrame
    const { frameCount } = memory
    // Locals in the loop, and one write of each at its end. Frames stay integers all the way: made
    // doubles and back at every level, they would take most of the time of a walk.
    let level = geometry.levels
    let shift = 12 + level * indexBits
    let table = root
    let slot = 0
    let wordLow = 0
    let wordHigh = 0
    let andLow = -1
    let andHigh = -1
    let orLow = 0
    let orHigh = 0
    let kind: number
    for (;;) {
      level--
      shift -= indexBits
      slot = (shift >= 32 ? high >>> (shift - 32) : (low >>> shift) | (high << (32 - shift))) & slotMask
      const i = (table - firstFrame) | 0
      if (i < 0 || i >= frameCount) {
        kind = OUT_OF_MEMORY
        break
      }
      const chunk = memory.chunkAt(i)
      const at = memory.indexAt(i) + 2 * slot
      wordLow = chunk[at]!
      wordHigh = chunk[at + 1]!
      andLow &= wordLow
      andHigh &= wordHigh
      orLow |= wordLow
      orHigh |= wordHigh
      kind = format.classify(wordLow, wordHigh, level)
      // Whatever a format says: below level 0 there is nothing.
      if (kind !== TABLE || level === 0) break
      table = this.#tables.smallFrameIn(wordLow, wordHigh)
    }
    const { path } = this
    path.level = level
    path.low = wordLow
    path.high = wordHigh
    path.andLow = andLow
    path.andHigh = andHigh
    path.orLow = orLow
    path.orHigh = orHigh
    this.isOutOfMemory = kind === OUT_OF_MEMORY
    this.kind = this.isOutOfMemory ? INVALID : kind
    this.table = table
    this.slot = slot
  }
}

/** Translates an access as the hardware would; writes nothing. */
export function translate<C>(tables: Tables<C>, walker: Walker<C>, root: number, vaddr: VirtAddr, access: Access, mode: Mode, controls: C): Translation {
  const { format } = tables
  if (!walker.isCanonical(vaddr)) return { kind: 'fault', reason: 'non-canonical', level: tables.geometry.levels - 1, bit: '' }
  if (format.hasStepFaults?.(controls) === true) {
    const fault = firstStepFault(tables, root, vaddr, controls)
    if (fault !== undefined) return fault
  }
  walker.descend(root, vaddr)
  const { path } = walker
  const { level } = path
  if (walker.isOutOfMemory) return { kind: 'fault', reason: 'memory', level, bit: '' }
  if (walker.kind === ABSENT || walker.kind === HIDDEN) return { kind: 'fault', reason: 'not-present', level, bit: format.presentBitName }
  if (walker.kind !== LEAF) {
    const entry = format.decode(wordOf(path.low, path.high), level)
    return entry.kind === 'invalid' ? { kind: 'fault', reason: entry.reason, level, bit: entry.bit } : { kind: 'fault', reason: 'reserved', level, bit: '' }
  }
  const verdict = format.check(path, access, mode, controls)
  if (verdict.kind === 'refused') return { kind: 'fault', reason: verdict.reason, level: verdict.level ?? level, bit: verdict.bit }
  const leafUpdate = 'update' in verdict ? verdict.update : undefined
  const updates = leafUpdate === undefined && !walker.hasUnmarkedPointer ? NO_UPDATES : updatesOf(tables, root, vaddr, leafUpdate ?? 0n)
  return { kind: 'mapped', paddr: walker.physicalOf(vaddr), size: walker.span, level, updates }
}

/** The first fault that the machine's state makes of an entry on the way, before one below it is looked at. */
function firstStepFault<C>(tables: Tables<C>, root: number, vaddr: VirtAddr, controls: C): Fault | undefined {
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
function updatesOf<C>(tables: Tables<C>, root: number, vaddr: VirtAddr, leafUpdate: bigint): readonly WordUpdate[] {
  const { tableAccessedBit } = tables.format
  const updates: WordUpdate[] = []
  for (const step of walkSteps(tables, root, vaddr)) {
    const bits = step.entry.kind === 'table' ? tableAccessedBit : leafUpdate
    if ((step.word & bits) !== bits) updates.push({ entryAddress: step.entryAddress, word: step.word | bits })
  }
  return updates
}
