import { va } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'

import { InjectedError, LARGER_WORLD_NAMES, openWorld, WORLD_NAMES } from '../src/index.ts'

describe.each([...WORLD_NAMES, ...LARGER_WORLD_NAMES])('the world of %s', (name) => {
  const middle = (world: ReturnType<typeof openWorld>): bigint => (world.window.start + world.window.end) / 2n

  it('maps, protects, faults and unmaps with every backing, across the middle of its window', () => {
    const world = openWorld(name)
    const empty = world.contents()
    for (const backend of world.backends.values()) {
      const start = va(middle(world) - 2n * world.unit)
      unwrap(world.set.map(start, 4n * world.unit, world.flags[1]!, backend))
      unwrap(world.set.fault(start, 'read'))
      unwrap(world.set.protect(start, 2n * world.unit, () => world.flags[3]))
      unwrap(world.set.unmap(start, 4n * world.unit))
    }
    expect(world.set.isEmpty).toBe(true)
    expect(world.contents()).toBe(empty)
  })

  it('tells another state for every change of an area, and of a byte of memory', () => {
    const world = openWorld(name)
    const seen = new Set([world.state()])
    const start = va(middle(world))
    const backend = world.backends.values().next().value!
    unwrap(world.set.map(start, 4n * world.unit, world.flags[1]!, backend))
    seen.add(world.state())
    unwrap(world.set.protect(start, world.unit, () => world.flags[3]))
    seen.add(world.state())
    unwrap(world.set.unmap(va(start + world.unit), world.unit))
    seen.add(world.state())
    if (world.machine === undefined) { expect(seen.size).toBe(4); return; }
    world.machine.words[5] = 1
    seen.add(world.state())
    expect(seen.size).toBe(5)
  })

  it('fails where it is told to', () => {
    const world = openWorld(name)
    const { set, injector } = world
    const start = va(middle(world))
    const backend = world.backends.values().next().value!
    const map = (): boolean => set.map(start, world.unit, world.flags[1]!, backend).ok
    injector.arm({ place: 'call', n: 1, how: 'refuse' })
    expect(map()).toBe(false)
    expect(injector.hasFired).toBe(true)
    injector.arm({ place: 'call', n: 1, how: 'throw' })
    expect(map).toThrow(InjectedError)
    injector.arm({ place: 'call', n: 2, how: 'throw' })
    expect(map()).toBe(true)
    expect(injector.hasFired).toBe(false)
    injector.arm()
    if (world.machine === undefined) return
    unwrap(set.unmap(start, world.unit))
    injector.arm({ place: 'frame', n: 1, how: 'refuse' })
    expect(map()).toBe(false)
    injector.arm()
    expect(map()).toBe(true)
    expect(injector.visits('frame')).toBeGreaterThan(1)
    injector.arm({ place: 'sink', n: 1, how: 'throw' })
    expect(() => set.unmap(start, world.unit)).toThrow(InjectedError)
    expect(set.isEmpty).toBe(true)
  })
})
