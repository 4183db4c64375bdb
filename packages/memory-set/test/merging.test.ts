import { va, type AddrRange, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingBackend, type MemoryArea } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { AcceptAll } from './support/accept-all.ts'
import { reasonOf, show, showCalls } from './support/show.ts'
import { space, world } from './support/world.ts'

const MERGING = { merge: 'equal-neighbours' } as const

describe('a set that merges', () => {
  it('makes one area of two that touch', () => {
    const { set } = world(['0x1000-0x2000 7', '0x2000-0x3000 7'], MERGING)
    expect(show(set)).toEqual(['0x1000-0x3000 7'])
  })
  it('makes one area of three where a map fills the hole', () => {
    // old    [==)   [==)
    // new       [###)
    // now    [=========)
    const { set, gate } = world(['0x1000-0x2000 7', '0x3000-0x4000 7', '0x2000-0x3000 7'], MERGING)
    expect(show(set)).toEqual(['0x1000-0x4000 7'])
    expect(gate.takeCalls()).toEqual([])
  })
  it('does not merge across a hole, over other flags, or with another backend', () => {
    const { set, backend } = world(['0x1000-0x2000 7', '0x2001-0x3000 7', '0x3000-0x4000 8'], MERGING)
    const other = new AcceptAll()
    unwrap(set.map(va(0x4000), 0x1000n, 8, other))
    unwrap(set.map(va(0x5000), 0x1000n, 8, backend))
    expect(show(set)).toEqual(['0x1000-0x2000 7', '0x2001-0x3000 7', '0x3000-0x4000 8', '0x4000-0x5000 8', '0x5000-0x6000 8'])
    set.checkInvariants()
  })
  it('joins the parts of an area that was split by protect and protected back', () => {
    const { set } = world(['0x1000-0x4000 7'], MERGING)
    unwrap(set.protect(va(0x2000), 0x1000n, () => 1))
    expect(show(set)).toEqual(['0x1000-0x2000 7', '0x2000-0x3000 1', '0x3000-0x4000 7'])
    unwrap(set.protect(va(0x2000), 0x1000n, () => 7))
    expect(show(set)).toEqual(['0x1000-0x4000 7'])
  })
  it('moves the border between two areas', () => {
    // old    [=====)[-----)
    // range     [===)
    // now    [==)[--------)
    const { set } = world(['0x1000-0x3000 1', '0x3000-0x5000 2'], MERGING)
    unwrap(set.protect(va(0x2000), 0x1000n, () => 2))
    expect(show(set)).toEqual(['0x1000-0x2000 1', '0x2000-0x5000 2'])
  })
  it('makes one area of many at once', () => {
    const { set } = world(['0x1000-0x2000 1', '0x2000-0x3000 2', '0x3000-0x4000 3', '0x4000-0x5000 9', '0x0-0x1000 9'], MERGING)
    unwrap(set.protect(va(0x1000), 0x3000n, () => 9))
    expect(show(set)).toEqual(['0x0-0x5000 9'])
  })
  it('does not split for flags that stay equal', () => {
    const { set, gate } = world(['0x1000-0x4000 7'], MERGING)
    unwrap(set.protect(va(0x2000), 0x1000n, (flags) => flags))
    expect(show(set)).toEqual(['0x1000-0x4000 7'])
    expect(showCalls(gate.takeCalls())).toEqual(['protect 0x2000+0x1000 7'])
  })
  it('replaces a part of an area by its like', () => {
    const { set, backend } = world(['0x1000-0x4000 7'], MERGING)
    unwrap(set.map(va(0x2000), 0x1000n, 7, backend, { onOverlap: 'replace' }))
    expect(show(set)).toEqual(['0x1000-0x4000 7'])
  })
  it('merges at both ends of the space and where doubles end', () => {
    const areas = ['0x0-0x1 1', '0x1-0x1fffffffffffff 1', '0x1fffffffffffff-0x20000000000001 1', '0x20000000000001-0xffffffffffffffff 1']
    const { set, backend } = space(areas, MERGING)
    unwrap(set.map(va(0xffffffffffffffffn), 1n, 1, backend))
    expect(show(set)).toEqual(['0x0-0x10000000000000000 1'])
  })
  it('keeps its areas apart when an operation is refused', () => {
    const { set, backend, gate, state } = world(['0x1000-0x2000 7', '0x3000-0x4000 7'], MERGING)
    const before = state()
    gate.failAt(1)
    expect(reasonOf(set.map(va(0x2000), 0x1000n, 7, backend))).toBe('backend-refused')
    expect(state()).toEqual(before)
  })
  it('names the merged area where it is in the way', () => {
    const { set, backend } = world(['0x1000-0x2000 7', '0x2000-0x3000 7'], MERGING)
    const result = set.map(va(0x1800), 1n, 7, backend)
    expect(result.ok ? '' : String(result.error.area)).toBe('0x1000-0x3000 7')
  })
})

describe('which flags are equal', () => {
  it('is asked of flagsEqual, with the left flags first', () => {
    const asked: string[] = []
    const set = new MemorySet<{ bits: number }, null>({
      pageTable: null,
      merge: 'equal-neighbours',
      flagsEqual: (a, b) => {
        asked.push(`${String(a.bits)} ${String(b.bits)}`)
        return (a.bits & 7) === (b.bits & 7)
      },
    })
    const backend = new AcceptAll<{ bits: number }>()
    unwrap(set.map(va(0x1000), 0x1000n, { bits: 0x17 }, backend))
    unwrap(set.map(va(0x2000), 0x1000n, { bits: 0x27 }, backend))
    expect(asked).toEqual(['23 39'])
    expect(Array.from(set, ({ start, end, flags }) => [start, end, flags.bits])).toEqual([[0x1000n, 0x3000n, 0x17]])
  })
  it('is Object.is by default: equal objects are different flags, NaN is one value, 0 and -0 are two', () => {
    const merged = (left: unknown, right: unknown): boolean => {
      const set = new MemorySet<unknown, null>({ pageTable: null, merge: 'equal-neighbours' })
      const backend = new AcceptAll<unknown>()
      unwrap(set.map(va(0), 1n, left, backend))
      unwrap(set.map(va(1), 1n, right, backend))
      set.checkInvariants()
      return set.size === 1
    }
    expect(merged({}, {})).toBe(false)
    expect(merged(NaN, NaN)).toBe(true)
    expect(merged(0, -0)).toBe(false)
    expect(merged(undefined, undefined)).toBe(true)
  })
  it('is not asked in a set that does not merge', () => {
    const flagsEqual = (): never => {
      throw new Error('asked')
    }
    expect(space(['0x0-0x1 1', '0x1-0x2 1'], { flagsEqual }).set.size).toBe(2)
    expect(space(['0x0-0x1 1', '0x1-0x2 1'], { flagsEqual, merge: 'never' }).set.size).toBe(2)
  })
})

describe('guards in a set that merges', () => {
  it('between two areas keep them apart, those outside stay', () => {
    const { set, backend } = space([], MERGING)
    unwrap(set.map(va(0x1000), 0x1000n, 7, backend, { guards: { below: 0x10n } }))
    unwrap(set.map(va(0x2000), 0x1000n, 7, backend, { guards: { above: 0x20n } }))
    expect(show(set)).toEqual(['0x1000-0x3000 7'])
    expect(set.find(va(0x1000))?.guards).toEqual({ below: 0x10n, above: 0x20n })
    unwrap(set.map(va(0x3000), 0x1000n, 7, backend))
    unwrap(set.map(va(0x0), 0x1000n, 7, backend))
    expect(show(set)).toEqual(['0x0-0x1000 7', '0x1000-0x3000 7', '0x3000-0x4000 7'])
    set.checkInvariants()
  })
  it('go with the edge that goes: what was kept apart may merge then', () => {
    // old    [=====)g[=====)
    // cut       [==)
    // new       [##)
    const { set, backend } = space([], MERGING)
    unwrap(set.map(va(0x1000), 0x1000n, 7, backend, { guards: { above: 1n } }))
    unwrap(set.map(va(0x2000), 0x1000n, 7, backend))
    expect(set.size).toBe(2)
    unwrap(set.map(va(0x1800), 0x800n, 7, backend, { onOverlap: 'replace' }))
    expect(show(set)).toEqual(['0x1000-0x3000 7'])
  })
})

/** Maps `start` to `paddr` and on from there: keyed by position, so that its areas merge only where the frames go on. */
class Linear implements MappingBackend<number, unknown> {
  readonly start: bigint
  readonly paddr: bigint

  constructor(start: bigint, paddr: bigint) {
    this.start = start
    this.paddr = paddr
  }

  map(): boolean {
    return true
  }

  unmap(): boolean {
    return true
  }

  protect(): boolean {
    return true
  }

  canMerge(left: MemoryArea<number, unknown>, right: MemoryArea<number, unknown>): boolean {
    return right.backend instanceof Linear && right.backend.paddr - this.paddr === right.start - left.start
  }

  slice(range: AddrRange<VirtAddr>): Linear {
    return new Linear(range.start, this.paddr + (range.start - this.start))
  }
}

describe('a backend that decides about merging', () => {
  it('is the left one, and is asked with both areas', () => {
    const set = new MemorySet<number, null>({ pageTable: null, merge: 'equal-neighbours' })
    unwrap(set.map(va(0x1000), 0x1000n, 7, new Linear(0x1000n, 0x81000n)))
    unwrap(set.map(va(0x2000), 0x1000n, 7, new Linear(0x2000n, 0x82000n)))
    expect(show(set)).toEqual(['0x1000-0x3000 7'])
    unwrap(set.map(va(0x3000), 0x1000n, 7, new Linear(0x3000n, 0x93000n)))
    unwrap(set.map(va(0x4000), 0x1000n, 7, new AcceptAll()))
    expect(show(set)).toEqual(['0x1000-0x3000 7', '0x3000-0x4000 7', '0x4000-0x5000 7'])
    set.checkInvariants()
  })
  it('may keep areas with the same object apart', () => {
    const { set, backend } = space([], MERGING)
    const proud = Object.assign(backend, { canMerge: () => false })
    unwrap(set.map(va(0x1000), 0x1000n, 7, proud))
    unwrap(set.map(va(0x2000), 0x1000n, 7, proud))
    expect(set.size).toBe(2)
  })
})

describe('a backend that is sliced', () => {
  const pieces = (set: MemorySet<number, null>): string[] =>
    Array.from(set, ({ start, end, backend }) => {
      if (!(backend instanceof Linear)) throw new Error('no linear backend')
      return [start, end, backend.start, backend.paddr].map((value) => value.toString(16)).join(' ')
    })
  function linear(): MemorySet<number, null> {
    const set = new MemorySet<number, null>({ pageTable: null, merge: 'equal-neighbours' })
    unwrap(set.map(va(0x1000), 0x4000n, 7, new Linear(0x1000n, 0x81000n)))
    return set
  }
  it('gives each piece of a cut its own', () => {
    // old    [===========)
    // cut        [==)
    const set = linear()
    unwrap(set.unmap(va(0x2000), 0x1000n))
    expect(pieces(set)).toEqual(['1000 2000 1000 81000', '3000 5000 3000 83000'])
  })
  it('gives each piece of a split its own, and they merge again', () => {
    const set = linear()
    unwrap(set.protect(va(0x2000), 0x1000n, () => 1))
    expect(pieces(set)).toEqual(['1000 2000 1000 81000', '2000 3000 2000 82000', '3000 5000 3000 83000'])
    unwrap(set.protect(va(0x2000), 0x1000n, () => 7))
    expect(pieces(set)).toEqual(['1000 5000 1000 81000'])
  })
  it('is not sliced where an area stays whole', () => {
    const set = new MemorySet<number, null>({ pageTable: null })
    const backend = new Linear(0x1000n, 0x81000n)
    unwrap(set.map(va(0x1000), 0x4000n, 7, backend))
    unwrap(set.protect(va(0x1000), 0x4000n, () => 1))
    expect(set.find(va(0x1000))?.backend).toBe(backend)
  })
  it('is called for the pieces that go, before it is sliced', () => {
    const gate = new AcceptAll()
    const sliced = Object.assign(new AcceptAll(), { slice: () => gate })
    const { set } = space()
    unwrap(set.map(va(0x1000), 0x3000n, 7, sliced))
    sliced.gate.takeCalls()
    unwrap(set.unmap(va(0x2000), 0x1000n))
    expect(showCalls(sliced.gate.takeCalls())).toEqual(['unmap 0x2000+0x1000'])
    unwrap(set.clear())
    expect(showCalls(gate.gate.takeCalls())).toEqual(['unmap 0x1000+0x1000', 'unmap 0x3000+0x1000'])
  })
})
