// Every operation of a list in every state that sequences of them reach, against the dense model: what
// is mapped, which tables there are, what is reported, in which order, and that a refusal changes nothing.
import { describe, expect, it } from 'vitest'

import { checkWorld, equalBytes } from './support/check.ts'
import { act, actOnModel, showOperation, type Halves, type Operation } from './support/operations.ts'
import { brokenPages, differing, reportedPages, stalePages } from './support/stale.ts'
import { OPERATIONS, shifted, statesOf, type State } from './support/states.ts'
import { ToyFormat, type ToyOptions } from './support/toy-format.ts'
import { worldOf, type World } from './support/world.ts'

// Two roots have at most 42 tables.
const FRAMES = 48
const buffer = new ArrayBuffer(FRAMES * 4096)

function build(format: ToyFormat, path: readonly Operation[], halves: Halves): World {
  const world = worldOf(format, { frames: FRAMES, buffer })
  for (const operation of path) if (!act(world.table, operation, halves).ok) throw new Error(`${showOperation(operation)} was refused`)
  world.reports.length = 0
  world.log.length = 0
  return world
}

/** Makes one step in a fresh copy of a state, and checks all there is to check. */
function step(format: ToyFormat, state: State, operation: Operation, halves: Halves, needsBreak: boolean): void {
  const world = build(format, state.path, halves)
  const image = world.bytes.slice()
  const used = world.frames.inner.usedFrames
  const expected = actOnModel(state.model, operation)
  const result = act(world.table, operation, halves)
  if (result.ok !== (expected !== undefined)) throw new Error(result.ok ? 'was not refused' : `was refused: ${result.error.message}`)
  if (expected === undefined) {
    if (!equalBytes(image, world.bytes)) throw new Error('a refusal has changed the memory')
    if (world.frames.inner.usedFrames !== used || world.reports.length > 0) throw new Error('a refusal has kept a frame or reported something')
  }
  const after = expected ?? state.model
  checkWorld(world, after)
  const stale = needsBreak ? brokenPages(state.model, after) : stalePages(state.model, after)
  const reported = reportedPages(world.reports, after.pages.length)
  if (differing(stale, reported).length > 0) throw new Error(`not reported: ${differing(stale, reported).join()}`)
  // Where a table goes, hidden leaves in it are told as well, since the pointer to it may be cached.
  const hasDropped = state.model.tables.some((table) => !after.tables.includes(table))
  const mayTell = hasDropped && operation.verb === 'unmap' ? operation : { from: 0, count: 0 }
  const forNothing = differing(reported, stale).filter((page) => page < mayTell.from || page >= mayTell.from + mayTell.count)
  if (forNothing.length > 0) throw new Error(`reported for nothing: ${forNothing.join()}`)
  const firstFree = world.log.findIndex((line) => line.startsWith('free '))
  if (expected !== undefined && firstFree >= 0 && world.log.includes('told', firstFree)) throw new Error('frames are freed before everybody is told')
  if (hasDropped && world.log[0] !== 'told') throw new Error('a table is freed, and nobody is told')
}

/** All operations in all states; how many there were of both. */
function explore(options: ToyOptions, operations: readonly Operation[], depth: number): { states: number; steps: number } {
  const format = new ToyFormat(options)
  const halves = options.halves ?? 'sign-extended'
  const states = statesOf(operations, depth, halves === 'two-roots' ? 128 : 64)
  for (const state of states) {
    for (const operation of operations) {
      try {
        step(format, state, operation, halves, options.breaks === 'size-frame-or-type')
      } catch (error) {
        throw new Error(`after ${state.path.map(showOperation).join(', ')}: ${showOperation(operation)}`, { cause: error })
      }
    }
  }
  return { states: states.length, steps: states.length * operations.length }
}

describe('every operation in every state', () => {
  it('agrees with the model: 1583 states, 30077 steps', () => {
    expect(explore({}, OPERATIONS, 5)).toEqual({ states: 1583, steps: 30077 })
  }, 60_000)
  it('agrees in the upper half, on a machine that breaks before it makes: 619 states, 11761 steps', () => {
    expect(explore({ breaks: 'size-frame-or-type', frameLow: 15 }, shifted(OPERATIONS, 32), 4)).toEqual({ states: 619, steps: 11761 })
  }, 60_000)
  it('agrees in both halves at once, with two roots and the frame field high up: 140 states, 5320 steps', () => {
    expect(explore({ halves: 'two-roots', frameLow: 32 }, [...OPERATIONS, ...shifted(OPERATIONS, 96)], 2)).toEqual({ states: 140, steps: 5320 })
  }, 60_000)
  it('agrees where leaves stand only at level 0 and 1: 187 states, 3553 steps', () => {
    const operations = OPERATIONS.map((operation) => (operation.verb === 'map' ? { ...operation, maxLeafLevel: 1 } : operation))
    expect(explore({ leafLevels: [0, 1] }, operations, 3)).toEqual({ states: 187, steps: 3553 })
  }, 60_000)
})
