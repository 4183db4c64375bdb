// The contract between the walker and a machine: what the words of its tables mean. The walker
// knows levels, frames and runs of equal words, and no bit of any machine; a format knows the bits
// and never the memory. Words are told as bigints where one is looked at, and as two signed 32-bit
// halves where a loop asks.
import type { PhysAddr } from '@addrspace/memory-addr'

import type { MappingFlags } from './flags.ts'
import type { Geometry } from './geometry.ts'
import type { EntryLayout } from './layout.ts'

/** Nothing is mapped: one of the five things that a word is to the walker. They are numbers, since loops compare them. */
export const ABSENT = 0
/** A pointer to the table one level below. */
export const TABLE = 1
/** A leaf that the hardware sees. */
export const LEAF = 2
/** A leaf without access: the hardware sees nothing, the frame and the size are kept. */
export const HIDDEN = 3
/** No legal entry; hardware raises a fault for it. */
export const INVALID = 4
/** What a word is to the walker: one of the five constants. */
export type EntryClass = typeof ABSENT | typeof TABLE | typeof LEAF | typeof HIDDEN | typeof INVALID

/** Nothing is mapped. */
export interface AbsentEntry {
  readonly kind: 'absent'
}

/** A pointer to the table one level below. */
export interface TableEntry {
  readonly kind: 'table'
  /** Of the next table, a multiple of 4096. */
  readonly frame: PhysAddr
}

/** An entry that ends the walk. */
export interface LeafEntry {
  readonly kind: 'leaf'
  /** A multiple of the leaf's size. */
  readonly frame: PhysAddr
  /** What this word alone grants; without READ, WRITE and EXECUTE the hardware does not see it. */
  readonly flags: MappingFlags
  /** Whether hardware, or whoever made the entry, has marked a use. */
  readonly accessed: boolean
  /** Whether a write is marked. */
  readonly dirty: boolean
}

/** A word that is no legal entry at its level. */
export interface InvalidEntry {
  readonly kind: 'invalid'
  /** The fault that hardware raises for it. */
  readonly reason: 'reserved' | 'address-size'
  /** The bits that make it so, as the manual names them, for instance `PPN[0]` or `62:61`. */
  readonly bit: string
}

/** What a word says, decoded. */
export type PteEntry = AbsentEntry | TableEntry | LeafEntry | InvalidEntry

/** What a program does to memory. */
export type Access = 'read' | 'write' | 'exec'
/** With which rights it does that. */
export type Mode = 'user' | 'kernel'

/** Why hardware refuses an access. */
export type FaultReason = 'non-canonical' | 'not-present' | 'permission' | 'reserved' | 'access-flag' | 'dirty-flag' | 'address-size' | 'memory'

/** What a walk that ended at a leaf has met: the leaf's word, and all words from the root to it combined. */
export interface WalkedPath {
  /** Of the leaf. */
  level: number
  /** The leaf's word as signed 32-bit halves: bits 31:0. */
  low: number
  /** Bits 63:32. */
  high: number
  /** The words of the whole path, the leaf's included, combined bit by bit with AND: bits 31:0. */
  andLow: number
  /** Bits 63:32. */
  andHigh: number
  /** The same combined with OR: bits 31:0. */
  orLow: number
  /** Bits 63:32. */
  orHigh: number
}

/**
 * Whether an access to a present leaf is granted, perhaps with bits (`update`) that hardware sets in the leaf's word at
 * that; or refused, with the fault, the bit at fault, and the level of the word that has it where that is not the
 * leaf's.
 */
export type AccessVerdict =
  | { readonly kind: 'granted' }
  /** The hardware writes the leaf's word back with these bits set: accessed, dirty. */
  | { readonly kind: 'granted'; readonly update: bigint }
  /** `level` is that of the word at fault, where it is not the leaf's. */
  | { readonly kind: 'refused'; readonly reason: FaultReason; readonly bit: string; readonly level?: number }

/** What a machine grants for flags, or why it refuses them, in a few words. */
export type Grant = { readonly kind: 'granted'; readonly flags: MappingFlags } | { readonly kind: 'refused'; readonly why: string }

/** By name, the values of each control. */
export type ControlChoices = Readonly<Record<string, readonly (boolean | string)[]>>

/**
 * A machine's words. `Controls` is the machine's state that matters for an access.
 *
 * - F1 `classify` and `decode` are total, agree with each other, and never look beyond the word. At
 *   level 0 no word is a table.
 * - F2 A zero word is absent. A word that hardware does not see is a hidden leaf by the format's own
 *   marker bits alone, otherwise absent.
 * - F3 `decode(encode(entry, level), level)` gives the entry, which has flags that are granted as they
 *   are; `encode(decode(word), level)` gives a word that this format made. Of other legal words, what
 *   an entry has no place for is lost.
 * - F4 What a leaf is depends only on bits outside the frame field above the leaf's size, except that
 *   a frame which is not aligned to that size makes a word that hardware sees invalid, and one that
 *   it does not see absent.
 * - F5 `leafBits` never grants more than `grant` says, and `flagsOf` of them is what it says.
 * - F6 `leafBits(flags) & ~flagMask` is the same for all flags: protecting is replacing the bits in
 *   `flagMask(level)`.
 * - F7 A word that has the fixed bits of a table pointer's layout, and zero where that has reserved ones,
 *   is TABLE at the layout's levels: walks read pointers by the bit tables.
 * - F8 `check` and `stepFault` depend on no bit of a frame field, and on the state of the machine by nothing but
 *   its values: what was granted once is granted again for words that differ in a leaf's frame alone.
 */
export interface PteFormat<Controls> {
  /** As scenarios and the command line write it: `x86-64`. */
  readonly name: string
  /** Levels, widths and sizes. */
  readonly geometry: Geometry
  /** Bit tables: every kind of entry at every class of levels, 64 bits each. */
  readonly layouts: readonly EntryLayout[]
  /** Where the number of the 4 KiB frame lies in a table pointer or a level-0 leaf: bits high:low, both inclusive. */
  readonly frameField: { readonly high: number; readonly low: number }
  /** All bits of a table pointer but its frame. */
  readonly tableBits: bigint
  /** The bit that hardware sets at an access; 0n if there is none. */
  readonly accessedBit: bigint
  /** The bit that hardware sets at a write; 0n if there is none. */
  readonly dirtyBit: bigint
  /** The bit that hardware sets in every table pointer it walks through, or 0n. */
  readonly tableAccessedBit: bigint
  /** What the manual calls the bit without which an entry is not present. */
  readonly presentBitName: string
  /** The state in which an access is checked if nobody says otherwise. */
  readonly defaultControls: Controls
  /** Optional: the names of all controls, and what each may be. Tables refuse whatever else callers without types give. */
  readonly controlChoices?: ControlChoices

  /** What a word is to the walker, by its signed 32-bit halves; total. */
  classify(low: number, high: number, level: number): EntryClass
  /** What a word says; total, never throws. */
  decode(word: bigint, level: number): PteEntry
  /**
   * Makes the word of an entry.
   *
   * @throws RangeError if the entry is not legal at this level: misaligned, too wide, not expressible
   */
  encode(entry: AbsentEntry | TableEntry | LeafEntry, level: number): bigint

  /** What is granted for these flags at every level; the table in the README. */
  grant(flags: MappingFlags): Grant
  /**
   * All bits of a leaf but its frame, accessed and dirty clear. The flags are ones that `grant` does
   * not refuse; where no leaf may stand at the level, any answer will do.
   */
  leafBits(flags: MappingFlags, level: number): bigint
  /** The bits of a leaf that flags decide. */
  flagMask(level: number): bigint
  /** What a leaf's word alone grants; of a hidden leaf, nothing to access with. */
  flagsOf(low: number, high: number, level: number): MappingFlags
  /** The word, without its frame, that a leaf one level below a huge leaf has when that is split. */
  splitBits(word: bigint, level: number): bigint

  /**
   * Optional, both or none: whether in this state a bit can make entries illegal that are legal
   * otherwise, and the fault of a table pointer or a present leaf for which that is so. Asked from
   * the root on, and before `check`.
   */
  hasStepFaults?(controls: Controls): boolean
  /** Optional, with `hasStepFaults`: the fault of this table pointer or present leaf, or undefined. */
  stepFault?(low: number, high: number, level: number, controls: Controls): { readonly reason: FaultReason; readonly bit: string } | undefined

  /** Whether the machine lets an access to this leaf through. The path's words are classified TABLE, and LEAF at its end. */
  check(path: WalkedPath, access: Access, mode: Mode, controls: Controls): AccessVerdict
  /**
   * Optional, absent where no change does: whether changing a live leaf or table pointer into another needs
   * break-before-make: invalid, invalidated, then new. Of frames it asks only whether they are the same, and
   * not whether accessed or dirty are set.
   */
  needsBreak?(oldWord: bigint, newWord: bigint, level: number): boolean
}
