import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { AcceptAll } from './support/accept-all.ts'
import { errorOf, reasonOf, show, showArea, showCalls } from './support/show.ts'
import { space, world } from './support/world.ts'

const SPACE = 18446744073709551616n

describe('mapping into free space', () => {
  it('adds an area and has its backend map it', () => {
    const { set, backend, table, gate } = world()
    unwrap(set.map(va(0x1000), 0x2000n, 7, backend))
    expect(show(set)).toEqual(['0x1000-0x3000 7'])
    expect(table.dump()).toEqual(['0x1000-0x3000 7'])
    expect(showCalls(gate.takeCalls())).toEqual(['map 0x1000+0x2000 7'])
  })
  it('takes an area of one byte', () => {
    const { set, backend } = world()
    unwrap(set.map(va(0x1fff), 1n, 7, backend))
    expect(show(set)).toEqual(['0x1fff-0x2000 7'])
  })
  it('takes what touches an area on both sides, and does not merge it by default', () => {
    // old    [=)     [=)
    // new       [===)
    const { set, backend } = world(['0x1000-0x2000 7', '0x4000-0x5000 7'])
    unwrap(set.map(va(0x2000), 0x2000n, 7, backend))
    expect(show(set)).toEqual(['0x1000-0x2000 7', '0x2000-0x4000 7', '0x4000-0x5000 7'])
  })
  it('takes the first byte of the space, the last one, and all of it', () => {
    expect(show(space(['0x0-0x1 1']).set)).toEqual(['0x0-0x1 1'])
    expect(show(space(['0xffffffffffffffff-0x10000000000000000 1']).set)).toEqual(['0xffffffffffffffff-0x10000000000000000 1'])
    expect(show(space(['0x0-0x10000000000000000 1']).set)).toEqual(['0x0-0x10000000000000000 1'])
  })
  it('takes neighbours whose bounds no double can hold', () => {
    const areas = ['0x8000000000000001-0x8000000000000002 1', '0x8000000000000002-0x8000000000000003 2', '0x8000000000000004-0x8000000000000005 3']
    const { set } = space(areas)
    expect(show(set)).toEqual(areas)
    expect(set.find(va(0x8000000000000003n))).toBe(undefined)
    expect(set.find(va(0x8000000000000002n))?.flags).toBe(2)
  })
  it('keeps flags that are no number as they are', () => {
    const flags = { read: true }
    const set = new MemorySet<object, null>({ pageTable: null })
    unwrap(set.map(va(0), 1n, flags, new AcceptAll<object>()))
    expect(set.find(va(0))?.flags).toBe(flags)
  })
  it('takes flags that are undefined, NaN or -0 for what they are', () => {
    for (const flags of [undefined, NaN, -0, 0, null]) {
      const set = new MemorySet<unknown, null>({ pageTable: null })
      unwrap(set.map(va(0), 1n, flags, new AcceptAll<unknown>()))
      expect(set.find(va(0))?.flags).toBe(flags)
    }
  })
  it('tells 0 from -0 next to each other', () => {
    const { set } = space(['0x0-0x1 0'])
    unwrap(set.map(va(1), 1n, -0, new AcceptAll()))
    expect(Array.from(set, ({ flags }) => flags)).toEqual([0, -0])
  })
})

describe('mapping where areas are', () => {
  //      0x1000   0x2000   0x3000   0x4000
  // old           [================)
  const old = ['0x2000-0x4000 7']
  it.each([
    ['its first byte', 0x1000n, 0x1001n],
    ['its last byte', 0x3fffn, 1n],
    ['its middle', 0x2800n, 0x800n],
    ['exactly it', 0x2000n, 0x2000n],
    ['all around it', 0x1000n, 0x4000n],
  ])('is refused with the area in the way: over %s', (_, start, size) => {
    const { set, backend, gate, state } = world(old)
    const before = state()
    const error = errorOf(set.map(va(start), size, 1, backend))
    expect(error).toMatchObject({ code: 'AlreadyExists', reason: 'overlap' })
    expect(error.range).toMatchObject({ start, end: start + size })
    expect(showArea(error.area!)).toBe('0x2000-0x4000 7')
    expect(state()).toEqual(before)
    expect(gate.takeCalls()).toEqual([])
  })
  it('names the first of several areas in the way', () => {
    const { set, backend } = world(['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3'])
    const error = errorOf(set.map(va(0x2000), 0x4000n, 7, backend))
    expect(showArea(error.area!)).toBe('0x3000-0x4000 2')
    expect(error.message).toBe('[0x2000, 0x6000) overlaps the area 0x3000-0x4000 2')
  })
  it('is refused by default and when asked to', () => {
    const { set, backend } = world(old)
    expect(reasonOf(set.map(va(0x2000), 1n, 1, backend))).toBe('overlap')
    expect(reasonOf(set.map(va(0x2000), 1n, 1, backend, {}))).toBe('overlap')
    expect(reasonOf(set.map(va(0x2000), 1n, 1, backend, { onOverlap: 'refuse' }))).toBe('overlap')
  })
})

describe('mapping in place of areas', () => {
  it('cuts a hole into one and fills it', () => {
    // old    [==============)
    // new         [###)
    const { set, backend, table, gate } = world(['0x1000-0x5000 7'])
    unwrap(set.map(va(0x2000), 0x1000n, 1, backend, { onOverlap: 'replace' }))
    expect(show(set)).toEqual(['0x1000-0x2000 7', '0x2000-0x3000 1', '0x3000-0x5000 7'])
    expect(table.dump()).toEqual(['0x1000-0x2000 7', '0x2000-0x3000 1', '0x3000-0x5000 7'])
    expect(showCalls(gate.takeCalls())).toEqual(['unmap 0x2000+0x1000', 'map 0x2000+0x1000 1'])
  })
  it('cuts the ends of two and removes the one between', () => {
    // old    [=====)  [==)   [=====)
    // new       [#############)
    const { set, backend, table, gate } = world(['0x1000-0x3000 1', '0x4000-0x5000 2', '0x6000-0x8000 3'])
    unwrap(set.map(va(0x2000), 0x5000n, 7, backend, { onOverlap: 'replace' }))
    expect(show(set)).toEqual(['0x1000-0x2000 1', '0x2000-0x7000 7', '0x7000-0x8000 3'])
    expect(table.dump()).toEqual(['0x1000-0x2000 1', '0x2000-0x7000 7', '0x7000-0x8000 3'])
    expect(showCalls(gate.takeCalls())).toEqual(['unmap 0x2000+0x1000', 'unmap 0x4000+0x1000', 'unmap 0x6000+0x1000', 'map 0x2000+0x5000 7'])
  })
  it('takes the place of exactly one', () => {
    const { set, backend } = world(['0x1000-0x3000 1', '0x3000-0x5000 2', '0x5000-0x6000 3'])
    unwrap(set.map(va(0x3000), 0x2000n, 7, backend, { onOverlap: 'replace' }))
    expect(show(set)).toEqual(['0x1000-0x3000 1', '0x3000-0x5000 7', '0x5000-0x6000 3'])
  })
  it('is an ordinary map where nothing is in the way', () => {
    const { set, backend, gate } = world(['0x1000-0x2000 1'])
    unwrap(set.map(va(0x2000), 0x1000n, 7, backend, { onOverlap: 'replace' }))
    expect(showCalls(gate.takeCalls())).toEqual(['map 0x2000+0x1000 7'])
  })
  it('takes the place of everything, up to 2^64', () => {
    const { set, backend } = space(['0x0-0x1 1', '0x8000000000000001-0x8000000000000003 2', '0xffffffffffffffff-0x10000000000000000 3'])
    unwrap(set.map(va(0), SPACE, 9, backend, { onOverlap: 'replace' }))
    expect(show(set)).toEqual(['0x0-0x10000000000000000 9'])
  })
  it('has each old area unmapped by its own backend', () => {
    const { set, gate } = space(['0x1000-0x3000 1'])
    const other = new AcceptAll()
    unwrap(set.map(va(0x2000), 0x2000n, 2, other, { onOverlap: 'replace' }))
    expect(showCalls(gate.takeCalls())).toEqual(['unmap 0x2000+0x1000'])
    expect(showCalls(other.gate.takeCalls())).toEqual(['map 0x2000+0x2000 2'])
    expect(set.find(va(0x2000))?.backend).toBe(other)
  })
})

describe('mapping what is no area', () => {
  it('is refused for size 0, also in place of areas and at the last address', () => {
    const { set, backend, gate } = world(['0x1000-0x2000 1'])
    for (const start of [0n, 0x1000n, 0x1800n, SPACE - 1n]) {
      for (const onOverlap of ['refuse', 'replace'] as const) {
        const error = errorOf(set.map(va(start), 0n, 7, backend, { onOverlap }))
        expect(error).toMatchObject({ code: 'InvalidParam', reason: 'empty-range', range: { start, end: start } })
      }
    }
    expect(gate.takeCalls()).toEqual([])
  })
  it.each([
    ['by one byte', 0x1000n, SPACE - 0xfffn],
    ['at the last address', SPACE - 1n, 2n],
    ['with a size of 2^64', 1n, SPACE],
    ['with a size above 2^64', 0n, SPACE + 1n],
  ])('is refused above 2^64: %s', (_, start, size) => {
    const { set, backend, gate } = world(['0x1000-0x2000 1'])
    const error = errorOf(set.map(va(start), size, 7, backend))
    expect(error).toMatchObject({ code: 'InvalidParam', reason: 'out-of-range' })
    expect(error.range).toBe(undefined)
    expect(gate.takeCalls()).toEqual([])
  })
  it('is refused as out of range before anything else', () => {
    const { set } = world(['0x1000-0x2000 1'])
    const paged = Object.assign(new AcceptAll(), { granule: 0x1000n })
    expect(reasonOf(set.map(va(0x1001), SPACE, 7, paged))).toBe('out-of-range')
    expect(reasonOf(set.map(va(0x1001), 0n, 7, paged))).toBe('empty-range')
    expect(reasonOf(set.map(va(0x1001), 0x1000n, 7, paged))).toBe('misaligned')
    expect(reasonOf(set.map(va(0x1000), 0x1000n, 7, paged))).toBe('overlap')
  })
})

describe('a backend that refuses to map', () => {
  it('leaves nothing behind', () => {
    const { set, backend, gate, state } = world(['0x1000-0x2000 1'])
    const before = state()
    gate.failAt(1)
    expect(errorOf(set.map(va(0x3000), 0x1000n, 7, backend))).toMatchObject({ code: 'BadState', reason: 'backend-refused', refusal: undefined })
    expect(state()).toEqual(before)
  })
  it('gets back what was to be replaced', () => {
    // old    [=====)  [==)
    // new       [#######)       refused
    const { set, backend, gate, state } = world(['0x1000-0x3000 1', '0x4000-0x5000 2'])
    const before = state()
    gate.failAt(3, 'refuse-with-reason')
    const error = errorOf(set.map(va(0x2000), 0x2800n, 7, backend, { onOverlap: 'replace' }))
    expect(error).toMatchObject({ reason: 'backend-refused', refusal: { reason: 'out-of-frames', cause: 'call 3' }, cause: 'call 3' })
    expect(error.range).toMatchObject({ start: 0x2000n, end: 0x4800n })
    expect(state()).toEqual(before)
    expect(showCalls(gate.takeCalls())).toEqual([
      'unmap 0x2000+0x1000', 'unmap 0x4000+0x800', 'map 0x2000+0x2800 7 refused', 'map 0x4000+0x800 2', 'map 0x2000+0x1000 1',
    ])
  })
})
