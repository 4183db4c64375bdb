/** Random situations, in each of which an operation fails everywhere, over one backend. */

import { Random } from '@addrspace/conformance/model'
import { va } from '@addrspace/memory-addr'

import { LARGER_WORLD_NAMES, openWorld, WORLD_NAMES, type WorldName } from '../worlds/open-world.ts'
import { showOperation } from '../worlds/operation.ts'
import type { World } from '../worlds/world.ts'
import { RandomOperations } from './random-operation.ts'
import { noFailures, Situation, type FailureCounts } from './situation.ts'

export interface FailureBounds {
  /** States with an operation each. */
  readonly situations: number
  readonly seed: number
}

/** The bounds of CI, for each backend. */
export const CI_FAILURES: FailureBounds = { situations: 10_000, seed: 1 }

/** How many of each there were; nothing in it depends on the clock. */
export interface FailureFigures extends FailureCounts {
  situations: number
  /** Operations that were done in the end, and those refused or given up for what they asked. */
  done: number
  refused: number
}

/** Situations in which one world is used; then it is emptied, and everything must have been given back. */
const SITUATIONS_PER_WORLD = 40
/** Some memories are too small for what is asked. */
const FRAMES: readonly [number, ...number[]] = [128, 128, 48, 24]

const FRAME_INTS = 1024
/** Looks like an entry that is present, on every machine. */
const DIRT = 0x2bad_bad7

/** Each backend has situations of its own. */
const STREAM: readonly WorldName[] = [...WORLD_NAMES, ...LARGER_WORLD_NAMES]

/** @throws Error that tells the seed, the operation and the failure, if anything is not as it should be */
export function failEverywhere(name: WorldName, { situations, seed }: FailureBounds): FailureFigures {
  const figures: FailureFigures = { situations: 0, done: 0, refused: 0, ...noFailures() }
  for (let run = 0; figures.situations < situations; run++) {
    const random = new Random((seed * STREAM.length + STREAM.indexOf(name)) * 1_000_003 + run)
    const world = openWorld(name, { merge: random.oneIn(2) ? 'never' : 'equal-neighbours', frames: random.pick(FRAMES) })
    if (random.oneIn(4)) makeDirty(world)
    const operations = new RandomOperations(random, world)
    for (let i = 0; i < SITUATIONS_PER_WORLD && figures.situations < situations; i++) {
      const operation = operations.next()
      const situation = new Situation(world, operation, figures)
      try {
        const { kind } = situation.run(random.oneIn(4) ? 'throws' : 'tells')
        figures[kind === 'done' ? 'done' : 'refused']++
      } catch (error) {
        throw new Error(`${name}, seed ${seed}, world ${run}, situation ${i}: ${showOperation(operation)}, ${situation.doing}`, { cause: error })
      }
      figures.situations++
      writeToPages(world, random)
    }
    checkEmptied(world)
  }
  return figures
}

/** Memory that nobody uses yet holds something, which comes back when what it was used for is undone. */
function makeDirty({ machine }: World): void {
  if (machine === undefined) return
  const { frames, words } = machine
  words.fill(DIRT, frames.touched * FRAME_INTS)
  frames.touched = words.length / FRAME_INTS
}

/** A program goes on: what is in pages must survive whatever fails next. */
function writeToPages({ set, machine }: World, random: Random): void {
  if (machine === undefined) return
  for (const { start, size } of set) {
    if (!random.oneIn(4)) continue
    const at = va(start + BigInt(random.below(Number(size >> 12n))) * 0x1000n)
    const paddr = machine.table.query(at)?.paddr
    if (paddr !== undefined && machine.memory.contains(paddr, 8n)) machine.memory.writeWord(paddr, BigInt(1 + random.below(1 << 30)))
  }
}

/** Once all areas are gone and the table is disposed of, every frame is back, and zero unless it was never used. */
function checkEmptied({ set, machine }: World): void {
  const result = set.clear()
  if (!result.ok) throw result.error
  if (machine === undefined) return
  machine.table.dispose()
  const { inner } = machine.frames
  if (inner.usedFrames !== 0) throw new Error(`${inner.usedFrames} frames are lost`)
  if (machine.words.some((word) => word !== 0 && word !== DIRT)) throw new Error('a free frame holds something')
}
