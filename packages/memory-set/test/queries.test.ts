import { addrRange, va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { show } from './support/show.ts'
import { space, world } from './support/world.ts'

const SPACE = 18446744073709551616n

describe('finding an area', () => {
  //         0x1000   0x2000   0x3000
  // areas   [=======)[=======)
  const { set } = world(['0x1000-0x2000 1', '0x2000-0x3000 2'])
  it.each<[string, bigint, number | undefined]>([
    ['in front of the first byte', 0xfffn, undefined],
    ['at the first byte', 0x1000n, 1],
    ['at the last byte', 0x1fffn, 1],
    ['where the next begins', 0x2000n, 2],
    ['behind the last byte', 0x3000n, undefined],
  ])('%s', (_, addr, flags) => {
    expect(set.find(va(addr))?.flags).toBe(flags)
  })
  it('gives nothing in an empty set', () => {
    expect(world().set.find(va(0))).toBe(undefined)
  })
  it('tells bytes apart that the same double stands for', () => {
    const { set } = space(['0x8000000000000801-0x8000000000000802 1', '0x8000000000000803-0x8000000000000804 2'])
    const found = [0x800n, 0x801n, 0x802n, 0x803n, 0x804n].map((low) => set.find(va(0x8000000000000000n + low))?.flags)
    expect(found).toEqual([undefined, 1, undefined, 2, undefined])
  })
  it('finds at both ends of the space', () => {
    const { set } = space(['0x0-0x1 1', '0xffffffffffffffff-0x10000000000000000 2'])
    expect([set.find(va(0))?.flags, set.find(va(1)), set.find(va(SPACE - 2n)), set.find(va(SPACE - 1n))?.flags]).toEqual([1, undefined, undefined, 2])
  })
  it('takes an address modulo 2^64, as documented: no constructor of addresses gives one out of range', () => {
    const { set } = space(['0x0-0x1 1', '0xffffffffffffffff-0x10000000000000000 2'])
    expect([set.find(SPACE as never)?.flags, set.find(-1n as never)?.flags]).toEqual([1, 2])
  })
  it('gives areas that are equal, not identical', () => {
    const [first, second] = [set.find(va(0x1000)), set.find(va(0x1fff))]
    expect(first?.equals(second!)).toBe(true)
  })
})

describe('asking for overlap', () => {
  //         0x1000   0x2000   0x3000
  // area             [=======)
  const { set } = world(['0x2000-0x3000 1'])
  it.each<[string, bigint, bigint, boolean]>([
    ['up to its first byte', 0x1000n, 0x2000n, false],
    ['up to and including its first byte', 0x1000n, 0x2001n, true],
    ['from its last byte on', 0x2fffn, 0x4000n, true],
    ['from its end on', 0x3000n, 0x4000n, false],
    ['inside', 0x2800n, 0x2801n, true],
    ['all around', 0n, SPACE, true],
    ['empty, at its start', 0x2000n, 0x2000n, false],
    ['empty, strictly inside', 0x2800n, 0x2800n, false],
    ['empty, at its end', 0x3000n, 0x3000n, false],
  ])('%s', (_, start, end, expected) => {
    expect(set.overlaps({ start: va(start), end })).toBe(expected)
    expect(set.overlaps(addrRange(va(start), end))).toBe(expected)
  })
  it('of an area with itself, since an area is a range', () => {
    expect(set.overlaps(set.find(va(0x2000))!)).toBe(true)
  })
  it('looks at the last byte below 2^53 and below 2^64, where doubles end', () => {
    const { set } = space(['0x20000000000000-0x20000000000001 1', '0xffffffffffffffff-0x10000000000000000 2'])
    expect(set.overlaps({ start: va(0x1ffffffffffffen), end: 0x20000000000000n })).toBe(false)
    expect(set.overlaps({ start: va(0x1fffffffffffffn), end: 0x20000000000001n })).toBe(true)
    expect(set.overlaps({ start: va(0x20000000000001n), end: 0x20000000000002n })).toBe(false)
    expect(set.overlaps({ start: va(0x20000000000001n), end: SPACE - 1n })).toBe(false)
    expect(set.overlaps({ start: va(0x20000000000001n), end: SPACE })).toBe(true)
  })
})

describe('the number of areas', () => {
  it('counts areas, not bytes', () => {
    const { set, backend } = world()
    expect([set.size, set.isEmpty]).toEqual([0, true])
    unwrap(set.map(va(0), 0x10000n, 1, backend))
    expect([set.size, set.isEmpty]).toEqual([1, false])
    unwrap(set.unmap(va(0x1000), 1n))
    expect(set.size).toBe(2)
  })
})

describe('iterating', () => {
  const areas = ['0x1000-0x2000 1', '0x2000-0x3000 2', '0x5000-0x6000 3']
  it('gives all areas in address order', () => {
    expect(show(world(['0x5000-0x6000 3', '0x1000-0x2000 1', '0x2000-0x3000 2']).set)).toEqual(areas)
    expect(show(world().set)).toEqual([])
  })
  it('gives an iterator that can be iterated over', () => {
    const iterator = world(areas).set[Symbol.iterator]()
    iterator.next()
    expect(show(iterator)).toEqual(areas.slice(1))
  })
  it('can be left early and started again', () => {
    const { set } = world(areas)
    for (const area of set) if (area.flags === 1) break
    expect(show(set)).toEqual(areas)
  })
  it.each<[string, bigint, bigint, number[]]>([
    ['everything', 0n, SPACE, [1, 2, 3]],
    ['the last byte of one to the first of the next', 0x1fffn, 0x2001n, [1, 2]],
    ['from an end up to a start', 0x3000n, 0x5000n, []],
    ['inside of one', 0x5800n, 0x5801n, [3]],
    ['empty inside of one', 0x5800n, 0x5800n, []],
    ['empty at 2^64 - 1', SPACE - 1n, SPACE - 1n, []],
    ['behind all', 0x6000n, SPACE, []],
  ])('in a range gives the areas that intersect it, uncut: %s', (_, start, end, flags) => {
    expect(Array.from(world(areas).set.areasIn({ start: va(start), end }), (area) => area.flags)).toEqual(flags)
  })
  it('in a range that ends at 2^64 gives the last byte', () => {
    const { set } = space(['0x0-0x1 1', '0xffffffffffffffff-0x10000000000000000 2'])
    expect(show(set.areasIn({ start: va(1), end: SPACE }))).toEqual(['0xffffffffffffffff-0x10000000000000000 2'])
  })
})

describe('iterating over a set that changes meanwhile', () => {
  it('gives what is added behind, and not what is added in front', () => {
    const { set, backend } = world(['0x2000-0x3000 1', '0x6000-0x7000 2'])
    const seen: string[] = []
    for (const area of set) {
      seen.push(...show([area]))
      if (area.flags !== 1) continue
      unwrap(set.map(va(0), 0x1000n, 8, backend))
      unwrap(set.map(va(0x4000), 0x1000n, 9, backend))
    }
    expect(seen).toEqual(['0x2000-0x3000 1', '0x4000-0x5000 9', '0x6000-0x7000 2'])
  })
  it('does not give what is removed before it comes', () => {
    const { set } = world(['0x2000-0x3000 1', '0x4000-0x5000 2', '0x6000-0x7000 3'])
    const seen: number[] = []
    for (const { flags } of set) {
      seen.push(flags)
      if (flags === 1) unwrap(set.unmap(va(0x4000), 0x1000n))
    }
    expect(seen).toEqual([1, 3])
  })
  it('can unmap each area as it comes', () => {
    const { set } = world(['0x2000-0x3000 1', '0x4000-0x5000 2', '0x6000-0x7000 3'])
    for (const area of set) unwrap(set.unmap(area.start, area.size))
    expect(set.isEmpty).toBe(true)
  })
  it('gives no byte twice, where an area grows over one that was given', () => {
    // given    [=)
    // then     [###)
    // behind        [=)
    const { set, backend } = world(['0x1000-0x2000 1', '0x4000-0x5000 2'], { merge: 'equal-neighbours' })
    const iterator = set[Symbol.iterator]()
    iterator.next()
    unwrap(set.map(va(0x2000), 0x1000n, 1, backend))
    expect(show(set)).toEqual(['0x1000-0x3000 1', '0x4000-0x5000 2'])
    expect(show(iterator)).toEqual(['0x4000-0x5000 2'])
  })
  it('stays done, once done', () => {
    const { set, backend } = world(['0x1000-0x2000 1'])
    for (const iterator of [set[Symbol.iterator](), set.areasIn({ start: va(0), end: SPACE })]) {
      expect(show(iterator)).toHaveLength(1)
      unwrap(set.map(va(0x8000), 0x1000n, 1, backend))
      expect(iterator.next()).toEqual({ done: true, value: undefined })
      unwrap(set.unmap(va(0x8000), 0x1000n))
    }
  })
  it('goes on over what a transaction left when it went back', () => {
    const { set } = world(['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3'])
    const iterator = set[Symbol.iterator]()
    iterator.next()
    expect(() => set.transaction(() => {
      unwrap(set.clear())
      throw new Error('back')
    })).toThrow('back')
    expect(show(iterator)).toEqual(['0x3000-0x4000 2', '0x5000-0x6000 3'])
  })
  it('goes on over what is there again, when it was begun inside the transaction that went back', () => {
    const { set } = world(['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3'])
    const iterators: IterableIterator<unknown>[] = []
    expect(() => set.transaction(() => {
      unwrap(set.unmap(va(0x5000), 0x1000n))
      const iterator = set[Symbol.iterator]()
      expect([String(iterator.next().value), String(iterator.next().value)]).toEqual(['0x1000-0x2000 1', '0x3000-0x4000 2'])
      iterators.push(iterator)
      throw new Error('back')
    })).toThrow('back')
    expect(Array.from(iterators[0]!, String)).toEqual(['0x5000-0x6000 3'])
  })
  it('keeps the range it was started with', () => {
    const { set, backend } = world(['0x1000-0x2000 1', '0x3000-0x4000 2'])
    const iterator = set.areasIn({ start: va(0x1000), end: 0x5000n })
    iterator.next()
    unwrap(set.map(va(0x4fff), 0x1000n, 3, backend))
    unwrap(set.map(va(0x6000), 0x1000n, 4, backend))
    expect(show(iterator)).toEqual(['0x3000-0x4000 2', '0x4fff-0x5fff 3'])
  })
})

describe('the page table of a set', () => {
  it('is the one it was given', () => {
    const { set, table } = world()
    expect(set.pageTable).toBe(table)
    expect(new MemorySet({ pageTable: undefined }).pageTable).toBe(undefined)
  })
})
