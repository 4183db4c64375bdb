// Every operation in every state with every number of free frames, and with an allocator that breaks
// its promise at every single allocation: refused, and the memory is byte for byte as it was.
import { describe, expect, it } from 'vitest'

import { checkWorld, equalBytes } from './support/check.ts'
import { act, actOnModel, showOperation, type Operation } from './support/operations.ts'
import { OPERATIONS, statesOf, type State } from './support/states.ts'
import { ToyFormat } from './support/toy-format.ts'
import { worldOf, type World } from './support/world.ts'

const FRAMES = 24
const buffer = new ArrayBuffer(FRAMES * 4096)
const format = new ToyFormat({ breaks: 'size-frame-or-type' })
const STATES = statesOf(OPERATIONS, 3)

function build(path: readonly Operation[]): World {
  const world = worldOf(format, { frames: FRAMES, buffer })
  for (const operation of path) expect(act(world.table, operation).ok).toBe(true)
  world.reports.length = 0
  return world
}

/** Acts with as few frames as `starve` leaves; gives whether it was carried out. */
function attempt(state: State, operation: Operation, isHonest: boolean, starve: (world: World) => void): boolean {
  const world = build(state.path)
  starve(world)
  const image = world.bytes.slice()
  const used = world.frames.inner.usedFrames
  const { allocations } = world.frames
  const result = act(world.table, operation)
  const { reports, bytes, frames, table } = world
  if (result.ok) {
    expect(actOnModel(state.model, operation)).toBeDefined()
    return true
  }
  if (isHonest && frames.allocations !== allocations) throw new Error('something was taken before it was refused')
  if (!equalBytes(image, bytes)) throw new Error('a refusal has changed the memory')
  if (reports.length > 0) throw new Error('a refusal has reported something')
  if (frames.inner.usedFrames !== used) throw new Error('a refusal has kept or lost a frame')
  if (table.tableCount !== 1 + state.model.tables.length) throw new Error('a refusal has changed the count of tables')
  return false
}

/** Tries with 0, 1, 2, … frames until it is carried out; gives how many it took. */
function takes(state: State, operation: Operation, isHonest: boolean, starve: (world: World, frames: number) => void): number {
  for (let n = 0; ; n++) {
    try {
      if (attempt(state, operation, isHonest, (world) => starve(world, n))) return n
    } catch (error) {
      throw new Error(`after ${state.path.map(showOperation).join(', ')}, with ${String(n)} frames: ${showOperation(operation)}`, { cause: error })
    }
  }
}

function possible(): [State, Operation][] {
  return STATES.flatMap((state) => OPERATIONS.filter((operation) => actOnModel(state.model, operation) !== undefined).map((operation): [State, Operation] => [state, operation]))
}

describe('every operation with too few frames', () => {
  it('is refused before anything is taken or written, and needs no frame more than it takes: 775 refusals', () => {
    let refusals = 0
    for (const [state, operation] of possible()) {
      const needed = takes(state, operation, true, ({ frames }, n) => {
        while (frames.freeFrames > n) frames.inner.allocate()
      })
      const world = build(state.path)
      const { allocations } = world.frames
      expect(act(world.table, operation).ok).toBe(true)
      expect(world.frames.allocations - allocations).toBe(needed)
      refusals += needed
    }
    expect(refusals).toBe(775)
  }, 60_000)
  it('is undone where the allocator fails at the n-th allocation although it promised more: 775 refusals', () => {
    let refusals = 0
    for (const [state, operation] of possible()) {
      refusals += takes(state, operation, false, ({ frames }, n) => {
        frames.failsAfter = frames.allocations + n
      })
    }
    expect(refusals).toBe(775)
  }, 60_000)
  it('is undone where the n-th frame does not lie in memory', () => {
    for (const [state, operation] of possible()) {
      takes(state, operation, false, ({ frames }, n) => {
        const allocate = frames.inner.allocate.bind(frames.inner)
        let left = n
        frames.inner.allocate = () => (left-- > 0 ? allocate() : (0x80_0000n as ReturnType<typeof allocate>))
        const free = frames.inner.free.bind(frames.inner)
        frames.inner.free = (frame, count) => {
          if (frame !== 0x80_0000n) free(frame, count)
        }
      })
    }
  }, 60_000)
  it('leaves a table that goes on working', () => {
    const state = STATES.at(-1)!
    const world = build(state.path)
    world.frames.failsAfter = world.frames.allocations
    for (const operation of OPERATIONS) act(world.table, operation)
    world.frames.failsAfter = Infinity
    expect(act(world.table, { verb: 'unmap', from: 0, count: 32, holes: 'skip' }).ok).toBe(true)
    checkWorld(world, STATES[0]!.model)
  })
})
