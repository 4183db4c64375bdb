/**
 * What a backend has to offer so that scenarios run on it. The adapters themselves live where backends are chosen; the
 * runner knows none of them.
 */

import type { VirtAddr } from '@addrspace/memory-addr'
import type { MappingBackend, MemorySet } from '@addrspace/memory-set'
import type { TableSummary } from './result.ts'
import type { Backing, ScenarioAccess, ScenarioMemory, ScenarioMode, TranslateControls } from './scenario.ts'
import type { ScenarioValue } from './write.ts'

/** One kind of subject for scenarios: `F` is the set's flags type, `P` its page table. */
export interface ScenarioBackend<F, P> {
  /** As headers write it. */
  readonly name: string
  /** How results show flags; with `letters` a scenario must write them so, too. */
  readonly flagStyle: 'letters' | 'number'
  /** The set's flags for bits of the format (r=1 w=2 x=4 u=8 d=16 n=32 g=64; up to 255 where flags are numbers). */
  toFlags(bits: number): F
  /** The reverse of `toFlags`. */
  toBits(flags: F): number
  /**
   * Makes a fresh subject.
   *
   * @throws ScenarioError if the header asks for what the backend cannot have, such as memory that is not whole pages.
   */
  open(options: ScenarioOptions): ScenarioSubject<F, P>
}

/** What a header decides for its subject, defaults filled in. */
export interface ScenarioOptions {
  /** Where tables and allocated frames come from. */
  readonly memory: ScenarioMemory
  /** For the set's option of the same name. */
  readonly merge: 'never' | 'equal-neighbours'
  /** `hardware`: leaves start without accessed and dirty. */
  readonly ad: 'preset' | 'hardware'
  /** The allocation of a frame that fails, from 1. */
  readonly failingFrame: number | undefined
}

/** What `translate` is asked. */
export interface TranslateRequest {
  /** Any 64-bit word. */
  readonly addr: VirtAddr
  /** What a program does. */
  readonly access: ScenarioAccess
  /** With which rights. */
  readonly mode: ScenarioMode
  /** As written; the machine fills in its defaults. */
  readonly controls: TranslateControls
}

/** An address space of one scenario. */
export interface ScenarioSubject<F, P> {
  /** The set that operations are carried out on. */
  readonly set: MemorySet<F, P>
  /** The defaults of `findFree`. */
  readonly findFree: { readonly align: bigint; readonly limit: { readonly start: bigint; readonly end: bigint } }
  /** The backend for an area that starts at `start`; equal backings give the same object where their areas may merge. */
  backendFor(backing: Backing, start: VirtAddr): MappingBackend<F, P>
  /** `{paddr, updates?}` or a fault `{fault, level, bit}`; absent where there is no table. */
  translate?(request: TranslateRequest): ScenarioValue
  /** The leaf at an address, with the effective flags as bits of the format; absent where there is no table. */
  query?(addr: VirtAddr): { readonly paddr: bigint; readonly size: bigint; readonly flags: number } | null
  /** Absent where there is no table. */
  table?(): TableSummary
}
