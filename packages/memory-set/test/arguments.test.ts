/** Every documented throw: what only a mistake of the calling program can cause, as callers without types make it. */
import { va } from '@addrspace/memory-addr'
import { MemorySet, type MappingBackend } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { AcceptAll } from './support/accept-all.ts'
import { NOT_BIGINTS, untyped } from './support/untyped.ts'
import { world } from './support/world.ts'

const SPACE = 18446744073709551616n
const AREAS = ['0x1000-0x3000 1']

/** Calls with one wrong argument each: they throw, and change nothing. */
function expectThrow(call: (all: ReturnType<typeof world>) => unknown, error: TypeError | RangeError | RegExp): void {
  const all = world(AREAS)
  const before = all.state()
  expect(() => call(all)).toThrow(error)
  expect(all.state()).toEqual(before)
  expect(all.gate.takeCalls()).toEqual([])
  expect(all.set.size).toBe(1)
}

const identity = (flags: number): number => flags

describe('an address that is no bigint throws a TypeError that names it', () => {
  it.each(NOT_BIGINTS)('%o', (value, type) => {
    const addr = untyped(value)
    const error = (name: string): TypeError => new TypeError(`"${name}" must be a bigint, got ${type}`)
    expectThrow(({ set, backend }) => set.map(addr, 1n, 1, backend), error('start'))
    expectThrow(({ set }) => set.unmap(addr, 1n), error('start'))
    expectThrow(({ set }) => set.protect(addr, 1n, identity), error('start'))
    expectThrow(({ set }) => set.fault(addr, 'read'), error('addr'))
    expectThrow(({ set }) => set.find(addr), error('addr'))
    expectThrow(({ set }) => set.overlaps({ start: addr, end: 1n }), error('range.start'))
    expectThrow(({ set }) => set.areasIn({ start: addr, end: 1n }), error('range.start'))
    expectThrow(({ set }) => set.findFreeArea(1n, { limit: { start: addr, end: 1n } }), error('limit.start'))
    expectThrow(({ set }) => set.find(va(0x1000))!.contains(addr), error('addr'))
  })
})

describe('a size or an end that is no bigint throws a TypeError that names it', () => {
  it.each(NOT_BIGINTS)('%o', (value, type) => {
    const size = untyped(value)
    const error = (name: string): TypeError => new TypeError(`"${name}" must be a bigint, got ${type}`)
    expectThrow(({ set, backend }) => set.map(va(0), size, 1, backend), error('size'))
    expectThrow(({ set }) => set.unmap(va(0), size), error('size'))
    expectThrow(({ set }) => set.protect(va(0), size, identity), error('size'))
    expectThrow(({ set }) => set.findFreeArea(size), error('size'))
    expectThrow(({ set }) => set.overlaps({ start: va(0), end: size }), error('range.end'))
    expectThrow(({ set }) => set.areasIn({ start: va(0), end: size }), error('range.end'))
    expectThrow(({ set }) => set.findFreeArea(1n, { limit: { start: 0n, end: size } }), error('limit.end'))
    expectThrow(({ set }) => set.findFreeArea(1n, { hint: size }), error('hint'))
    expectThrow(({ set }) => set.findFreeArea(1n, { align: size }), error('align'))
    expectThrow(({ set }) => set.findFreeArea(1n, { alignOffset: size }), error('alignOffset'))
    expectThrow(({ set }) => set.findFreeArea(1n, { gap: { below: size } }), error('gap.below'))
    expectThrow(({ set }) => set.findFreeArea(1n, { gap: { above: size } }), error('gap.above'))
    expectThrow(({ set, backend }) => set.map(va(0), 1n, 1, backend, { guards: { below: size } }), error('guards.below'))
    expectThrow(({ set, backend }) => set.map(va(0), 1n, 1, backend, { guards: { above: size } }), error('guards.above'))
  })
})

describe('a number out of bounds throws a RangeError that names it', () => {
  it.each([-1n, SPACE, -SPACE])('an address of %s', (value) => {
    const addr = untyped(value)
    expectThrow(({ set, backend }) => set.map(addr, 1n, 1, backend), /^"start" must be in \[0, 2\^64\), got -?0x/)
    expectThrow(({ set }) => set.unmap(addr, 1n), /^"start" must be in/)
    expectThrow(({ set }) => set.protect(addr, 1n, identity), /^"start" must be in/)
    expectThrow(({ set }) => set.fault(addr, 'read'), /^"addr" must be in/)
    expectThrow(({ set }) => set.overlaps({ start: addr, end: SPACE }), /^"range.start" must be in/)
    expectThrow(({ set }) => set.find(va(0x1000))!.contains(addr), /^"addr" must be in/)
  })
  it('a negative size', () => {
    const error = new RangeError('"size" must be in [0, 2^64], got -0x1')
    expectThrow(({ set, backend }) => set.map(va(0), -1n, 1, backend), error)
    expectThrow(({ set }) => set.unmap(va(0), -1n), error)
    expectThrow(({ set }) => set.protect(va(0), -1n, identity), error)
    expectThrow(({ set }) => set.findFreeArea(-1n), error)
  })
  it('what a free search is given', () => {
    expectThrow(({ set }) => set.findFreeArea(SPACE + 1n), RangeError('"size" must be in [0, 2^64], got 0x10000000000000001'))
    expectThrow(({ set }) => set.findFreeArea(1n, { hint: -1n }), RangeError('"hint" must be in [0, 2^64], got -0x1'))
    expectThrow(({ set }) => set.findFreeArea(1n, { hint: SPACE + 1n }), /^"hint"/)
    expectThrow(({ set }) => set.findFreeArea(1n, { limit: { start: 0n, end: SPACE + 1n } }), /^"limit.end"/)
    expectThrow(({ set }) => set.findFreeArea(1n, { limit: { start: 2n, end: 1n } }), RangeError('"limit.end" must be at least 0x2, got 0x1'))
    expectThrow(({ set }) => set.findFreeArea(1n, { gap: { below: -1n } }), /^"gap.below"/)
    expectThrow(({ set }) => set.findFreeArea(1n, { gap: { above: SPACE + 1n } }), /^"gap.above"/)
    for (const align of [0n, 3n, 0x1800n, -2n, SPACE]) {
      expectThrow(({ set }) => set.findFreeArea(1n, { align }), /^"align" must be/)
      expectThrow(({ set }) => set.findFreeArea(0n, { align }), /^"align" must be/)
    }
    expectThrow(({ set }) => set.findFreeArea(1n, { align: 2n, alignOffset: 2n }), RangeError('"alignOffset" must be below the alignment, got 2'))
    expectThrow(({ set }) => set.findFreeArea(1n, { alignOffset: 1n }), /^"alignOffset"/)
    expectThrow(({ set }) => set.findFreeArea(1n, { align: 2n, alignOffset: -1n }), /^"alignOffset"/)
  })
  it('a reversed range', () => {
    const error = new RangeError('"range.end" must be at least 0x2000, got 0x1000')
    expectThrow(({ set }) => set.overlaps({ start: va(0x2000), end: 0x1000n }), error)
    expectThrow(({ set }) => set.areasIn({ start: va(0x2000), end: 0x1000n }), error)
  })
  it('guards', () => {
    expectThrow(({ set, backend }) => set.map(va(0), 1n, 1, backend, { guards: { below: -1n } }), /^"guards.below" must be in \[0, 2\^64\]/)
    expectThrow(({ set, backend }) => set.map(va(0), 1n, 1, backend, { guards: { above: SPACE + 1n } }), /^"guards.above"/)
  })
})

describe('an option that is none throws', () => {
  it.each(['Replace', '', true, null, 5])('%o', (value) => {
    const option = untyped(value)
    expectThrow(({ set, backend }) => set.map(va(0), 1n, 1, backend, { onOverlap: option }), /^"onOverlap" must be refuse or replace, got /)
    expectThrow(({ set }) => set.protect(va(0x1000), 1n, identity, { holes: option }), /^"holes" must be skip or refuse, got /)
    expectThrow(({ set }) => set.findFreeArea(1n, { direction: option }), /^"direction" must be up or down, got /)
    expectThrow(({ set }) => set.fault(va(0x1000), option), /^"access" must be read or write or exec, got /)
    expect(() => new MemorySet({ pageTable: null, merge: option })).toThrow(/^"merge" must be never or equal-neighbours, got /)
  })
  it('also where there is nothing to do', () => {
    expectThrow(({ set }) => set.protect(va(0x1000), 0n, identity, { holes: untyped('no') }), /^"holes"/)
    expectThrow(({ set }) => set.findFreeArea(0n, { direction: untyped('no') }), /^"direction"/)
  })
  it('null is no options', () => {
    expectThrow(({ set, backend }) => set.map(va(0), 1n, 1, backend, untyped(null)), /null/)
    expectThrow(({ set }) => set.protect(va(0), 1n, identity, untyped(null)), /null/)
    expectThrow(({ set }) => set.findFreeArea(1n, untyped(null)), /null/)
    expectThrow(({ set, backend }) => set.map(va(0), 1n, 1, backend, { guards: untyped(null) }), /null/)
    expectThrow(({ set }) => set.overlaps(untyped(null)), /null/)
    expect(() => new MemorySet(untyped(undefined))).toThrow(TypeError)
  })
})

describe('a function that is none throws a TypeError that names it', () => {
  it.each([null, 5, 'flags', {}])('%o', (value) => {
    expectThrow(({ set }) => set.protect(va(0x1000), 1n, untyped(value)), /^"update" must be a function from old flags to new ones, got /)
    expectThrow(({ set }) => set.protect(va(0x1000), 0n, untyped(value)), /^"update" must be/)
    expect(() => new MemorySet({ pageTable: null, flagsEqual: untyped(value) })).toThrow(/^"flagsEqual" must be a function, got /)
    expect(() => new MemorySet({ pageTable: null, permits: untyped(value) })).toThrow(/^"permits" must be a function, got /)
  })
})

describe('a backend that is none throws a TypeError', () => {
  const methods = { map: () => true, unmap: () => true, protect: () => true }
  it.each<[unknown, string]>([
    [null, 'object'], [undefined, 'undefined'], [5, 'number'], [{}, 'object'],
    [{ ...methods, map: undefined }, 'object'], [{ ...methods, unmap: true }, 'object'], [{ map: methods.map, unmap: methods.unmap }, 'object'],
  ])('%o', (backend, type) => {
    expectThrow(({ set }) => set.map(va(0), 1n, 1, untyped(backend)), TypeError(`"backend" must be a MappingBackend, got ${type}`))
  })
  it('is checked where a slice gives one, before anything is changed', () => {
    for (const slice of [() => undefined, () => ({}), () => null]) {
      const { set } = world()
      const sliced: MappingBackend<number, unknown> = { ...methods, slice: () => untyped(slice()) }
      expect(set.map(va(0x1000), 0x3000n, 1, sliced).ok).toBe(true)
      expect(() => set.unmap(va(0x2000), 0x1000n)).toThrow(/^"slice" must give a backend, got /)
      expect(() => set.protect(va(0x2000), 0x1000n, () => 2)).toThrow(TypeError)
      expect(String(set)).toBe('MemorySet(1 area)\n  0x1000-0x4000 1')
      set.checkInvariants()
    }
  })
})

describe('a granule that is none throws', () => {
  it.each([0n, 3n, -1n, SPACE])('a RangeError: %s', (granule) => {
    const backend = Object.assign(new AcceptAll(), { granule })
    expectThrow(({ set }) => set.map(va(0), 1n, 1, backend), /^"backend.granule" must be /)
    expect(() => world().set.map(va(0), 1n, 1, backend)).toThrow(RangeError)
  })
  it.each([4096, '4096', null])('a TypeError: %o', (granule) => {
    const backend = Object.assign(new AcceptAll(), { granule: untyped(granule) })
    expectThrow(({ set }) => set.map(va(0), 1n, 1, backend), TypeError(`"backend.granule" must be a bigint, got ${typeof granule}`))
  })
  it('also where it is that of a slice, before anything is changed', () => {
    const { set, backend } = world()
    const odd = Object.assign(new AcceptAll(), { granule: 3n })
    expect(set.map(va(0x1000), 0x3000n, 1, Object.assign(backend, { slice: () => odd })).ok).toBe(true)
    expect(() => set.unmap(va(0x2000), 0x1000n)).toThrow(/^"slice.granule" must be a power of two/)
    expect(set.size).toBe(1)
  })
})
