/**
 * What a scenario says, as data: a header and a list of operations. Text is the parser's and the writer's business,
 * what the operations do is the runner's.
 */

import type { FlagsText } from './flags.ts'

/** A value as JSON has it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** The backends a header may name. Which of them can run is decided by the adapters at hand. */
export const SCENARIO_BACKENDS: readonly [
  'mock', 'null', 'x86-64', 'riscv-sv39', 'aarch64', 'x86-64-la57', 'riscv-sv48', 'riscv-sv57',
] = ['mock', 'null', 'x86-64', 'riscv-sv39', 'aarch64', 'x86-64-la57', 'riscv-sv48', 'riscv-sv57']
/** A backend as a header names it. */
export type ScenarioBackendName = (typeof SCENARIO_BACKENDS)[number]

/** Where tables and allocated frames come from, if the header does not say. */
export const DEFAULT_MEMORY: ScenarioMemory = { base: 0x8000_0000n, size: 0x400_0000n }

/** Physical memory, in bytes; `base + size` is at most 2^64. */
export interface ScenarioMemory {
  /** The first physical address. */
  readonly base: bigint
  /** In bytes. */
  readonly size: bigint
}

/** Which call fails, counted from 1 over the whole scenario: of a backend, of the frame allocator, of a flags callback. */
export interface ScenarioFailure {
  /** The n-th call of a backend. */
  readonly call?: number
  /** The n-th allocation of a frame. */
  readonly frame?: number
  /** The n-th call of a flags callback. */
  readonly callback?: number
}

/** The first line of a scenario. `id`, `machines`, `catches`, `agreed` and `notes` are for vectors; the runner ignores them. */
export interface ScenarioHeader {
  /** In reports. */
  readonly name?: string
  /** What the scenario was written for; a run may choose another. */
  readonly backend: ScenarioBackendName
  /** What is left out is that of `DEFAULT_MEMORY`. */
  readonly memory?: Partial<ScenarioMemory>
  /** Whether equal neighbours become one area; default false. */
  readonly merge?: boolean
  /** `hardware`: leaves start without accessed and dirty; default: with both. */
  readonly ad?: 'hardware'
  /** What fails; default nothing. */
  readonly fail?: ScenarioFailure
  /** Unique among vectors. */
  readonly id?: string
  /** Those that the vector holds for; default `backend` alone. */
  readonly machines?: readonly ScenarioBackendName[]
  /** The real bug that the vector catches. */
  readonly catches?: string | readonly string[]
  /** Who says so too: a manual, another implementation. */
  readonly agreed?: string | readonly string[]
  /** For readers. */
  readonly notes?: string | readonly string[]
}

/** What realises an area: frames at once, frames on first use, or the physical run that starts at `linear`. */
export type Backing = 'alloc' | 'demand' | { readonly linear: bigint }

/** What a program does to memory. */
export type ScenarioAccess = 'read' | 'write' | 'exec'
/** With which rights it does that. */
export type ScenarioMode = 'user' | 'kernel'

/** Machine state that decides a translation; each machine reads its own names and ignores the others'. */
export interface TranslateControls {
  /** x86-64, CR0.WP: the kernel may not write what is read-only; default true. */
  readonly wp?: boolean
  /** x86-64, EFER.NXE: no-execute counts; default true. */
  readonly nxe?: boolean
  /** x86-64, CR4.SMEP: the kernel executes no user page; default false. */
  readonly smep?: boolean
  /** x86-64, CR4.SMAP: the kernel reads and writes no user page; default false. */
  readonly smap?: boolean
  /** RISC-V, sstatus.SUM: the kernel may read and write user pages; default false. */
  readonly sum?: boolean
  /** RISC-V, sstatus.MXR: executable pages can be read; default false. */
  readonly mxr?: boolean
  /** RISC-V: whether an access to a leaf without accessed or dirty faults (`svade`, the default), or hardware sets the bits (`svadu`). */
  readonly ad?: 'svade' | 'svadu'
  /** AArch64, PSTATE.PAN: the kernel reads and writes no user page; default false. */
  readonly pan?: boolean
}

/** What an operation may be held against. */
interface Expecting {
  /** Compared with the result by value; of an object only the fields it names. */
  readonly expect?: JsonValue
}
/** A range [start, start + size). */
interface OnRange {
  /** The first address. */
  readonly start: bigint
  /** Bytes, at most 2^64. */
  readonly size: bigint
}

/** Adds an area. */
export interface MapOp extends Expecting, OnRange {
  readonly op: 'map'
  /** As letters, or as a number on backends whose flags are numbers. */
  readonly flags: FlagsText
  /** Default `alloc`. */
  readonly backing?: Backing
  /** Default `refuse`. */
  readonly onOverlap?: 'refuse' | 'replace'
}

/** Removes what is mapped in a range. */
export interface UnmapOp extends Expecting, OnRange { readonly op: 'unmap' }

/** Changes the flags in a range. */
export interface ProtectOp extends Expecting, OnRange {
  readonly op: 'protect'
  /** The new ones, or with a mask their values. */
  readonly flags: FlagsText
  /** Only these bits change; an area in which they are equal already is left alone. */
  readonly mask?: FlagsText
  /** Default `skip`. */
  readonly holes?: 'skip' | 'refuse'
}

/** Asks for the area at an address. */
export interface FindOp extends Expecting {
  readonly op: 'find'
  /** Any 64-bit word. */
  readonly addr: bigint
}

/** Asks whether an area lies in a range. */
export interface OverlapsOp extends Expecting, OnRange { readonly op: 'overlaps' }

/** Asks for a free range. */
export interface FindFreeOp extends Expecting {
  readonly op: 'findFree'
  /** In bytes. */
  readonly size: bigint
  /** Upwards the lowest start that is wanted, downwards the highest end; default: the limit's. */
  readonly hint?: bigint
  /** Start and exclusive end. */
  readonly limit?: readonly [bigint, bigint]
  /** A power of two. */
  readonly align?: bigint
  /** Default `up`. */
  readonly direction?: 'up' | 'down'
  /** Bytes to keep clear; a single number keeps as much clear below as above. */
  readonly gap?: bigint | { readonly below?: bigint; readonly above?: bigint }
}

/** Asks what the machine makes of an access. */
export interface TranslateOp extends Expecting {
  readonly op: 'translate'
  /** Any 64-bit word. */
  readonly addr: bigint
  /** What a program does. */
  readonly access: ScenarioAccess
  /** With which rights. */
  readonly mode: ScenarioMode
  /** What is left out has the machine's default. */
  readonly controls?: TranslateControls
}

/** Asks for the leaf at an address. */
export interface QueryOp extends Expecting {
  readonly op: 'query'
  /** Any 64-bit word. */
  readonly addr: bigint
}

/** Lets a fault be handled by the area at an address. */
export interface FaultOp extends Expecting {
  readonly op: 'fault'
  /** Any 64-bit word. */
  readonly addr: bigint
  /** What a program did. */
  readonly access: ScenarioAccess
}

/** An operation without arguments. */
export interface PlainOp extends Expecting {
  /** List the areas, remove them all, or bracket a transaction. */
  readonly op: 'areas' | 'clear' | 'begin' | 'commit' | 'rollback'
}

/** One line of a scenario but its header. */
export type ScenarioOp =
  | MapOp | UnmapOp | ProtectOp | FindOp | OverlapsOp | FindFreeOp | TranslateOp | QueryOp | FaultOp | PlainOp

/** One scenario: a fresh subject, then the operations in order. */
export interface Scenario {
  /** What it runs on. */
  readonly header: ScenarioHeader
  /** What it does, in order. */
  readonly ops: readonly ScenarioOp[]
  /** Lines of the file, from 1, if it came from one; `ops` runs parallel to the operations. */
  readonly lines?: { readonly header: number; readonly ops: readonly number[] }
}
