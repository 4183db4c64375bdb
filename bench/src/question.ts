// What can be asked, and of whom.
import type { MemorySet } from '@addrspace/memory-set'
import type { PteFormat } from '@addrspace/page-table'

import type { AreaSet } from './area-set.ts'
import type { Task } from './task.ts'

/** A figure that is no time, in the question's unit. */
export interface Figure {
  readonly figure: number
}

interface AnyQuestion {
  readonly name: string
  /** What is measured, for the reader of a table. */
  readonly title: string
  /** Numbers of areas or pages. */
  readonly sizes: readonly number[]
  /** Of the figure; nanoseconds unless told otherwise. */
  readonly unit?: string
}

/** Asked of a set, and of whatever does the same job. */
export interface SetQuestion extends AnyQuestion {
  readonly of: 'set'
  prepare(newSet: () => AreaSet, count: number, seed: number): Task | Figure
}

/** Asked of what only MemorySet has. */
export interface MemorySetQuestion extends AnyQuestion {
  readonly of: 'memory-set'
  prepare(newSet: () => MemorySet<number, undefined>, count: number, seed: number): Task
}

/** Asked of page tables of a machine. */
export interface PageQuestion extends AnyQuestion {
  readonly of: 'page-table'
  prepare(format: PteFormat<unknown>, count: number, seed: number): Task
}

export type Question = SetQuestion | MemorySetQuestion | PageQuestion
