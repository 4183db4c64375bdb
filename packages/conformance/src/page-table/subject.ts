/**
 * What the page-table cases are held against: any page table, reached through an adapter that speaks in plain values.
 * Addresses, sizes and entry words are bigints; flags are letters in the order `rwxudng` (read, write, execute, user,
 * device, uncached, global). An adapter needs nothing of ours but these types. What it cannot do, its manifest says.
 */

import type { KnownFailure } from '../subject.ts'

export type TableAccess = 'read' | 'write' | 'exec'
export type TableMode = 'user' | 'kernel'
/** The machine's state that decides about an access, by the names that the machine's cases use: `wp`, `sum`, `pan`, … */
export type TableControls = Readonly<Record<string, boolean | string>>

/** Why an operation is refused. */
export type TableRefusal =
  | 'empty-range' | 'non-canonical' | 'misaligned' | 'too-wide' | 'not-expressible' | 'already-mapped' | 'not-mapped'
  | 'out-of-frames' | 'invalid-entry'

/** What an operation answers. A refused one has changed nothing. */
export type TableOutcome =
  | { readonly ok: true }
  /** `level`: that of the entry in the way, if it is told. */
  | { readonly ok: false; readonly reason?: TableRefusal; readonly level?: number | undefined }

/** Why hardware refuses an access. */
export type TableFault =
  | 'non-canonical' | 'not-present' | 'permission' | 'reserved' | 'access-flag' | 'dirty-flag' | 'address-size' | 'memory'

export interface WordWrite {
  readonly paddr: bigint
  readonly word: bigint
}

export type TableTranslation =
  /** `updates`: words that hardware would write back. */
  | { readonly kind: 'mapped'; readonly paddr: bigint; readonly updates: readonly WordWrite[] }
  /** `level` counts the steps of the walk that were still to go. */
  | { readonly kind: 'fault'; readonly reason: TableFault; readonly level: number }

/** What is said about one address. */
export interface TableMapping {
  readonly paddr: bigint
  /** Of the leaf, in bytes. */
  readonly size: bigint
  readonly flags: string
}

/** A leaf, or a run of leaves that are alike, next to each other and with consecutive frames. */
export interface TableLeaf {
  readonly start: bigint
  /** Of the whole run, in bytes. */
  readonly size: bigint
  readonly paddr: bigint
  readonly leafSize: bigint
  readonly flags: string
  readonly accessed?: boolean
  readonly dirty?: boolean
}

/** What happened, in this order; told as it happens. */
export type TableEvent =
  /** `dropsTables`: whether cached pointers must go as well, since tables come back; left out by those who always drop them. */
  | { readonly kind: 'invalidate'; readonly ranges: readonly { readonly start: bigint; readonly size: bigint }[]; readonly dropsTables?: boolean }
  /** A live entry was replaced by way of an invalid word; told at the latest with the invalidation. */
  | { readonly kind: 'break'; readonly entry: bigint; readonly start: bigint; readonly size: bigint }
  | { readonly kind: 'free'; readonly frame: bigint }

/** The memory that the tables lie in. */
export interface TableMemory {
  /** The root tables: one, or that of the lower half and that of the upper one. */
  readonly roots: readonly bigint[]
  /** Memory that neither the table nor its allocator uses: from an address that is a multiple of 1 GiB, at least 64 KiB. */
  readonly scratch: { readonly start: bigint; readonly size: bigint }
  readWord(paddr: bigint): bigint
  writeWord(paddr: bigint, word: bigint): void
  /** All words that are not zero, in the order of their addresses. */
  words(): Iterable<readonly [paddr: bigint, word: bigint]>
}

/** Where table frames come from. */
export interface TableFrames {
  /** Frames handed out and not given back; roots included. */
  inUse(): number
  /** Lets every allocation fail after `count` more; undefined lets all succeed again. */
  failAfter(count: number | undefined): void
}

export interface ChangeOfTable {
  /** What to do where nothing is mapped; default `refuse`. */
  readonly holes?: 'refuse' | 'skip'
}

/** A fresh page table. Optional parts are there exactly if the manifest says so. */
export interface PageTableInstance {
  /** Maps [vaddr, vaddr + size) to [paddr, paddr + size). */
  map(vaddr: bigint, size: bigint, paddr: bigint, flags: string): TableOutcome
  unmap(vaddr: bigint, size: bigint, options?: ChangeOfTable): TableOutcome
  protect(vaddr: bigint, size: bigint, flags: string, options?: ChangeOfTable): TableOutcome
  query(vaddr: bigint): TableMapping | undefined
  /** The leaves that intersect [start, end), in address order; `end` may be 2^64. */
  leaves(start: bigint, end: bigint): Iterable<TableLeaf>
  /** Writes nothing. `controls` that are left out have the machine's usual values. */
  translate?(vaddr: bigint, access: TableAccess, mode: TableMode, controls?: TableControls): TableTranslation
  /** Lets the leaf at an address point to another frame. */
  remap?(vaddr: bigint, paddr: bigint): TableOutcome
  /** Gives every table back. */
  dispose?(): void
  /** Makes a table in the same memory that shares this one's upper half. */
  share?(): PageTableInstance
  /** Begins a transaction: what changes until it ends is told when it ends, and can be undone. */
  begin?(): void
  commit?(): void
  rollback?(): void
  /** Gives a frame for a page, or undefined if there is none. A rollback takes it back. */
  allocatePage?(): bigint | undefined
  /** Gives a page's frame back. Throws if that was not allocated by this table, nor by one that shares its upper half. */
  freePage?(frame: bigint): void
  readonly memory?: TableMemory
  readonly frames?: TableFrames
}

/** An entry as a word says it. */
export type TableEntryRecord =
  | { readonly kind: 'absent' }
  | { readonly kind: 'table'; readonly frame: bigint }
  /** Without r, w and x in its flags hardware does not see it. */
  | { readonly kind: 'leaf'; readonly frame: bigint; readonly flags: string; readonly accessed: boolean; readonly dirty: boolean }
  | { readonly kind: 'invalid'; readonly reason: string }

/** What entry words mean. */
export interface EntryCodec {
  /** Total: any 64-bit word at any level. */
  decode(word: bigint, level: number): TableEntryRecord
  /** Throws for an entry that is not legal at this level. */
  encode(entry: TableEntryRecord, level: number): bigint
}

/** A word that somebody else wrote down: a manual, another system. */
export interface GoldenWord {
  readonly source: string
  readonly word: bigint
  readonly level: number
  readonly entry: TableEntryRecord | { readonly kind: 'invalid' }
  /** Whether the table would write this word itself; otherwise it is only read. */
  readonly isOurs: boolean
}

/** What `create` is told. */
export interface PageTableOptionsOfCase {
  /** Frames that there are for tables. */
  readonly frames: number
  /** Whether new leaves start as accessed and dirty, or for hardware to mark. */
  readonly fresh: 'marked' | 'clear'
  readonly onEvent: (event: TableEvent) => void
}

/** What a page table can do beyond the five operations that each has. */
export interface PageTableFeatures {
  /** Refusals have a `reason`. */
  readonly tellsReasons: boolean
  /** A change of a part of a huge leaf splits it; false: it is refused. */
  readonly splits: boolean
  /** `map` takes the largest leaves that fit; false: base pages only. */
  readonly picksLargest: boolean
  /** Tables that have become empty are given back. */
  readonly freesTables: boolean
  /** A page without access keeps its frame, its size and its place; false: it becomes absent. */
  readonly keepsHidden: boolean
  /** What leaves tell of use. */
  readonly marks: 'accessed-dirty' | 'accessed' | 'none'
  /** `exact`: what is told is stale, or belongs to a leaf that was split; `covering`: it may be more; `none`: nothing is told. */
  readonly invalidations: 'exact' | 'covering' | 'none'
  /** Live leaves are replaced by way of an invalid word; false: there is never a reason to. */
  readonly breaksBeforeMaking: boolean
  readonly translates: boolean
  readonly remaps: boolean
  readonly disposes: boolean
  readonly sharesUpperHalf: boolean
  /** There are `begin`, `commit` and `rollback`. */
  readonly transacts: boolean
  /** There are `allocatePage` and `freePage`. */
  readonly allocatesPages: boolean
  readonly hasMemory: boolean
  readonly hasFrames: boolean
  readonly hasCodec: boolean
}

export interface PageTableManifest {
  /** Whose words these are, for the cases about a machine's own bits; undefined for any other. */
  readonly machine?: 'x86-64' | 'riscv' | 'aarch64'
  /** Steps of a walk. */
  readonly levels: number
  /** A table has 2^indexBits entries. */
  readonly indexBits: number
  readonly physBits: number
  /** Levels at which a leaf may stand, ascending from 0. */
  readonly leafLevels: readonly number[]
  /** `sign-extended`: addresses above the translated bits copy the highest of them; `two-roots`: each half has a root. */
  readonly halves: 'sign-extended' | 'two-roots'
  /**
   * By the letters that are asked for: those that are granted, or null if that is refused, as is what is left out. Every set
   * of `rwxu` with `r` is granted as it is, and none at all is granted.
   */
  readonly grants: Readonly<Record<string, string | null>>
  /** By granted letters of a user page: what the kernel may do with it, as letters of `rwx`, under the usual controls. */
  readonly kernelOnUserPages: Readonly<Record<string, string>>
  /** Bits of a leaf that software owns and `protect` keeps; 0n if there are none. */
  readonly softwareBits: bigint
  readonly features: PageTableFeatures
}

/** A page table as a subject of the suite. */
export interface PageTableSubject {
  readonly name: string
  readonly manifest: PageTableManifest
  readonly codec?: EntryCodec
  /** Words from manuals and other systems, for `codec`. */
  readonly golden?: readonly GoldenWord[]
  /** Makes a fresh table; nothing may be shared with one made before. */
  create(options: PageTableOptionsOfCase): PageTableInstance
  /** A listed case that passes fails the run, so that the list stays true. */
  readonly known?: readonly KnownFailure[]
}

/**
 * Checks a manifest before anything runs.
 *
 * @throws TypeError or RangeError naming what contradicts itself.
 */
export function checkPageTableSubject(subject: PageTableSubject): void {
  const { features, levels, indexBits, leafLevels, grants } = subject.manifest
  if (leafLevels[0] !== 0 || leafLevels.some((level, at) => level >= levels || (at > 0 && level <= leafLevels[at - 1]!))) {
    throw new RangeError('"leafLevels" must ascend from 0 and lie below "levels"')
  }
  if (levels < 2 || indexBits < 6) throw new RangeError('"levels" must be at least 2, "indexBits" at least 6')
  if (12 + levels * indexBits >= 64) throw new RangeError('"levels" and "indexBits" must make less than 64 bits')
  for (const letters of ['r', 'rw', 'rx', 'rwx', 'ru', 'rwu', 'rxu', 'rwxu']) {
    if (grants[letters] !== letters) throw new RangeError(`"grants" must grant ${letters} as it is, got ${String(grants[letters])}`)
  }
  if (typeof grants[''] !== 'string') throw new RangeError(`"grants" must grant a page without letters, got ${String(grants[''])}`)
  const table = subject.create({ frames: 16, fresh: 'marked', onEvent: () => undefined })
  const has = {
    translates: 'translate' in table, remaps: 'remap' in table, disposes: 'dispose' in table, sharesUpperHalf: 'share' in table,
    transacts: 'begin' in table, allocatesPages: 'allocatePage' in table,
    hasMemory: table.memory !== undefined, hasFrames: table.frames !== undefined, hasCodec: subject.codec !== undefined,
  }
  for (const feature of ['translates', 'remaps', 'disposes', 'sharesUpperHalf', 'transacts', 'allocatesPages', 'hasMemory', 'hasFrames', 'hasCodec'] as const) {
    if (features[feature] !== has[feature]) throw new TypeError(`the part behind "${feature}" must be there exactly when that is true`)
  }
}
