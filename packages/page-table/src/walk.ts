// Reading tables as the hardware does. Their words may be anything: a walk ends after the machine's
// levels, and what cannot be followed is a fault, a value.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import type { Access, FaultReason, Mode, PteEntry, PteFormat, WalkedPath } from './format.ts'
import { ABSENT, HIDDEN, INVALID, LEAF, TABLE } from './format.ts'
import type { Tables } from './internal/tables.ts'
import { halvesOf, wordOf } from './internal/tables.ts'

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

/** Where a walk ends, reused from one to the next: the leaf, and what was met on the way. */
export class Walker<C> {
  readonly #tables: Tables<C>
  readonly #format: PteFormat<C>
  readonly #pageMask: number
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
    this.#pageMask = tables.geometry.entries - 1
    this.path = { level: 0, low: 0, high: 0, andLow: -1, andHigh: -1, orLow: 0, orHigh: 0 }
    this.kind = ABSENT
    this.isOutOfMemory = false
    this.table = 0
    this.slot = 0
  }

  /** Walks down to whatever is no table. The address is canonical. */
  descend(root: number, vaddr: bigint): void {
    words[0] = vaddr
    const low = halves[0]!
    const high = halves[1]!
    const { memory, geometry } = this.#tables
    const { indexBits } = geometry
    const { path } = this
    path.andLow = -1
    path.andHigh = -1
    path.orLow = 0
    path.orHigh = 0
    this.isOutOfMemory = false
    let table = root
    for (let level = geometry.levels - 1; ; level--) {
      const shift = 12 + level * indexBits
      const slot = (shift >= 32 ? high >>> (shift - 32) : (low >>> shift) | (high << (32 - shift))) & this.#pageMask
      const chunk = memory.chunkOf(table)
      this.table = table
      this.slot = slot
      path.level = level
      if (chunk === undefined) {
        this.isOutOfMemory = true
        this.kind = INVALID
        return
      }
      const at = memory.indexOf(table) + 2 * slot
      const wordLow = (path.low = chunk[at]!)
      const wordHigh = (path.high = chunk[at + 1]!)
      path.andLow &= wordLow
      path.andHigh &= wordHigh
      path.orLow |= wordLow
      path.orHigh |= wordHigh
      const kind = (this.kind = this.#format.classify(wordLow, wordHigh, level))
      // Whatever a format says: below level 0 there is nothing.
      if (kind !== TABLE || level === 0) return
      table = this.#tables.frameIn(wordLow, wordHigh)
    }
  }
}

/** Translates an access as the hardware would; writes nothing. */
export function translate<C>(tables: Tables<C>, walker: Walker<C>, root: number, vaddr: VirtAddr, access: Access, mode: Mode, controls: C): Translation {
  const { format, geometry } = tables
  if (!geometry.isCanonical(vaddr)) return { kind: 'fault', reason: 'non-canonical', level: geometry.levels - 1, bit: '' }
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
  const size = geometry.span(level)
  const frame = BigInt(tables.leafFrameIn(path.low, path.high, level)) << 12n
  const leafUpdate = 'update' in verdict ? verdict.update : 0n
  const updates = leafUpdate === 0n && format.tableAccessedBit === 0n ? NO_UPDATES : updatesOf(tables, root, vaddr, walker, leafUpdate)
  return { kind: 'mapped', paddr: (frame | (vaddr & (size - 1n))) as PhysAddr, size, level, updates }
}

/** The words that the hardware would write back: the leaf's, and pointers that have no accessed bit yet. */
function updatesOf<C>(tables: Tables<C>, root: number, vaddr: VirtAddr, walker: Walker<C>, leafUpdate: bigint): readonly WordUpdate[] {
  const { tableAccessedBit } = tables.format
  const { path } = walker
  const accessed = halvesOf(tableAccessedBit)
  const isComplete = (path.andLow & accessed.low) === accessed.low && (path.andHigh & accessed.high) === accessed.high
  if (leafUpdate === 0n && isComplete) return NO_UPDATES
  const updates: WordUpdate[] = []
  for (const step of walkSteps(tables, root, vaddr)) {
    const bits = step.entry.kind === 'table' ? tableAccessedBit : leafUpdate
    if ((step.word & bits) !== bits) updates.push({ entryAddress: step.entryAddress, word: step.word | bits })
  }
  return updates
}
