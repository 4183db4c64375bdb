// Reading tables as the hardware does. Their words may be anything: a walk ends after the machine's
// levels, and what cannot be followed is a fault, a value.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import type { Access, FaultReason, Mode, PteEntry } from './format.ts'
import { ABSENT, HIDDEN, LEAF, TABLE } from './format.ts'
import { halvesOf, wordOf } from './internal/halves.ts'
import type { TableReader } from './internal/table-reader.ts'
import { OUT_OF_MEMORY } from './internal/walker.ts'
import type { Walker } from './internal/walker.ts'

/** One entry on the way. */
export interface WalkStep {
  /** Steps still to go. */
  readonly level: number
  /** Of the entry in its table. */
  readonly index: number
  /** Where the entry lies. */
  readonly entryAddress: PhysAddr
  /** The entry, undecoded. */
  readonly word: bigint
  /** The entry, decoded. */
  readonly entry: PteEntry
}

/** A word that the hardware would write back. */
export interface WordUpdate {
  /** Where it lies. */
  readonly entryAddress: PhysAddr
  /** The whole word after the update. */
  readonly word: bigint
}

/** What the hardware would raise. */
export interface Fault {
  readonly kind: 'fault'
  /** One word of a closed list. */
  readonly reason: FaultReason
  /** Of the entry at which the walk stopped; the root's for an address that has none. */
  readonly level: number
  /** The bit at fault, as the manual names it; empty where no bit is. */
  readonly bit: string
}

/** An access that gets through. */
export interface Translated {
  readonly kind: 'mapped'
  /** Where the address leads, its offset in the page included. */
  readonly paddr: PhysAddr
  /** Of the leaf, in bytes. */
  readonly size: bigint
  /** Of the leaf. */
  readonly level: number
  /** Accessed and dirty bits that the hardware would set; nothing is written here. */
  readonly updates: readonly WordUpdate[]
}

/** What the hardware would make of an access. */
export type Translation = Translated | Fault

/** Of an access after which nothing is to be written back. */
export const NO_UPDATES: readonly WordUpdate[] = Object.freeze([])

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

// An imported binding is loaded, and looked at whether it exists, at every use; a module's own is not.
const IS_ABSENT = ABSENT
const IS_LEAF = LEAF
const IS_HIDDEN = HIDDEN
const IS_OUT_OF_MEMORY = OUT_OF_MEMORY

/** Translates an access as the hardware would; writes nothing. An answer without more to tell is remembered for the question. */
export function translate<C>(tables: TableReader<C>, walker: Walker<C>, vaddr: VirtAddr, access: Access, mode: Mode, controls: C, question: number): Translation {
  const { format } = tables
  if (!walker.aim(vaddr)) return { kind: 'fault', reason: 'non-canonical', level: tables.geometry.levels - 1, bit: '' }
  if (format.hasStepFaults?.(controls) === true) {
    const fault = firstStepFault(tables, walker.root, vaddr, controls)
    if (fault !== undefined) return fault
  }
  walker.descend()
  const { path } = walker
  const { level } = path
  if (walker.kind === IS_OUT_OF_MEMORY) return { kind: 'fault', reason: 'memory', level, bit: '' }
  if (walker.kind === IS_ABSENT || walker.kind === IS_HIDDEN) return { kind: 'fault', reason: 'not-present', level, bit: format.presentBitName }
  if (walker.kind !== IS_LEAF) {
    const entry = format.decode(wordOf(path.low, path.high), level)
    return entry.kind === 'invalid' ? { kind: 'fault', reason: entry.reason, level, bit: entry.bit } : { kind: 'fault', reason: 'reserved', level, bit: '' }
  }
  const verdict = format.check(path, access, mode, controls)
  if (verdict.kind === 'refused') return { kind: 'fault', reason: verdict.reason, level: verdict.level ?? level, bit: verdict.bit }
  const leafUpdate = 'update' in verdict ? verdict.update : undefined
  const hasUpdates = leafUpdate !== undefined || walker.hasUnmarkedPointer
  if (!hasUpdates) walker.remember(question)
  const updates = hasUpdates ? updatesOf(tables, walker.root, vaddr, leafUpdate ?? 0n) : NO_UPDATES
  return { kind: 'mapped', paddr: walker.physicalOf(), size: walker.span, level, updates }
}

/** The physical address of an access that the hardware lets through; undefined for one that it does not. */
export function paddrOf<C>(tables: TableReader<C>, walker: Walker<C>, vaddr: VirtAddr, access: Access, mode: Mode, controls: C, question: number): PhysAddr | undefined {
  const { format } = tables
  if (!walker.aim(vaddr)) return undefined
  if (format.hasStepFaults?.(controls) === true && firstStepFault(tables, walker.root, vaddr, controls) !== undefined) return undefined
  walker.descend()
  if (walker.kind !== IS_LEAF) return undefined
  const verdict = format.check(walker.path, access, mode, controls)
  if (verdict.kind === 'refused') return undefined
  if (!('update' in verdict) && !walker.hasUnmarkedPointer) walker.remember(question)
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
