import { va } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { errorOf, reasonOf, show, showCalls } from './support/show.ts'
import { space, world } from './support/world.ts'

const SPACE = 18446744073709551616n

describe('unmapping', () => {
  //         0x1000   0x2000   0x3000   0x4000   0x5000   0x6000   0x7000
  // areas   [=======)         [=================)        [========)
  //            1                      2                      3
  const areas = ['0x1000-0x2000 1', '0x3000-0x5000 2', '0x6000-0x7000 3']
  it.each<[string, bigint, bigint, string[], string[]]>([
    ['exactly an area', 0x3000n, 0x2000n, ['0x1000-0x2000 1', '0x6000-0x7000 3'], ['unmap 0x3000+0x2000']],
    ['the left end of one', 0x2800n, 0x1000n, ['0x1000-0x2000 1', '0x3800-0x5000 2', '0x6000-0x7000 3'], ['unmap 0x3000+0x800']],
    ['the right end of one', 0x4800n, 0x1000n, ['0x1000-0x2000 1', '0x3000-0x4800 2', '0x6000-0x7000 3'], ['unmap 0x4800+0x800']],
    ['its first byte', 0x3000n, 1n, ['0x1000-0x2000 1', '0x3001-0x5000 2', '0x6000-0x7000 3'], ['unmap 0x3000+0x1']],
    ['its last byte', 0x4fffn, 1n, ['0x1000-0x2000 1', '0x3000-0x4fff 2', '0x6000-0x7000 3'], ['unmap 0x4fff+0x1']],
    ['its middle', 0x3800n, 0x1000n, ['0x1000-0x2000 1', '0x3000-0x3800 2', '0x4800-0x5000 2', '0x6000-0x7000 3'], ['unmap 0x3800+0x1000']],
    [
      'from the middle of one to the middle of another', 0x1800n, 0x5000n, ['0x1000-0x1800 1', '0x6800-0x7000 3'],
      ['unmap 0x1800+0x800', 'unmap 0x3000+0x2000', 'unmap 0x6000+0x800'],
    ],
    ['all of it', 0n, 0x10000n, [], ['unmap 0x1000+0x1000', 'unmap 0x3000+0x2000', 'unmap 0x6000+0x1000']],
    ['a hole that two areas touch', 0x2000n, 0x1000n, areas, []],
    ['what is behind all areas', 0x7000n, 0x1000n, areas, []],
    ['what is in front of all areas', 0n, 0x1000n, areas, []],
  ])('%s', (_, start, size, rest, calls) => {
    const { set, gate, state } = world(areas)
    unwrap(set.unmap(va(start), size))
    expect(state()).toEqual({ areas: rest, table: rest })
    expect(showCalls(gate.takeCalls())).toEqual(calls)
    set.checkInvariants()
  })
  it('is nothing to do for size 0, even strictly inside an area', () => {
    const { set, gate } = world(areas)
    for (const start of [0n, 0x1000n, 0x1800n, 0x2000n, SPACE - 1n]) unwrap(set.unmap(va(start), 0n))
    expect(show(set)).toEqual(areas)
    expect(gate.takeCalls()).toEqual([])
  })
  it('is refused above 2^64, and takes the last byte', () => {
    const { set } = space(['0xfffffffffffff000-0x10000000000000000 1'])
    expect(errorOf(set.unmap(va(SPACE - 1n), 2n))).toMatchObject({ code: 'InvalidParam', reason: 'out-of-range' })
    unwrap(set.unmap(va(SPACE - 1n), 1n))
    expect(show(set)).toEqual(['0xfffffffffffff000-0xffffffffffffffff 1'])
    unwrap(set.unmap(va(0), SPACE))
    expect(set.isEmpty).toBe(true)
  })
  it('keeps flags and backend of what is left', () => {
    const { set, backend } = world(['0x1000-0x4000 5'])
    unwrap(set.unmap(va(0x2000), 0x1000n))
    for (const area of set) expect([area.flags, area.backend]).toEqual([5, backend])
  })
  it('is undone when a backend refuses half way', () => {
    const { set, gate, state } = world(areas)
    const before = state()
    gate.failAt(3)
    const error = errorOf(set.unmap(va(0x1800), 0x5000n))
    expect(error).toMatchObject({ code: 'BadState', reason: 'backend-refused', range: { start: 0x6000n, end: 0x6800n } })
    expect(error.message).toBe('the backend refused to unmap [0x6000, 0x6800)')
    expect(state()).toEqual(before)
    expect(showCalls(gate.takeCalls())).toEqual([
      'unmap 0x1800+0x800', 'unmap 0x3000+0x2000', 'unmap 0x6000+0x800 refused', 'map 0x3000+0x2000 2', 'map 0x1800+0x800 1',
    ])
  })
  it('works again after it was refused', () => {
    const { set, gate } = world(areas)
    gate.failAt(2)
    expect(reasonOf(set.unmap(va(0), 0x10000n))).toBe('backend-refused')
    gate.open()
    unwrap(set.unmap(va(0), 0x10000n))
    expect(set.isEmpty).toBe(true)
  })
})

describe('clearing', () => {
  it('removes all areas, one after the other', () => {
    const { set, gate, state } = world(['0x1000-0x2000 1', '0x3000-0x5000 2'])
    unwrap(set.clear())
    expect(state()).toEqual({ areas: [], table: [] })
    expect(showCalls(gate.takeCalls())).toEqual(['unmap 0x1000+0x1000', 'unmap 0x3000+0x2000'])
    expect([set.size, set.isEmpty]).toEqual([0, true])
  })
  it('is nothing to do for an empty set', () => {
    const { set, gate } = world()
    unwrap(set.clear())
    expect(gate.takeCalls()).toEqual([])
  })
  it('removes areas at both ends of the space', () => {
    const { set } = space(['0x0-0x1 1', '0xffffffffffffffff-0x10000000000000000 2'])
    unwrap(set.clear())
    expect(set.isEmpty).toBe(true)
  })
  it('brings everything back when one area is refused, and succeeds later', () => {
    const { set, gate, state } = world(['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3'])
    const before = state()
    gate.failAt(3)
    expect(errorOf(set.clear())).toMatchObject({ code: 'BadState', reason: 'backend-refused' })
    expect(state()).toEqual(before)
    gate.open()
    unwrap(set.clear())
    expect(state()).toEqual({ areas: [], table: [] })
  })
  it('ignores granules, since no area is cut', () => {
    const { set, backend } = world()
    unwrap(set.map(va(0x1000), 0x1000n, 1, Object.assign(backend, { granule: 0x1000n })))
    unwrap(set.clear())
    expect(set.isEmpty).toBe(true)
  })
  it('takes a large set, also within a transaction', () => {
    const { set } = space()
    const { backend } = space()
    for (let i = 0n; i < 3000n; i++) unwrap(set.map(va(i * 2n), 1n, 0, backend))
    unwrap(set.transaction(() => set.clear()))
    expect(set.isEmpty).toBe(true)
  })
})
