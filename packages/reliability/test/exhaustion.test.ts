// Every sequence of steps on the toy machine, with every failure. Below: that it finds what is wrong.
import { describe, expect, it } from 'vitest'

import { CI_EXHAUSTION, exploreToyMachine, openWorld, type OpenWorld, type World } from '../src/index.ts'

describe('every sequence of five steps on the toy machine, and every failure of each', () => {
  it.each(CI_EXHAUSTION)('is as the twin says, merging: $merge', (bounds) => {
    const figures = exploreToyMachine(bounds)
    expect(figures.sequences).toBe(20 ** 5)
    expect(figures.states).toBeGreaterThan(3_000)
    // Every step in every state that fewer than five steps lead to.
    expect(figures.transitions % figures.steps).toBe(0)
    expect(figures.transitions).toBeGreaterThan(20 * 1_000)
    expect(Math.min(figures.refusedCalls, figures.thrownCalls, figures.thrownCallbacks, figures.thrownSinks)).toBeGreaterThan(8_000)
    expect(Math.min(figures.refusedFrames, figures.thrownFrames, figures.lastingFrames)).toBeGreaterThan(5_000)
    expect(figures.refusedPermissions).toBeGreaterThan(1_000)
  }, 300_000)
})

describe('the search', () => {
  /** Worlds of which something is not right. */
  const broken = (change: (world: World) => void): OpenWorld => (name, options) => {
    const world = openWorld(name, options)
    change(world)
    return world
  }

  it('finds an invalidation that nobody is told of', () => {
    const open = broken(({ machine }) => { Object.defineProperty(machine, 'told', { value: [] }) })
    expect(() => exploreToyMachine({ depth: 2, merge: 'never', open })).toThrow(expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringMatching(/was changed, and not invalidated/) as string }) as Error }))
  })

  it('finds an allocator that hands out a frame twice', () => {
    const open = broken(({ machine }) => {
      const { frames } = machine!
      const allocate = frames.allocate.bind(frames)
      let calls = 0
      frames.allocate = () => {
        const frame = allocate()
        if (++calls % 3 === 0 && frame !== undefined) frames.free(frame)
        return frame
      }
    })
    expect(() => exploreToyMachine({ depth: 2, merge: 'never', open })).toThrow()
  })

  it('finds a backend that leaves a page behind', () => {
    const open = broken(({ backends }) => {
      const eager = backends.get('eager')!
      const unmap = eager.unmap.bind(eager)
      eager.unmap = (start, size, table) => size === 0x1000n || unmap(start, size, table)
    })
    expect(() => exploreToyMachine({ depth: 2, merge: 'never', open })).toThrow()
  })
})
