/**
 * A fresh address space on one backend, with everything that can fail made to fail on demand, and everything that a
 * refused operation must leave alone told as one text.
 */

import type { MockPageTable } from '@addrspace/backend-mock'
import type { RangeLike, VirtAddr } from '@addrspace/memory-addr'
import type { MappingBackend, MemorySet } from '@addrspace/memory-set'
import type { Invalidations, PageTable, PhysMemory } from '@addrspace/page-table'

import type { InjectedFrames } from './injected-frames.ts'
import type { Injector } from './injector.ts'

/** How an area may be backed. `eager`, `demand` and `linear` need a page table, `plain` and `other` are those of a world without. */
export type Backing = 'eager' | 'demand' | 'linear' | 'plain' | 'other' | 'sliced'

export type AnyBackend = MappingBackend<number, unknown>

export interface WorldOptions {
  readonly merge?: 'never' | 'equal-neighbours'
  /** Frames of memory, tables included, in a world with a page table; default 128. */
  readonly frames?: number
}

export interface World {
  readonly name: string
  readonly set: MemorySet<number, unknown>
  /** What fails next; counts whether anything does or not. */
  readonly injector: Injector
  /** One object per backing, so that neighbours may merge; slices of `sliced` are objects of their own. */
  readonly backends: ReadonlyMap<Backing, AnyBackend>
  /** What the backends can express, and what accesses they permit: r = 1, w = 2, x = 4, u = 8. */
  readonly flags: readonly number[]
  /** The granule of the backends. */
  readonly unit: bigint
  /**
   * Where areas are meant to be: canonical, below 2^47, its middle a multiple of every size of leaf up to 1 GiB (on the
   * toy machine, of its huge leaf), as are the frames of `linear`.
   */
  readonly window: RangeLike<VirtAddr>
  /** Undefined on null and mock. */
  readonly machine: WorldMachine | undefined
  /** The mock's table; undefined on all others. */
  readonly mock: MockPageTable | undefined
  /** Areas, what is mapped, which frames are in use and as what, a digest of each that holds something. Equal texts, equal contents. */
  contents(): string
  /**
   * Everything that a refused or thrown operation must leave as it was: the contents, and what the sink was told. Equal
   * texts, equal states.
   */
  state(): string
}

export interface WorldMachine {
  readonly table: PageTable<unknown>
  readonly memory: PhysMemory
  /** All of the memory as words. */
  readonly words: Int32Array
  readonly frames: InjectedFrames
  /** What the sink was told, oldest first. */
  readonly told: readonly Invalidations[]
}
