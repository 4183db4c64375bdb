/**
 * Where undoing was refused, the set and the page table may differ: the set remembers these ranges and refuses to work
 * there until it is told that the page table is in order again. Everywhere else it goes on working.
 */
import { va } from '@addrspace/memory-addr'
import { MappingError, unwrap, type MappingResult } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { errorOf, hex, reasonOf, show } from './support/show.ts'
import { untyped } from './support/untyped.ts'
import { transactionalWorld, world, type World } from './support/world.ts'

//   0x1000 0x2000 0x3000 0x4000 0x5000 0x6000 0x7000 0x8000
//   [==1==)       [==2==)       [==3==)       [==4==)
//                 [xxxxx)                               untrusted: not mapped any more, and could not be mapped again
const AREAS = ['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3', '0x7000-0x8000 4']

const REFUSED: MappingResult<never> = { ok: false, error: new MappingError('hole', 'refused by the function') }

function untrustedOf({ set }: World): string[] {
  return set.untrusted.map(({ start, end }) => `${hex(start)}-${hex(end)}`)
}

/** Leaves the second area untrusted. */
function spoilt(options: Parameters<typeof world>[1] = {}): World {
  const all = world(AREAS, options)
  all.gate.failAt(3)
  all.gate.poison('map', 0x3000n)
  expect(reasonOf(all.set.clear())).toBe('undo-refused')
  all.gate.unpoison()
  all.gate.open()
  all.gate.takeCalls()
  return all
}

describe('a set', () => {
  it('trusts its page table everywhere, until undoing is refused', () => {
    const all = world(AREAS)
    expect(all.set.untrusted).toEqual([])
    all.gate.failAt(2)
    expect(reasonOf(all.set.clear())).toBe('backend-refused')
    expect(all.set.untrusted).toEqual([])
    expect(untrustedOf(spoilt())).toEqual(['0x3000-0x4000'])
  })

  it('tells all such ranges in order, those that touch as one', () => {
    const all = world(['0x1000-0x2000 1', '0x2000-0x3000 2', '0x5000-0x6000 3', '0x7000-0x8000 4'])
    all.gate.failFrom(4)
    expect(errorOf(all.set.clear()).untrusted).toHaveLength(3)
    expect(untrustedOf(all)).toEqual(['0x1000-0x3000', '0x5000-0x6000'])
  })

  it('adds to them with every undoing that is refused', () => {
    const all = spoilt()
    all.gate.failFrom(2)
    expect(reasonOf(all.set.protect(va(0x5000), 0x3000n, () => 8))).toBe('undo-refused')
    all.gate.open()
    expect(untrustedOf(all)).toEqual(['0x3000-0x4000', '0x5000-0x6000'])
  })

  it('does not take what another set does not trust for its own', () => {
    const other = spoilt()
    const all = world(AREAS)
    expect(() => all.set.protect(va(0x1000), 0x1000n, () => { unwrap(other.set.clear()); return undefined })).toThrow(MappingError)
    const failed = world(AREAS)
    failed.gate.failFrom(2)
    expect(() => all.set.protect(va(0x1000), 0x1000n, () => { unwrap(failed.set.clear()); return undefined })).toThrow(expect.objectContaining({ reason: 'undo-refused' }))
    expect(all.set.untrusted).toEqual([])
  })
})

describe('work in an untrusted range', () => {
  it.each<[string, (world: World) => MappingResult<unknown>]>([
    ['map', ({ set, backend }) => set.map(va(0x3000), 0x1000n, 5, backend)],
    ['a replacing map', ({ set, backend }) => set.map(va(0x2000), 0x1001n, 5, backend, { onOverlap: 'replace' })],
    ['a map that touches its last byte', ({ set, backend }) => set.map(va(0x3fff), 0x1001n, 5, backend)],
    ['unmap', ({ set }) => set.unmap(va(0x3800), 0x100n)],
    ['an unmap around it', ({ set }) => set.unmap(va(0), 0x1_0000n)],
    ['protect', ({ set }) => set.protect(va(0x3fff), 1n, () => 7)],
    ['clear', ({ set }) => set.clear()],
    ['a fault', ({ set }) => set.fault(va(0x3000), 'read')],
    ['a transaction with one of them', ({ set }) => set.transaction(() => {
      unwrap(set.unmap(va(0x1000), 0x1000n))
      return set.unmap(va(0x3000), 0x1000n)
    })],
  ])('is refused before anything is done or asked: %s', (name, act) => {
    const all = spoilt({ permits: () => { throw new Error('permits was asked') } })
    const before = all.state()
    const error = errorOf(act(all))
    expect(error).toMatchObject({ code: 'BadState', reason: 'untrusted', range: { start: 0x3000n, end: 0x4000n }, untrusted: [] })
    expect(error.message).toBe('undoing was refused in [0x3000, 0x4000); nothing is done there until it is trusted again')
    expect(all.state()).toEqual(before)
    if (!name.startsWith('a transaction')) expect(all.gate.takeCalls()).toEqual([])
    expect(untrustedOf(all)).toEqual(['0x3000-0x4000'])
  })

  it('is refused before the function of protect is asked', () => {
    const { set } = spoilt()
    expect(reasonOf(set.protect(va(0x1000), 0x4000n, () => { throw new Error('asked') }))).toBe('untrusted')
  })

  it('is refused for the lowest of several ranges', () => {
    const all = world(AREAS)
    all.gate.failFrom(4)
    void all.set.clear()
    all.gate.open()
    expect(errorOf(all.set.clear()).range).toMatchObject({ start: 0x1000n, end: 0x2000n })
    expect(errorOf(all.set.unmap(va(0x2000), 0x8000n)).range).toMatchObject({ start: 0x3000n, end: 0x4000n })
  })

  it('is what wrong arguments and sizes are told of first', () => {
    const { set, backend } = spoilt()
    expect(() => set.unmap(va(0x3000), untyped(5))).toThrow(TypeError)
    expect(() => set.map(va(0x3000), 0x1000n, 1, untyped({}))).toThrow(TypeError)
    expect(reasonOf(set.unmap(va(0x3000), 2n ** 64n))).toBe('out-of-range')
    expect(reasonOf(set.map(va(0x3800), 0n, 1, backend))).toBe('empty-range')
    expect(reasonOf(set.unmap(va(0x3800), 0n))).toBe('ok')
    expect(reasonOf(set.protect(va(0x3800), 0n, () => 7))).toBe('ok')
  })
})

describe('everything else', () => {
  it('goes on working next to an untrusted range', () => {
    const all = spoilt()
    const { set, backend } = all
    unwrap(set.map(va(0x2000), 0x1000n, 5, backend))
    unwrap(set.protect(va(0x1000), 0x2000n, (flags) => flags + 8))
    unwrap(set.unmap(va(0x4000), 0x1800n))
    unwrap(set.map(va(0x4000), 0x1000n, 6, backend, { onOverlap: 'replace' }))
    unwrap(set.transaction(() => set.unmap(va(0x7000), 0x1000n)))
    expect(show(set)).toEqual(['0x1000-0x2000 9', '0x2000-0x3000 13', '0x3000-0x4000 2', '0x4000-0x5000 6', '0x5800-0x6000 3'])
    expect(all.state().table).toEqual(['0x1000-0x2000 9', '0x2000-0x3000 13', '0x4000-0x5000 6', '0x5800-0x6000 3'])
    set.checkInvariants()
  })

  it('finds areas there as the set has them', () => {
    const { set } = spoilt()
    expect(set.find(va(0x3000))?.flags).toBe(2)
    expect(set.overlaps({ start: va(0x3000), end: 0x4000n })).toBe(true)
    expect(show(set)).toEqual(AREAS)
  })

  it('cuts and joins areas on both sides, where only the set is changed in the range', () => {
    const all = world(['0x1000-0x7000 1', '0x9000-0xa000 2'], { merge: 'equal-neighbours' })
    expect(reasonOf(all.set.transaction(() => {
      unwrap(all.set.protect(va(0x3000), 0x2000n, () => 4))
      all.gate.poison('protect', 0x3000n)
      return REFUSED
    }))).toBe('undo-refused')
    all.gate.unpoison()
    expect(untrustedOf(all)).toEqual(['0x3000-0x5000'])
    expect(show(all.set)).toEqual(['0x1000-0x7000 1', '0x9000-0xa000 2'])
    unwrap(all.set.unmap(va(0x2000), 0x1000n))
    expect(show(all.set)).toEqual(['0x1000-0x2000 1', '0x3000-0x7000 1', '0x9000-0xa000 2'])
    unwrap(all.set.map(va(0x2000), 0x1000n, 1, all.backend))
    expect(show(all.set)).toEqual(['0x1000-0x7000 1', '0x9000-0xa000 2'])
    all.set.checkInvariants()
  })
})

describe('a search for free space', () => {
  /** Nothing is mapped by the set in [0x3000, 0x4000), of which the page table did not let go. */
  function withHole(): World {
    const all = world(['0x1000-0x2000 1', '0x5000-0x6000 3'])
    expect(reasonOf(all.set.transaction(() => {
      unwrap(all.set.map(va(0x3000), 0x1000n, 2, all.backend))
      all.gate.poison('unmap', 0x3000n)
      return REFUSED
    }))).toBe('undo-refused')
    all.gate.unpoison()
    return all
  }
  const limit = { start: 0x1000n, end: 0x8000n }

  it('does not offer an untrusted range, upwards or downwards', () => {
    const { set } = withHole()
    expect(set.find(va(0x3000))).toBeUndefined()
    expect(set.findFreeArea(0x1000n, { limit })).toBe(0x2000n)
    expect(set.findFreeArea(0x1000n, { limit, hint: 0x2001n })).toBe(0x4000n)
    expect(set.findFreeArea(0x1800n, { limit })).toBe(0x6000n)
    expect(set.findFreeArea(0x1000n, { limit, direction: 'down', hint: 0x5000n })).toBe(0x4000n)
    expect(set.findFreeArea(0x1000n, { limit, direction: 'down', hint: 0x4fffn })).toBe(0x2000n)
    expect(set.findFreeArea(0x800n, { limit: { start: 0x3000n, end: 0x4000n } })).toBeUndefined()
    expect(set.findFreeArea(0x800n, { limit: { start: 0x3000n, end: 0x4000n }, direction: 'down' })).toBeUndefined()
  })

  it('finds the nearest fit behind several of them', () => {
    const all = withHole()
    expect(reasonOf(all.set.transaction(() => {
      unwrap(all.set.map(va(0x6000), 0x800n, 2, all.backend))
      all.gate.poison('unmap', 0x6000n)
      return REFUSED
    }))).toBe('undo-refused')
    expect(all.set.findFreeArea(0x1000n, { limit, hint: 0x2800n })).toBe(0x4000n)
    expect(all.set.findFreeArea(0x1000n, { limit, hint: 0x4800n })).toBe(0x6800n)
    expect(all.set.findFreeArea(0x1000n, { limit, hint: 0x4800n, align: 0x1000n })).toBe(0x7000n)
    expect(all.set.findFreeArea(0x1000n, { limit, direction: 'down', hint: 0x7000n })).toBe(0x4000n)
  })

  it('offers it again once it is trusted', () => {
    const { set } = withHole()
    set.trust({ start: 0x3000n as never, end: 0x4000n })
    expect(set.findFreeArea(0x1800n, { limit })).toBe(0x2000n)
  })
})

describe('trust', () => {
  it('lets work go on in the range', () => {
    const all = spoilt()
    all.table.bytes.fill(2, 0x3000, 0x4000) // the caller puts the page table in order
    all.set.trust({ start: va(0x3000), end: 0x4000n })
    expect(all.set.untrusted).toEqual([])
    unwrap(all.set.clear())
    expect(all.state()).toEqual({ areas: [], table: [] })
  })

  it('of a part leaves the rest untrusted', () => {
    const all = spoilt()
    all.set.trust({ start: va(0x3400), end: 0x3800n })
    expect(untrustedOf(all)).toEqual(['0x3000-0x3400', '0x3800-0x4000'])
    expect(errorOf(all.set.unmap(va(0x3400), 0x401n)).range).toMatchObject({ start: 0x3800n, end: 0x4000n })
    all.set.trust({ start: va(0x2000), end: 0x3400n })
    expect(untrustedOf(all)).toEqual(['0x3800-0x4000'])
    all.set.trust({ start: va(0), end: 2n ** 64n })
    expect(all.set.untrusted).toEqual([])
  })

  it('of anything else, or of nothing, changes nothing', () => {
    const all = spoilt()
    all.set.trust({ start: va(0x4000), end: 0x5000n })
    all.set.trust({ start: va(0x1000), end: 0x3000n })
    all.set.trust({ start: va(0x3800), end: 0x3800n })
    expect(untrustedOf(all)).toEqual(['0x3000-0x4000'])
  })

  it('throws for what is no range, within a transaction, and from inside a callback', () => {
    const { set } = spoilt()
    expect(() => { set.trust(untyped({ start: 5n })) }).toThrow(TypeError)
    expect(() => { set.trust({ start: va(2), end: 1n }) }).toThrow(RangeError)
    expect(() => set.transaction(() => {
      set.trust({ start: va(0x3000), end: 0x4000n })
      return { ok: true, value: undefined }
    })).toThrow(new TypeError('a range must not be trusted within a transaction'))
    expect(() => set.protect(va(0x1000), 0x1000n, () => { set.trust({ start: va(0x3000), end: 0x4000n }); return undefined })).toThrow(TypeError)
    expect(set.untrusted).toHaveLength(1)
  })
})

describe('a transaction', () => {
  it('that goes on after undoing was refused inside it leaves the range untrusted', () => {
    const all = world(AREAS)
    unwrap(all.set.transaction(() => {
      all.gate.failFrom(2)
      expect(reasonOf(all.set.unmap(va(0x1000), 0x3000n))).toBe('undo-refused')
      all.gate.open()
      expect(reasonOf(all.set.unmap(va(0x1000), 1n))).toBe('untrusted')
      return all.set.unmap(va(0x5000), 0x1000n)
    }))
    expect(untrustedOf(all)).toEqual(['0x1000-0x2000'])
    expect(reasonOf(all.set.unmap(va(0x1000), 0x1000n))).toBe('untrusted')
    expect(all.set.transaction(() => REFUSED)).toBe(REFUSED)
  })

  it('that cannot go back everywhere leaves these ranges untrusted, inner and outer ones', () => {
    const all = world(AREAS)
    void all.set.transaction((): MappingResult => {
      unwrap(all.set.unmap(va(0x5000), 0x1000n))
      all.gate.poison('map', 0x3000n)
      void all.set.transaction((): MappingResult => {
        unwrap(all.set.unmap(va(0x3000), 0x1000n))
        return REFUSED
      })
      expect(untrustedOf(all)).toEqual(['0x3000-0x4000'])
      all.gate.poison('map', 0x5000n)
      return REFUSED
    })
    expect(untrustedOf(all)).toEqual(['0x3000-0x4000', '0x5000-0x6000'])
  })

  it('over a page table that can roll back never leaves any', () => {
    const all = transactionalWorld(AREAS)
    all.gate.failFrom(3)
    expect(reasonOf(all.set.clear())).toBe('backend-refused')
    expect(reasonOf(all.set.transaction(() => all.set.clear()))).toBe('backend-refused')
    expect(all.set.untrusted).toEqual([])
  })
})

describe('a snapshot', () => {
  it('keeps to what was untrusted when it was taken', () => {
    const all = spoilt()
    const before = all.set.snapshot()
    all.set.trust({ start: va(0), end: 2n ** 64n })
    expect(before.untrusted).toHaveLength(1)
    expect(all.set.untrusted).toEqual([])
    const after = all.set.snapshot()
    expect(after.untrusted).toEqual([])
    before.dispose()
    after.dispose()
  })
})
