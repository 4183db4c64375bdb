// The contract between the judge and a machine: how a question is put to the CPU, and what its
// answer means. The judge knows no instruction; a machine neither the layouts nor our translate.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'
import type { Access, FaultReason, MappingFlags, Mode, PageTable, PhysMemory, PteFormat, Translation, WalkStep } from '@addrspace/page-table'

import type { Random } from './random.ts'

const MIB = 0x10_0000n

// Places in the machine's memory, counted from its first byte.
/** Where the guest says how many queries it has answered. */
export const DONE_AT: bigint = 3n * MIB
/** Queries, each of 8 words. */
export const QUERIES_AT: bigint = 4n * MIB
export const QUERY_WORDS = 8
/** Answers, each of 4 words. */
export const ANSWERS_AT: bigint = 8n * MIB
export const ANSWER_WORDS = 4
/** Frames for tables, up to where the pages begin. */
export const TABLES_AT: bigint = 16n * MIB
/** From here on, the memory is for what layouts map; no query reaches below. */
export const PAGES_AT: bigint = 32n * MIB

/** The most queries that one boot can take. */
export const MOST_QUERIES: number = Number(ANSWERS_AT - QUERIES_AT) / (QUERY_WORDS * 8)

export interface Query<C> {
  readonly vaddr: VirtAddr
  readonly access: Access
  readonly mode: Mode
  readonly controls: C
  /** What a write stores. */
  readonly value: bigint
}

/** What the CPU did, in words that all machines share. */
export type Answer = (
  /** The access went through; the memory type, where it is told, in flags: DEVICE, UNCACHED or none. */
  | { readonly kind: 'done'; readonly loaded?: bigint; readonly paddr?: bigint; readonly mode?: Mode; readonly memoryType?: MappingFlags }
  /** It was let through to an address where nothing is. */
  | { readonly kind: 'unbacked' }
  /** It was refused, for one of these reasons; the level where the CPU tells it. */
  | { readonly kind: 'refused'; readonly reasons: readonly FaultReason[]; readonly level?: number }
  /** Anything else; always a difference. */
  | { readonly kind: 'odd' }
) & {
  /** In the machine's own words. */
  readonly text: string
}

/** Where the emulator is known to differ from the manual; such queries are counted, and not put. */
export interface Leniency<C> {
  readonly name: string
  readonly why: string
  readonly applies: (query: Query<C>, translation: Translation, steps: readonly WalkStep[]) => boolean
}

/** A way to spoil a word. */
export type Corruption = (word: bigint, level: number, random: Random) => bigint

/** Memory whose content the emulator decides, [start, end). */
export interface ForeignRange {
  readonly start: bigint
  readonly end: bigint
}

export interface Machine<C> {
  readonly name: string
  readonly format: PteFormat<C>
  /** The program, and its arguments but those of memory and process. */
  readonly program: string
  readonly args: readonly string[]
  /** The firmware's image, given to the emulator in a file of its own. */
  readonly firmware?: Uint8Array
  /** How its process ends after the guest has answered everything. */
  readonly exitCode: number
  readonly ramBase: PhysAddr
  readonly ramSize: bigint
  readonly foreign: readonly ForeignRange[]
  /** From here on up to the machine's width nothing answers. */
  readonly nothingFrom: bigint
  /** Whether an access to an address where nothing is can be put, and for which accesses. */
  readonly unbackedAccesses: readonly Access[]
  /** Top-level slots of the root (the upper one of two) that layouts leave alone. */
  readonly reservedSlot: number | undefined
  /** How often new leaves start with accessed and dirty set. */
  readonly presetShare: number
  /** Bits that the CPU may set in an entry on the way of an access that it refuses. */
  readonly mayBeSetOnFault: (step: WalkStep) => bigint
  readonly corruptions: readonly Corruption[]
  /** Ways to spoil a table pointer after which the walk mostly goes on. */
  readonly pointerCorruptions: readonly Corruption[]
  readonly leniencies: readonly Leniency<C>[]

  randomControls(random: Random): C
  /** Writes the guest, and maps what it needs in the reserved slot. */
  install(table: PageTable<C>, memory: PhysMemory, queryCount: number): void
  /** The words of a query; `isBacked` tells whether memory is where translate says that the access goes. */
  encodeQuery(query: Query<C>, isBacked: boolean): readonly bigint[]
  /** Eight bytes of code that report this tag, of 16 bits, to the guest. */
  fetchTarget(tag: number): bigint
  /** What the words of an answer mean; several if the CPU was asked in several ways. */
  decodeAnswer(words: readonly bigint[], query: Query<C>): readonly Answer[]
}

/** Whether an address is that of a table that layouts may have. */
export function isTableFrame<C>({ ramBase }: Machine<C>, paddr: bigint): boolean {
  return paddr >= ramBase + TABLES_AT && paddr < ramBase + PAGES_AT
}
