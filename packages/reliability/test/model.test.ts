// Random commands against the twin, in the bounds of CI; and that what is wrong is found, made small, and shown by a
// scenario that fails there and passes everywhere else.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseScenarios } from '@addrspace/conformance'
import type { MemorySet } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'

import { CI_MODEL, mismatches, ModelRunner, openRightWorld, runModel, type ModelReport, type OpenWorld } from '../src/model/index.ts'
import type { WorldName } from '../src/worlds/open-world.ts'
import type { World } from '../src/worlds/world.ts'

const PAGE = 0x1000n
const COMMAND_LINE = fileURLToPath(new URL('../../../apps/playground/src/cli/main.ts', import.meta.url))

/** Worlds that are right, but for what `spoil` does to each. */
function spoilt(spoil: (world: World) => void): OpenWorld {
  return (name, options) => {
    const world = openRightWorld(name, options)
    spoil(world)
    return world
  }
}

/** Worlds in which one method of every set is another. */
function withSet<K extends keyof MemorySet<number, unknown>>(method: K, make: (right: MemorySet<number, unknown>[K], world: World) => MemorySet<number, unknown>[K]): OpenWorld {
  return spoilt((world) => {
    const right = world.set[method]
    Object.defineProperty(world.set, method, { value: make((typeof right === 'function' ? right.bind(world.set) : right) as typeof right, world) })
  })
}

function foundIn(open: OpenWorld, name: WorldName): ModelReport {
  const { failure } = runModel({ seed: 1, commands: 50_000, names: [name], open })
  if (failure === undefined) throw new Error('nothing was found')
  return failure
}

/** Runs the command line, as a user does who was sent the file. */
function run(scenario: string): number | null {
  return spawnSync(process.execPath, ['--conditions=@addrspace/source', COMMAND_LINE, 'run', '-'], { input: scenario }).status
}

describe('random commands', () => {
  it('lead sets and page tables of every backend to what they lead the twin to', () => {
    const { figures, failure } = runModel(CI_MODEL)
    expect(failure?.scenario).toBeUndefined()
    expect(figures).toMatchObject({ backends: 9, failures: 0 })
    expect(figures.commands).toBeGreaterThanOrEqual(300_000)
    expect(figures.changes).toBeGreaterThan(figures.commands / 4)
    expect(figures.refusals).toBeGreaterThan(figures.commands / 10)
    for (const count of [figures.outOfFrames, figures.rolledBack, figures.snapshots, figures.staleRanges]) expect(count).toBeGreaterThan(300)
  }, 600_000)

  it('are the same for the same seed', () => {
    const [first, second] = [5, 5].map((seed) => runModel({ seed, commands: 2000 }).figures)
    expect(first).toEqual(second)
    expect(runModel({ seed: 6, commands: 2000 }).figures).not.toEqual(first)
  })

  it('find a failure again by the seed of its run alone', () => {
    // Wrong with many areas only, so that the first runs are right.
    const open = withSet('overlaps', (right, { set }) => (range) => set.size < 70 && right(range))
    const { seed } = runModel({ seed: 3, commands: 100_000, open }).failure!
    expect(seed).toBeGreaterThan(3)
    expect(new ModelRunner({ seed, open }).next()?.seed).toBe(seed)
  })
})

describe('a failure of a set that', () => {
  it('forgets the last cell of a range to unmap is shown by two commands', () => {
    const open = withSet('unmap', (right) => (start, size) => right(start, size > 1n ? size - 1n : size))
    const failure = foundIn(open, 'mock')
    expect(failure.commands.map(({ op }) => op)).toEqual(['map', 'unmap'])
    expectShown(failure, open)
  })

  it('finds no free space at the very end of a limit is shown by one search', () => {
    const open = withSet('findFreeArea', (right) => (size, options) => {
      const found = right(size, options)
      return found !== undefined && found + size === options?.limit?.end ? undefined : found
    })
    const failure = foundIn(open, 'null')
    expect(failure.commands.map(({ op }) => op)).toEqual(['findFree'])
    expectShown(failure, open)
  })

  it('keeps what a transaction did that throws is shown with its brackets', () => {
    const open = withSet('transaction', (right) => (fn) => {
      let thrown: Error | undefined
      const result = right(() => {
        try {
          return fn()
        } catch (error) {
          thrown = error as Error
          return { ok: true, value: undefined as never }
        }
      })
      if (thrown !== undefined) throw thrown
      return result
    })
    const failure = foundIn(open, 'aarch64')
    expect(failure.commands.length).toBeLessThanOrEqual(4)
    expect(failure.commands.at(-1)).toMatchObject({ op: 'rollback', how: 'throw' })
    expectShown(failure, open)
  })

  it('changes its snapshots is told, though no scenario can ask them', () => {
    const open = withSet('snapshot', (_, { set }) => () => liveView(set) as never)
    const failure = foundIn(open, 'mock')
    expect(failure.isShown).toBe(false)
    expect(failure.message).toMatch(/snapshot \d/)
    expect(failure.commands.length).toBe(2)
    expect(failure.scenario).toMatch(/^# \{"op":"snapshot"/m)
  })
})

/** What a snapshot would be that is none. */
function liveView(set: MemorySet<number, unknown>): unknown {
  return { get size() { return set.size }, [Symbol.iterator]: () => set[Symbol.iterator](), dispose: () => undefined }
}

describe('a failure of a backend that', () => {
  it('leaves the last page mapped is shown by the leaf that is still there', () => {
    const open = spoilt(({ backends }) => {
      for (const backend of backends.values()) {
        const right = backend.unmap.bind(backend)
        Object.defineProperty(backend, 'unmap', { value: (start: never, size: bigint, table: unknown) => right(start, size > PAGE ? size - PAGE : size, table) })
      }
    })
    const failure = foundIn(open, 'x86-64')
    expect(failure.commands.map(({ op }) => op)).toEqual(['map', 'unmap'])
    expectShown(failure, open)
    expect(failure.scenario).toMatch(/"op":"query".*"expect":null/)
  })
})

describe('a failure of a page table that', () => {
  it('does not undo what a refused operation did is found', () => {
    const open = spoilt(({ machine }) => {
      if (machine !== undefined) Object.defineProperty(machine.table, 'rollbackTransaction', { value: () => machine.table.commitTransaction() })
    })
    expect(foundIn(open, 'riscv-sv39').commands.length).toBeLessThanOrEqual(4)
  })

  it('does not tell what is stale is found', () => {
    const open = spoilt(({ machine }) => {
      if (machine !== undefined) Object.defineProperty(machine.told, 'push', { value: () => 0 })
    })
    const failure = foundIn(open, 'aarch64')
    expect(failure.message).toMatch(/was changed, and not invalidated/)
    expect(failure.commands.length).toBeLessThanOrEqual(3)
  })

  it('gives a frame back too late, or never, is found', () => {
    const open = spoilt(({ machine }) => {
      if (machine === undefined) return
      const { frames } = machine
      const right = frames.free.bind(frames)
      Object.defineProperty(frames, 'free', { value: (frame: never, count = 1) => { if (count < 3) right(frame, count) } })
    })
    expect(foundIn(open, 'riscv-sv48').message).toMatch(/frames are in use/)
  })

  it('is given any frame but the lowest is found', () => {
    const open = spoilt(({ machine }) => {
      if (machine === undefined) return
      const { frames } = machine
      const right = frames.allocate.bind(frames)
      frames.allocate = () => {
        const first = right()
        const second = frames.freeFrames % 16 === 0 ? right() : undefined
        if (first === undefined || second === undefined) return first
        frames.free(first)
        return second
      }
    })
    expect(foundIn(open, 'toy').message).toMatch(/was handed out, not/)
  })

  it('hands out a frame that is not zero is found', () => {
    const open = spoilt(({ machine }) => {
      if (machine === undefined) return
      const { table, words, memory } = machine
      const right = table.allocateFrames.bind(table)
      Object.defineProperty(table, 'allocateFrames', {
        value: (count: number) => {
          const frame = right(count)
          if (frame !== undefined) words[(Number(frame >> 12n) - memory.firstFrame) * 1024] = 7
          return frame
        },
      })
    })
    expect(foundIn(open, 'x86-64-la57').message).toMatch(/holds 7, not 0/)
  })
})

/** The scenario mismatches where it came from, and nowhere else. */
function expectShown({ scenario, name, isShown }: ModelReport, open: OpenWorld): void {
  expect(isShown).toBe(true)
  expect(parseScenarios(scenario)).toHaveLength(1)
  expect(mismatches(open, name, scenario)).toBe(true)
  expect(mismatches(openRightWorld, name, scenario)).toBe(false)
  expect(run(scenario)).toBe(0)
}
