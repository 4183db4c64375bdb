/**
 * Where the original (memory_set 0.4.1) misbehaves or surprises, one test per entry: each name tells the wrong behaviour,
 * the test what happens here instead. Tags are those of the recorded operations (vectors/README.md).
 */
import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { AcceptAll } from './support/accept-all.ts'
import { Hostile } from './support/gate.ts'
import { codeOf, errorOf, show, showCalls } from './support/show.ts'
import { space, world } from './support/world.ts'

const SPACE = 18446744073709551616n
const MAX = SPACE - 1n

describe('wrong without any failure', () => {
  it('protect-zero-size-corrupts: a protect of size 0 inside an area leaves an empty area and forgets the right half', () => {
    // area      [=======)
    // protect       |
    const { set, gate, state } = world(['0x1000-0x3000 7'])
    let calls = 0
    unwrap(set.protect(va(0x2000), 0n, () => ++calls))
    expect(calls).toBe(0)
    expect(gate.takeCalls()).toEqual([])
    expect(state()).toEqual({ areas: ['0x1000-0x3000 7'], table: ['0x1000-0x3000 7'] })
    expect(set.find(va(0x2000))?.flags).toBe(7)
    set.checkInvariants()
  })
  it('protect-zero-size-corrupts, consequence: find misses the right half, and mapping there is BadState', () => {
    const { set, backend } = world(['0x1000-0x3000 7'])
    unwrap(set.protect(va(0x2000), 0n, () => 1))
    expect(set.find(va(0x2800))?.flags).toBe(7)
    expect(codeOf(set.map(va(0x2000), 0x1000n, 1, backend))).toBe('AlreadyExists')
  })
  it('stale-empty-area-panics: mapping where an empty area is trips an assertion', () => {
    const { set, backend } = space(['0x1000-0x3000 7'])
    unwrap(set.protect(va(0x2000), 0n, () => 1))
    unwrap(set.map(va(0x2000), 0x1000n, 2, backend, { onOverlap: 'replace' }))
    expect(show(set)).toEqual(['0x1000-0x2000 7', '0x2000-0x3000 2'])
  })
  it('protect-zero-size-corrupts, consequence: an empty area hides the area behind it from overlaps', () => {
    const { set } = world(['0x1000-0x3000 7', '0x3000-0x5000 3'])
    unwrap(set.protect(va(0x3000), 0n, () => 1))
    unwrap(set.protect(va(0x3400), 0n, () => 1))
    expect(set.overlaps({ start: va(0x3400), end: 0x3800n })).toBe(true)
  })
  it('ffa-limit-end-ignored: a gap in front of a later area is given although it lies behind the limit', () => {
    // limit    [==)
    // areas    [==)         [==)
    const { set } = space(['0x1000-0x2000 1', '0x9000-0xa000 1'])
    expect(set.findFreeArea(0x1000n, { hint: 0x1000n, limit: { start: 0x1000n, end: 0x2000n }, align: 0x1000n })).toBe(undefined)
  })
  it('ffa-limit-end-ignored: a hint beyond the limit is given, and a size larger than the limit is found', () => {
    const { set } = space(['0x1000-0x2000 1', '0x9000-0xa000 1'])
    expect(set.findFreeArea(0x1000n, { hint: 0x5000n, limit: { start: 0n, end: 0x3000n }, align: 0x1000n })).toBe(undefined)
    expect(set.findFreeArea(0x4000n, { hint: 0n, limit: { start: 0n, end: 0x2000n }, align: 0x1000n })).toBe(undefined)
    expect(set.findFreeArea(0x1000n, { hint: 0n, limit: { start: 0n, end: 0x1000n }, align: 0x1000n })).toBe(0n)
  })
  it('ffa-skips-straddling-area: rounding up skips an area, and an address inside it is given', () => {
    // areas    [======)[==============)
    // rounded up to        |
    const { set, backend } = space(['0x0-0x1800 1', '0x1800-0x5000 1'])
    const found = set.findFreeArea(0x1000n, { hint: 0x1000n, limit: { start: 0n, end: 0x10000n }, align: 0x1000n })
    expect(found).toBe(0x5000n)
    unwrap(set.map(found!, 0x1000n, 1, backend))
  })
  it('ffa-align-wrap: rounding up a hint near 2^64 wraps to 0, below hint and limit', () => {
    const limit = { start: 0xffff_ffff_ffff_0000n, end: MAX }
    expect(space().set.findFreeArea(0x1000n, { hint: 0xffff_ffff_ffff_f800n, limit, align: 0x1000n })).toBe(undefined)
  })
  it('ffa-align-wrap: rounding up the end of an area near 2^64 wraps to 0', () => {
    const { set } = space(['0xffffffffffff0000-0xfffffffffffff800 1'])
    const limit = { start: 0xffff_ffff_ffff_0000n, end: SPACE }
    expect(set.findFreeArea(0x1000n, { hint: limit.start, limit, align: 0x1000n })).toBe(undefined)
  })
  it('rounding up an aligned hint near 2^64 overflows in a checked build, although the result exists', () => {
    const { set } = space()
    const limit = { start: 0xffff_ffff_ffff_0000n, end: MAX }
    expect(set.findFreeArea(0x1000n, { hint: 0xffff_ffff_ffff_f000n, limit, align: 0x1000n })).toBe(undefined)
    expect(set.findFreeArea(0x1000n, { hint: 0xffff_ffff_ffff_f000n, align: 0x1000n })).toBe(0xffff_ffff_ffff_f000n)
    expect(set.findFreeArea(1n, { hint: MAX, limit: { start: 0n, end: MAX }, align: 1n })).toBe(undefined)
    expect(set.findFreeArea(1n, { hint: MAX, align: 1n })).toBe(MAX)
  })
  it('overlaps-empty-range: an empty range overlaps where it lies strictly inside an area', () => {
    const { set } = space(['0x1000-0x3000 1'])
    const overlaps = [0x1000n, 0x2000n, 0x3000n].map((at) => set.overlaps({ start: va(at), end: at }))
    expect(overlaps).toEqual([false, false, false])
  })
  it('a free search that is in order stays so: areas at the hint, a hint below the limit, an unaligned hint', () => {
    const { set } = space(['0x1000-0x3000 1'])
    expect(set.findFreeArea(0x1000n, { hint: 0x2000n, align: 0x1000n })).toBe(0x3000n)
    expect(set.findFreeArea(0x1000n, { hint: 0n, limit: { start: 0x800n, end: 0x10000n }, align: 0x1000n })).toBe(0x3000n)
    expect(set.findFreeArea(0x1000n, { hint: 0x3001n, align: 0x1000n })).toBe(0x4000n)
  })
})

describe('degenerate arguments', () => {
  it('ffa-align-zero-panics: an alignment of 0 divides by zero, for every size', () => {
    const { set } = space()
    for (const size of [0n, 1n, 0x1000n]) expect(() => set.findFreeArea(size, { align: 0n })).toThrow(RangeError)
  })
  it.each([
    [1n, 3n, 3n],
    [0x1000n, 0x1800n, 0x1800n],
    [5n, 6n, 6n],
  ])('ffa-align-not-pow2: hint %s, size %s, align %s gives an address that is no multiple', (hint, size, align) => {
    expect(() => space().set.findFreeArea(size, { hint, align })).toThrow(RangeError)
  })
  it('ffa-size-zero: a size of 0 is found, at the start of an area or out of the limit', () => {
    const { set } = space(['0x1000-0x2000 1', '0x9000-0xa000 1'])
    for (const hint of [0n, 0x1000n, 0x8000n]) expect(set.findFreeArea(0n, { hint, limit: { start: 0n, end: 0x2000n }, align: 0x1000n })).toBe(undefined)
  })
  it('size-zero-inconsistent: map refuses size 0, unmap accepts it, protect corrupts the set', () => {
    const { set, backend, gate } = world(['0x1000-0x3000 7'])
    expect(codeOf(set.map(va(0x5000), 0n, 1, backend))).toBe('InvalidParam')
    expect(codeOf(set.map(va(0x2000), 0n, 1, backend, { onOverlap: 'replace' }))).toBe('InvalidParam')
    expect(codeOf(set.unmap(va(0x2000), 0n))).toBe('ok')
    expect(codeOf(set.protect(va(0x2000), 0n, () => 1))).toBe('ok')
    expect(show(set)).toEqual(['0x1000-0x3000 7'])
    expect(gate.takeCalls()).toEqual([])
  })
  it('overflow-arguments: where start + size exceeds 2^64, map panics while the others refuse', () => {
    const { set, backend } = world(['0x1000-0x3000 7'])
    expect(codeOf(set.map(va(0x1000), MAX, 1, backend))).toBe('InvalidParam')
    expect(codeOf(set.unmap(va(0x1000), MAX))).toBe('InvalidParam')
    expect(codeOf(set.protect(va(0x1000), MAX, () => 1))).toBe('InvalidParam')
    expect(errorOf(set.map(va(0x1000), MAX, 1, backend)).message).toBe('0x1000 + 0xffffffffffffffff exceeds 2^64')
  })
  it('end-at-2^64: the last byte and the last page can be neither mapped, unmapped nor protected', () => {
    const { set, backend } = space()
    unwrap(set.map(va(0xffff_ffff_ffff_f000n), 0x1000n, 7, backend))
    unwrap(set.protect(va(MAX), 1n, () => 1))
    expect(show(set)).toEqual(['0xfffffffffffff000-0xffffffffffffffff 7', '0xffffffffffffffff-0x10000000000000000 1'])
    unwrap(set.unmap(va(0xffff_ffff_ffff_f800n), 0x800n))
    expect(show(set)).toEqual(['0xfffffffffffff000-0xfffffffffffff800 7'])
  })
  it('ffa-no-wraparound: kept and documented, the search never goes back below the hint', () => {
    const { set } = space(['0x4000-0x5000 1'])
    const limit = { start: 0n, end: 0x5000n }
    expect(set.findFreeArea(0x1000n, { hint: 0x4000n, limit, align: 0x1000n })).toBe(undefined)
    expect(set.findFreeArea(0x1000n, { limit, align: 0x1000n })).toBe(0n)
  })
  it('protect-over-gaps: kept, and refused when asked: a protect over gaps or nothing at all is Ok', () => {
    const { set } = world(['0x1000-0x2000 7'])
    unwrap(set.protect(va(0x8000), 0x1000n, () => 1))
    unwrap(set.protect(va(0), 0x10000n, () => 1))
    expect(show(set)).toEqual(['0x1000-0x2000 1'])
    expect(errorOf(set.protect(va(0), 0x10000n, () => 2, { holes: 'refuse' })).reason).toBe('hole')
    expect(show(set)).toEqual(['0x1000-0x2000 1'])
  })
  it('no-merging: kept as the default, an option merges: protect there and back leaves more areas than before', () => {
    const expected = { 'never': ['0x1000-0x1100 1', '0x1100-0x1200 1', '0x1200-0x1400 1'], 'equal-neighbours': ['0x1000-0x1400 1'] }
    for (const merge of ['never', 'equal-neighbours'] as const) {
      const { set } = world(['0x1000-0x1400 1'], { merge })
      unwrap(set.protect(va(0x1100), 0x100n, () => 2))
      unwrap(set.protect(va(0x1100), 0x100n, () => 1))
      expect(show(set)).toEqual(expected[merge])
    }
  })
  it('no-merging: kept, giving the old flags splits and calls the backend', () => {
    const { set, gate } = world(['0x1000-0x1400 1'])
    unwrap(set.protect(va(0x1100), 0x100n, (flags) => flags))
    expect(show(set)).toEqual(['0x1000-0x1100 1', '0x1100-0x1200 1', '0x1200-0x1400 1'])
    expect(showCalls(gate.takeCalls())).toEqual(['protect 0x1100+0x100 1'])
  })
  it('the callback of protect is asked about areas out of the range, in front of it and behind', () => {
    const areas = ['0x1000-0x2000 1', '0x2000-0x3000 2', '0x3000-0x4000 3', '0x4000-0x5000 4', '0x5000-0x6000 5']
    for (const give of [undefined, 9]) {
      const { set } = world(areas)
      const asked: number[] = []
      unwrap(set.protect(va(0x2000), 0x1000n, (flags) => (asked.push(flags), give)))
      expect(asked).toEqual([2])
    }
    const { set } = world(areas)
    expect(codeOf(set.protect(va(0x2000), MAX, () => {
      throw new Error('asked')
    }))).toBe('InvalidParam')
  })
  it('an operation on one page walks all areas', () => {
    const { set, backend } = space()
    for (let i = 0n; i < 5000n; i++) unwrap(set.map(va(i * 0x2000n), 0x1000n, 0, backend))
    // The areas that are looked at are those that are asked about; the time is bench's to measure.
    let asked = 0
    unwrap(set.protect(va(0x1f40000), 1n, () => void asked++))
    expect(asked).toBe(1)
  })
  it('dropping a set unmaps nothing: kept; and every piece of a split has a copy of the backend: one object here', () => {
    const { set, backend, table } = world(['0x1000-0x4000 7'])
    unwrap(set.unmap(va(0x2000), 0x1000n))
    for (const area of set) expect(area.backend).toBe(backend)
    expect(table.dump()).toEqual(['0x1000-0x2000 7', '0x3000-0x4000 7'])
  })
})

describe('a backend that refuses', () => {
  it('unmap-contained-panics: a refused unmap of a contained area panics, and those before it are gone', () => {
    const { set, gate, state } = world(['0x1000-0x2000 1', '0x2000-0x3000 2', '0x3000-0x4000 3'])
    const before = state()
    gate.failAt(2)
    expect(codeOf(set.unmap(va(0x1000), 0x3000n))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('unmap-contained-panics: the same within a map that replaces', () => {
    const { set, backend, gate, state } = world(['0x1000-0x2000 1', '0x2000-0x3000 2'])
    const before = state()
    gate.failAt(2)
    expect(codeOf(set.map(va(0x1000), 0x3000n, 9, backend, { onOverlap: 'replace' }))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('unmap-split-failure-loses-right: the right part is forgotten though mapped', () => {
    // area     [===========)
    // unmap        [==)      refused
    const { set, gate, state } = world(['0x1000-0x5000 7'])
    const before = state()
    gate.failAt(1)
    expect(codeOf(set.unmap(va(0x2000), 0x1000n))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('unmap-shrink-left-failure-loses-area: the whole area is gone though mapped', () => {
    // area        [========)
    // unmap    [=====)       refused
    const { set, gate, state } = world(['0x2000-0x5000 7'])
    const before = state()
    gate.failAt(1)
    expect(codeOf(set.unmap(va(0x1000), 0x2000n))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('unmap-partial-failure: contained areas are gone when the cut of the first one is refused', () => {
    // areas    [=====)  [==)  [==)
    // unmap       [===============)
    const { set, gate, state } = world(['0x1000-0x3000 1', '0x4000-0x5000 2', '0x6000-0x7000 3'])
    const before = state()
    gate.poison('unmap', 0x2000n)
    expect(codeOf(set.unmap(va(0x2000), 0x6000n))).toBe('BadState')
    expect(state()).toEqual(before)
    gate.unpoison()
    gate.poison('unmap', 0x6000n)
    expect(codeOf(set.unmap(va(0x2000), 0x6000n))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('unmap-shrink-right-failure-clean: the one clean case stays clean', () => {
    const { set, gate, state } = world(['0x1000-0x3000 7'])
    const before = state()
    gate.failAt(1)
    expect(codeOf(set.unmap(va(0x2000), 0x2000n))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('shrink-failure-partial-pt: a hole in the table, and the entries in front of it are cleared', () => {
    const { set, table, state } = world(['0x1000-0x3000 7'])
    table.bytes[0x2800] = 0
    const before = state()
    expect(codeOf(set.unmap(va(0x2000), 0x1000n))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('map-overlap-failure-loses-old: the old pages are unmapped and not restored', () => {
    const { set, backend, gate, state } = world(['0x1000-0x4000 7'])
    const before = state()
    gate.failAt(2)
    expect(codeOf(set.map(va(0x2000), 0x1000n, 1, backend, { onOverlap: 'replace' }))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('map-failure-no-rollback: entries in front of a stale one stay written', () => {
    const { set, backend, table, state } = world()
    table.bytes[0x1800] = 5
    const before = state()
    expect(codeOf(set.map(va(0x1000), 0x1000n, 7, backend))).toBe('BadState')
    expect(state()).toEqual(before)
    unwrap(set.map(va(0x1000), 0x800n, 7, backend))
  })
  it('protect-ignores-backend-failure: Ok, and the set shows flags that the table does not have', () => {
    const { set, gate, state } = world(['0x1000-0x3000 1', '0x3000-0x5000 2'])
    const before = state()
    gate.failAt(2)
    expect(codeOf(set.protect(va(0x2000), 0x2000n, () => 7))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('clear-partial-failure: what was unmapped stays listed, and the set cannot be emptied any more', () => {
    const { set, gate, state } = world(['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3'])
    const before = state()
    gate.failAt(2)
    expect(codeOf(set.clear())).toBe('BadState')
    expect(state()).toEqual(before)
    gate.open()
    unwrap(set.clear())
    expect(state()).toEqual({ areas: [], table: [] })
  })
  it('mock-flags-zero: flags 0 cannot be told from unmapped: a matter of that mock, the set takes any flags', () => {
    const { set } = space(['0x1000-0x2000 0'])
    unwrap(set.protect(va(0x1800), 0x800n, (flags) => flags))
    expect(show(set)).toEqual(['0x1000-0x1800 0', '0x1800-0x2000 0'])
    unwrap(set.unmap(va(0x1000), 0x1000n))
    expect(set.isEmpty).toBe(true)
  })
  it('mock-flags-zero: over such a mock a refusal is a refusal, not a panic', () => {
    const { set, state } = world(['0x1000-0x2000 0'])
    const before = state()
    expect(codeOf(set.unmap(va(0x1000), 0x1000n))).toBe('BadState')
    expect(state()).toEqual(before)
  })
  it('mock-beyond-table: a matter of that mock, the set hands on any address', () => {
    const { set, gate } = space(['0x10000-0x20000 7'])
    unwrap(set.clear())
    expect(showCalls(gate.takeCalls())).toEqual(['unmap 0x10000+0x10000'])
  })
})

describe('callbacks that throw', () => {
  it('the callback of protect, at the second area: what was split off already is lost', () => {
    // areas      [=======)  [==)
    // protect       [==========)
    const { set, state } = world(['0x1000-0x4000 1', '0x5000-0x6000 2'])
    const before = state()
    expect(() => set.protect(va(0x2000), 0x4000n, (flags) => {
      if (flags === 2) throw new Hostile('update')
      return 9
    })).toThrow(Hostile)
    expect(state()).toEqual(before)
  })
  it('a protect of a backend, in the middle of an area: the rest of it is lost', () => {
    const { set, gate, state } = world(['0x1000-0x4000 1'])
    const before = state()
    gate.failAt(1, 'throw')
    expect(() => set.protect(va(0x2000), 0x1000n, () => 9)).toThrow(Hostile)
    expect(state()).toEqual(before)
  })
  it.each([
    ['a split', 0x2000n, 0x1000n],
    ['a cut on the left, which loses the area', 0x800n, 0x1000n],
    ['a cut on the right', 0x3000n, 0x2000n],
    ['a contained area, which loses those before it', 0n, 0x10000n],
  ])('an unmap of a backend: %s', (_, start, size) => {
    const { set, gate, state } = world(['0x1000-0x4000 1', '0x5000-0x6000 2'])
    const before = state()
    for (const n of [1, 2]) {
      gate.failAt(n, 'throw')
      try {
        unwrap(set.unmap(va(start), size))
        expect(gate.count).toBe(n - 1)
        break
      } catch (error) {
        expect(error).toBeInstanceOf(Hostile)
        expect(state()).toEqual(before)
      }
    }
  })
  it('a map of a backend, over the middle of an area: the old part is gone', () => {
    const { set, backend, gate, state } = world(['0x1000-0x4000 1'])
    const before = state()
    gate.failAt(2, 'throw')
    expect(() => set.map(va(0x2000), 0x1000n, 9, backend, { onOverlap: 'replace' })).toThrow(Hostile)
    expect(state()).toEqual(before)
  })
  it('calling back into the set, which borrowing rules out there, throws here and changes nothing', () => {
    const { set, backend, state } = world(['0x1000-0x4000 1'])
    const before = state()
    expect(() => set.protect(va(0x2000), 0x1000n, () => set.size)).toThrow(TypeError)
    expect(() => set.protect(va(0x2000), 0x1000n, () => (unwrap(set.clear()), 9))).toThrow(TypeError)
    const reentrant = Object.assign(new AcceptAll(), { map: () => set.map(va(0x8000), 1n, 1, backend).ok })
    expect(() => set.map(va(0x8000), 0x1000n, 1, reentrant)).toThrow(TypeError)
    expect(state()).toEqual(before)
    unwrap(set.clear())
  })
})

describe('other surprises', () => {
  it('the kind of error has neither a text nor a cause', () => {
    const { set, backend } = world(['0x1000-0x2000 1'])
    const error = errorOf(set.map(va(0x1800), 0x1000n, 1, backend))
    expect(String(error)).toBe('MappingError: [0x1800, 0x2800) overlaps the area 0x1000-0x2000 1')
  })
  it('sets print bounds in decimal', () => {
    expect(String(new MemorySet({ pageTable: null }))).toBe('MemorySet(0 areas)')
    expect(String(world(['0x1000-0x2000 1']).set)).toBe('MemorySet(1 area)\n  0x1000-0x2000 1')
  })
})
