/**
 * What the page-table cases are held against: any page table, reached through an adapter that speaks in plain values.
 * Addresses, sizes and entry words are bigints; flags are letters in the order `rwxudng` (read, write, execute, user,
 * device, uncached, global). An adapter needs nothing of ours but these types. What it cannot do, its manifest says.
 */

import type { KnownFailure } from '../subject.ts'

/** What a program does to memory. */
export type TableAccess = 'read' | 'write' | 'exec'
/** With which rights it does that. */
export type TableMode = 'user' | 'kernel'
/** The machine's state that decides about an access, by the names that the machine's cases use: `wp`, `sum`, `pan`, … */
export type TableControls = Readonly<Record<string, boolean | string>>

/** Why an operation is refused. */
export type TableRefusal =
  | 'empty-range' | 'non-canonical' | 'misaligned' | 'too-wide' | 'not-expressible' | 'already-mapped' | 'not-mapped'
  | 'out-of-frames' | 'invalid-entry'

/** What an operation answers. A refused one has changed nothing, and may tell a reason, and the level of the entry in the way. */
export type TableOutcome =
  | { readonly ok: true }
  /** `level`: that of the entry in the way, if it is told. */
  | { readonly ok: false; readonly reason?: TableRefusal; readonly level?: number | undefined }

/** Why hardware refuses an access. */
export type TableFault =
  | 'non-canonical' | 'not-present' | 'permission' | 'reserved' | 'access-flag' | 'dirty-flag' | 'address-size' | 'memory'

/** A word that hardware would write back. */
export interface WordWrite {
  /** Where the word lies, a multiple of 8. */
  readonly paddr: bigint
  /** The whole word. */
  readonly word: bigint
}

/**
 * What hardware makes of an access: an address and the words that it would write back, or a fault and the level of the
 * word that raises it, as steps of the walk still to go.
 */
export type TableTranslation =
  /** `updates`: words that hardware would write back. */
  | { readonly kind: 'mapped'; readonly paddr: bigint; readonly updates: readonly WordWrite[] }
  /** `level` counts the steps of the walk that were still to go. */
  | { readonly kind: 'fault'; readonly reason: TableFault; readonly level: number }

/** What is said about one address. */
export interface TableMapping {
  /** Where the address leads, its offset in the page included. */
  readonly paddr: bigint
  /** Of the leaf, in bytes. */
  readonly size: bigint
  /** What the leaf alone grants. */
  readonly flags: string
}

/** A leaf, or a run of leaves that are alike, next to each other and with consecutive frames. */
export interface TableLeaf {
  /** The first virtual address. */
  readonly start: bigint
  /** Of the whole run, in bytes. */
  readonly size: bigint
  /** The first physical address. */
  readonly paddr: bigint
  /** Of each leaf, in bytes. */
  readonly leafSize: bigint
  /** What each leaf grants. */
  readonly flags: string
  /** Whether a use is marked; absent where leaves do not tell. */
  readonly accessed?: boolean
  /** Whether a write is marked; absent where leaves do not tell. */
  readonly dirty?: boolean
}

/**
 * What happened, in this order; told as it happens: ranges that became stale, a live entry that was replaced by way of
 * an invalid word, a frame that was given back. Sizes are in bytes.
 */
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
  /** The word at a multiple of 8. */
  readWord(paddr: bigint): bigint
  /** Writes the word at a multiple of 8, behind the table's back. */
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

/** How a change of a range treats holes. */
export interface ChangeOfTable {
  /** What to do where nothing is mapped; default `refuse`. */
  readonly holes?: 'refuse' | 'skip'
}

/** A fresh page table. Optional parts are there exactly if the manifest says so. */
export interface PageTableInstance {
  /** Maps [vaddr, vaddr + size) to [paddr, paddr + size). */
  map(vaddr: bigint, size: bigint, paddr: bigint, flags: string): TableOutcome
  /** Unmaps [vaddr, vaddr + size). */
  unmap(vaddr: bigint, size: bigint, options?: ChangeOfTable): TableOutcome
  /** Gives [vaddr, vaddr + size) other flags. */
  protect(vaddr: bigint, size: bigint, flags: string, options?: ChangeOfTable): TableOutcome
  /** What the leaf at an address says, or undefined. */
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
  /** Ends the transaction; what was done stays. */
  commit?(): void
  /** Ends the transaction; what was done is undone. */
  rollback?(): void
  /** Gives a frame for a page, or undefined if there is none. A rollback takes it back. */
  allocatePage?(): bigint | undefined
  /** Gives a page's frame back. Throws if that was not allocated by this table, nor by one that shares its upper half. */
  freePage?(frame: bigint): void
  /** Where the tables lie. */
  readonly memory?: TableMemory
  /** Where table frames come from. */
  readonly frames?: TableFrames
}

/** An entry as a word says it. `frame` is the physical address of the next table, or of the page. */
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
  /** Where it is written: manual and chapter, or system and version. */
  readonly source: string
  /** The word. */
  readonly word: bigint
  /** The level at which it stands. */
  readonly level: number
  /** What it says. */
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
  /** To be called as things happen. */
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
  /** There is `translate`. */
  readonly translates: boolean
  /** There is `remap`. */
  readonly remaps: boolean
  /** There is `dispose`. */
  readonly disposes: boolean
  /** There is `share`. */
  readonly sharesUpperHalf: boolean
  /** There are `begin`, `commit` and `rollback`. */
  readonly transacts: boolean
  /** There are `allocatePage` and `freePage`. */
  readonly allocatesPages: boolean
  /** There is `memory`. */
  readonly hasMemory: boolean
  /** There is `frames`. */
  readonly hasFrames: boolean
  /** The subject has a `codec`. */
  readonly hasCodec: boolean
}

/** What a page table is and can do. */
export interface PageTableManifest {
  /** Whose words these are, for the cases about a machine's own bits; undefined for any other. */
  readonly machine?: 'x86-64' | 'riscv' | 'aarch64'
  /** Steps of a walk. */
  readonly levels: number
  /** A table has 2^indexBits entries. */
  readonly indexBits: number
  /** Bits of a physical address that are wired. */
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
  /** What it can do beyond the five operations. */
  readonly features: PageTableFeatures
}

/** A page table as a subject of the suite. */
export interface PageTableSubject {
  /** In reports. */
  readonly name: string
  /** What it is and can do; checked before anything runs. */
  readonly manifest: PageTableManifest
  /** What entry words mean, if that can be asked. */
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
