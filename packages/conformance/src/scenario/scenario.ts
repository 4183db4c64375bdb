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
export type ScenarioBackendName = (typeof SCENARIO_BACKENDS)[number]

/** Where tables and allocated frames come from, if the header does not say. */
export const DEFAULT_MEMORY: ScenarioMemory = { base: 0x8000_0000n, size: 0x400_0000n }

/** Physical memory, in bytes; `base + size` is at most 2^64. */
export interface ScenarioMemory {
  readonly base: bigint
  readonly size: bigint
}

/** Which call fails, counted from 1 over the whole scenario: of a backend, of the frame allocator, of a flags callback. */
export interface ScenarioFailure {
  readonly call?: number
  readonly frame?: number
  readonly callback?: number
}

/** The first line of a scenario. `id`, `catches`, `agreed` and `notes` are for vectors; the runner ignores them. */
export interface ScenarioHeader {
  readonly name?: string
  readonly backend: ScenarioBackendName
  readonly memory?: Partial<ScenarioMemory>
  readonly merge?: boolean
  readonly ad?: 'hardware'
  readonly fail?: ScenarioFailure
  readonly id?: string
  readonly catches?: string | readonly string[]
  readonly agreed?: string | readonly string[]
  readonly notes?: string | readonly string[]
}

/** What realises an area: frames at once, frames on first use, or the physical run that starts at `linear`. */
export type Backing = 'alloc' | 'demand' | { readonly linear: bigint }

export type ScenarioAccess = 'read' | 'write' | 'exec'
export type ScenarioMode = 'user' | 'kernel'

/** Machine state that decides a translation; each machine reads its own names and ignores the others'. */
export interface TranslateControls {
  readonly wp?: boolean
  readonly nxe?: boolean
  readonly smep?: boolean
  readonly smap?: boolean
  readonly sum?: boolean
  readonly mxr?: boolean
  readonly ad?: 'svade' | 'svadu'
  readonly pan?: boolean
}

interface Expecting {
  /** Compared with the result by value; of an object only the fields it names. */
  readonly expect?: JsonValue
}
interface OnRange {
  readonly start: bigint
  /** Bytes, at most 2^64. */
  readonly size: bigint
}

export interface MapOp extends Expecting, OnRange {
  readonly op: 'map'
  readonly flags: FlagsText
  readonly backing?: Backing
  readonly onOverlap?: 'refuse' | 'replace'
}
export interface UnmapOp extends Expecting, OnRange { readonly op: 'unmap' }
export interface ProtectOp extends Expecting, OnRange {
  readonly op: 'protect'
  readonly flags: FlagsText
  /** Only these bits change; an area in which they are equal already is left alone. */
  readonly mask?: FlagsText
  readonly holes?: 'skip' | 'refuse'
}
export interface FindOp extends Expecting { readonly op: 'find'; readonly addr: bigint }
export interface OverlapsOp extends Expecting, OnRange { readonly op: 'overlaps' }
export interface FindFreeOp extends Expecting {
  readonly op: 'findFree'
  readonly size: bigint
  readonly hint?: bigint
  /** Start and exclusive end. */
  readonly limit?: readonly [bigint, bigint]
  /** A power of two. */
  readonly align?: bigint
  readonly direction?: 'up' | 'down'
  /** Bytes to keep clear; a single number keeps as much clear below as above. */
  readonly gap?: bigint | { readonly below?: bigint; readonly above?: bigint }
}
export interface TranslateOp extends Expecting {
  readonly op: 'translate'
  readonly addr: bigint
  readonly access: ScenarioAccess
  readonly mode: ScenarioMode
  readonly controls?: TranslateControls
}
export interface QueryOp extends Expecting { readonly op: 'query'; readonly addr: bigint }
export interface FaultOp extends Expecting { readonly op: 'fault'; readonly addr: bigint; readonly access: ScenarioAccess }
export interface PlainOp extends Expecting { readonly op: 'areas' | 'clear' | 'begin' | 'commit' | 'rollback' }

export type ScenarioOp =
  | MapOp | UnmapOp | ProtectOp | FindOp | OverlapsOp | FindFreeOp | TranslateOp | QueryOp | FaultOp | PlainOp

/** One scenario: a fresh subject, then the operations in order. */
export interface Scenario {
  readonly header: ScenarioHeader
  readonly ops: readonly ScenarioOp[]
  /** Lines of the file, from 1, if it came from one; `ops` runs parallel to the operations. */
  readonly lines?: { readonly header: number; readonly ops: readonly number[] }
}
