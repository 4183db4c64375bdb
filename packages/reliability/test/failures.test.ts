// Every failure, everywhere, in 10,000 random situations per backend. Below: that the search would find what it looks for.
import type { FrameBackend } from '@addrspace/backend-paging'
import { va } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'

import { CI_FAILURES, failEverywhere, LARGER_WORLD_NAMES, openWorld, WORLD_NAMES } from '../src/index.ts'
import { noFailures, Situation } from '../src/failures/situation.ts'
import type { Operation } from '../src/worlds/operation.ts'
import type { World } from '../src/index.ts'

const PLAIN = ['null', 'mock']

describe('in random situations, an operation that fails anywhere changes nothing', () => {
  it.each(WORLD_NAMES)('over %s', (name) => {
    const figures = failEverywhere(name, CI_FAILURES)
    expect(figures.situations).toBe(10_000)
    expect(figures.done).toBeGreaterThan(5_000)
    expect(Math.min(figures.refusedCalls, figures.thrownCalls, figures.lastingCalls, figures.thrownCallbacks)).toBeGreaterThan(8_000)
    expect(figures.refusedPermissions).toBeGreaterThan(300)
    const isPlain = PLAIN.includes(name)
    if (isPlain) expect(Math.min(figures.untrusted, figures.refusedUntrusted)).toBeGreaterThan(8_000)
    else expect(Math.min(figures.refusedFrames, figures.thrownFrames, figures.lastingFrames)).toBeGreaterThan(5_000)
    expect(isPlain ? figures.untrusted : figures.thrownSinks).toBeGreaterThan(500)
  }, 300_000)

  // The same formats with more levels: a tenth of the situations.
  it.each(LARGER_WORLD_NAMES)('over %s', (name) => {
    const figures = failEverywhere(name, { ...CI_FAILURES, situations: 1_000 })
    expect(figures.situations).toBe(1_000)
    expect(Math.min(figures.refusedCalls, figures.thrownCallbacks, figures.refusedFrames)).toBeGreaterThan(500)
  }, 300_000)
})

describe('the search', () => {
  const unmapAll: Operation = { verb: 'unmap', start: va(0n), size: 1n << 47n }

  function mapped(name: 'mock' | 'x86-64'): World {
    const world = openWorld(name)
    const [first, second] = [...world.backends.values()]
    const { start } = world.window
    unwrap(world.set.map(start, 2n * world.unit, 1, first!))
    unwrap(world.set.map(va(start + 2n * world.unit), 2n * world.unit, 1, second!))
    return world
  }

  it('finds a byte that a failure leaves behind', () => {
    const world = mapped('x86-64')
    const { frames, words } = world.machine!
    const free = frames.free.bind(frames)
    frames.free = (...freed) => { free(...freed); words[5]! ^= 1 }
    const map: Operation = { verb: 'map', start: va(0x1000n), size: 0x1000n, backing: 'eager', flags: 1, onOverlap: 'refuse' }
    expect(() => new Situation(world, map, noFailures()).run('tells')).toThrow(/the state has changed/)
  })

  it('finds a frame that a failure keeps', () => {
    const world = mapped('x86-64')
    const { frames } = world.machine!
    frames.free = () => undefined
    const map: Operation = { verb: 'map', start: va(0x1000n), size: 0x1000n, backing: 'eager', flags: 1, onOverlap: 'refuse' }
    expect(() => new Situation(world, map, noFailures()).run('tells')).toThrow(/the state has changed/)
  })

  it('finds an area that is not as its table says', () => {
    const world = mapped('x86-64')
    const inner = (world.backends.get('demand') as unknown as { inner: FrameBackend<unknown> }).inner
    inner.unmap = () => true
    const touched = va(world.window.start + 2n * world.unit)
    unwrap(world.set.fault(touched, 'read'))
    expect(() => new Situation(world, unmapAll, noFailures()).run('tells')).toThrow(/is mapped without an area|frames are in use/)
  })

  it('finds an operation that succeeds although a call was refused', () => {
    const world = mapped('mock')
    const { set } = world
    const unmap = set.unmap.bind(set)
    set.unmap = (...request) => {
      const result = unmap(...request)
      return result.ok ? result : { ok: true, value: undefined }
    }
    expect(() => new Situation(world, unmapAll, noFailures()).run('tells')).toThrow(/unexpectedly, it is done/)
  })

  it('finds a set that forgets where it must not work', () => {
    const world = mapped('mock')
    const { set } = world
    const unmap = set.unmap.bind(set)
    set.unmap = (...request) => {
      const result = unmap(...request)
      set.trust({ start: va(0n), end: 1n << 64n })
      return result
    }
    expect(() => new Situation(world, unmapAll, noFailures()).run('tells')).toThrow(/unexpectedly, it refused/)
  })
})
