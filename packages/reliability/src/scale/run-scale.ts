// A million areas, 64 GiB of pages of 4 KiB, ten million random operations: what an operation costs is compared
// with a world that is many times smaller, and what the index and the page table take in the end with what they took
// in the beginning. The bounds of CI are smaller ones; the run is the same.
import { Random } from '@addrspace/conformance/model'
import { unwrap } from '@addrspace/memory-set'

import { compareWorld } from './compare-world.ts'
import { costsOf, type OperationCosts } from './operation-cost.ts'
import { OPERATION_KINDS, randomOperation, type OperationKind } from './random-operation.ts'
import { PAGE, ScaleWorld } from './scale-world.ts'
import { bytesOf, indexOf } from './touched-words.ts'

export interface ScaleBounds {
  readonly seed: number
  /** Areas in the beginning, of 16 pages each; a multiple of 8. */
  readonly areas: number
  /** Of the world that costs are compared with. */
  readonly fewAreas: number
  readonly operations: number
}

export const CI_SCALE: ScaleBounds = { seed: 1, areas: 2 ** 16, fewAreas: 2 ** 11, operations: 1_000_000 }
export const FULL_SCALE: ScaleBounds = { seed: 1, areas: 2 ** 20, fewAreas: 2 ** 14, operations: 10_000_000 }

/** What a world takes at one moment. */
export interface ScaleCheckpoint {
  readonly operations: number
  readonly areas: number
  /** Leaves and inner nodes of the index. */
  readonly nodes: number
  /** Of the index, what is kept for nodes to come included. */
  readonly indexBytes: number
  readonly leaves: number
  readonly tables: number
  /** Frames in use that are neither a table nor a page. */
  readonly lostFrames: number
  /** Of simulated memory, as far as anything was ever written to it. */
  readonly memoryBytes: number
}

/** The cost of a kind of operation: in the large world compared with the small one. */
export interface CostRatio {
  readonly words: number
  /** Steps into tables, as a difference: where few of them are needed, a multiple says nothing. */
  readonly moreSteps: number
  readonly calls: number
}

export interface ScaleFigures {
  readonly areas: number
  /** In leaves of 4 KiB, in the beginning. */
  readonly mappedBytes: number
  readonly operations: number
  /** The larger world has so many times as many areas. */
  readonly factor: number
  readonly start: ScaleCheckpoint
  readonly afterTenth: ScaleCheckpoint
  readonly end: ScaleCheckpoint
  /** With all areas mapped anew as they were in the beginning. */
  readonly restored: ScaleCheckpoint
  /** With nothing mapped. */
  readonly cleared: ScaleCheckpoint
  /** Average words of the index per operation, in the large world in the end. */
  readonly words: Readonly<Record<OperationKind, number>>
  readonly ratios: Readonly<Record<OperationKind, CostRatio>>
  readonly invalidated: number
}

/** What is going on, and how far it has come. Called often. */
export type ScaleObserver = (stage: string, done: number, total: number) => void

const SAMPLES = 300
/** Random operations before costs are measured in the small world, per area. */
const SETTLING = 8

/**
 * Runs within bounds.
 *
 * @throws Error if anything that is answered, or found there in the end, is wrong
 */
export function runScale({ seed, areas, fewAreas, operations }: ScaleBounds, observe: ScaleObserver = () => undefined): ScaleFigures {
  const world = new ScaleWorld(areas)
  fill(world, 'mapping', observe)
  const start = checkpoint(world, 0)
  const random = new Random(seed)
  const operate = (from: number, to: number): ScaleCheckpoint => {
    for (let i = from; i < to; i++) {
      randomOperation(random, world)
      observe('random operations', i + 1, operations)
    }
    return checkpoint(world, to)
  }
  const tenth = Math.floor(operations / 10)
  const afterTenth = operate(0, tenth)
  const end = operate(tenth, operations)
  // Only now: counting makes slow what runs after it.
  const small = costsOf(settledWorld(seed, fewAreas, observe), seed, SAMPLES)
  const large = costsOf(world, seed, SAMPLES)
  fill(world, 'mapping anew', observe)
  const restored = checkpoint(world, operations)
  unwrap(world.set.clear())
  world.bytes.fill(0)
  return {
    areas, mappedBytes: start.leaves * Number(PAGE), operations, factor: areas / fewAreas,
    start, afterTenth, end, restored, cleared: checkpoint(world, operations),
    words: record((kind) => large[kind].words),
    ratios: record((kind) => ratio(large, small, kind)),
    invalidated: world.invalidated,
  }
}

/** A world that has seen as much, for its size, as a large one. */
function settledWorld(seed: number, areas: number, observe: ScaleObserver): ScaleWorld {
  const world = new ScaleWorld(areas)
  fill(world, 'mapping a small one', observe)
  const random = new Random(seed)
  for (let i = 0; i < SETTLING * areas; i++) randomOperation(random, world)
  return world
}

function fill(world: ScaleWorld, stage: string, observe: ScaleObserver): void {
  let done = 0
  world.fill(() => observe(stage, ++done, world.slots))
}

/** Compares everything, and measures. */
function checkpoint(world: ScaleWorld, operations: number): ScaleCheckpoint {
  const { leaves, ownFrames } = compareWorld(world)
  const { set, table, frames, memory } = world
  return {
    operations, areas: set.size, nodes: indexOf(set).store.liveNodes, indexBytes: bytesOf(set), leaves, tables: table.tableCount,
    lostFrames: frames.usedFrames - table.tableCount - ownFrames, memoryBytes: memory.allocatedBytes,
  }
}

function ratio(large: OperationCosts, small: OperationCosts, kind: OperationKind): CostRatio {
  const of = (what: 'words' | 'calls'): number => (small[kind][what] === 0 ? 1 : large[kind][what] / small[kind][what])
  return { words: of('words'), moreSteps: large[kind].visits - small[kind].visits, calls: of('calls') }
}

function record<T>(of: (kind: OperationKind) => T): Record<OperationKind, T> {
  return Object.fromEntries(OPERATION_KINDS.map((kind) => [kind, of(kind)])) as Record<OperationKind, T>
}
