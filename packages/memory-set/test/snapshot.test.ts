import { va } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { show } from './support/show.ts'
import { space, world } from './support/world.ts'

const SPACE = 18446744073709551616n

describe('a snapshot', () => {
  const areas = ['0x1000-0x2000 1', '0x3000-0x5000 2']
  it('stays as the set was, whatever happens to the set', () => {
    const { set, backend } = world(areas)
    using snapshot = set.snapshot()
    unwrap(set.map(va(0x3800), 0x4000n, 9, backend, { onOverlap: 'replace' }))
    unwrap(set.protect(va(0x1000), 0x800n, () => 8))
    expect(show(snapshot)).toEqual(areas)
    unwrap(set.clear())
    expect(show(snapshot)).toEqual(areas)
    expect(show(set)).toEqual([])
    expect([snapshot.size, snapshot.isEmpty]).toEqual([2, false])
  })
  it('answers all queries', () => {
    const { set } = world(areas)
    using snapshot = set.snapshot()
    unwrap(set.clear())
    expect(snapshot.find(va(0x1fff))?.flags).toBe(1)
    expect(snapshot.find(va(0x2000))).toBe(undefined)
    expect(snapshot.overlaps({ start: va(0x2000), end: 0x3000n })).toBe(false)
    expect(snapshot.overlaps({ start: va(0x2000), end: 0x3001n })).toBe(true)
    expect(snapshot.findFreeArea(0x1000n, { hint: 0x1000n })).toBe(0x2000n)
    expect(snapshot.findFreeArea(0x1001n, { hint: 0x1000n })).toBe(0x5000n)
    expect(snapshot.findFreeArea(0x1001n, { direction: 'down', hint: 0x5000n })).toBe(undefined)
    expect(show(snapshot.areasIn({ start: va(0x2000), end: SPACE }))).toEqual(['0x3000-0x5000 2'])
    expect(set.findFreeArea(0x1001n, { hint: 0x1000n })).toBe(0x1000n)
  })
  it('has no operations', () => {
    const snapshot = world(areas).set.snapshot()
    for (const operation of ['map', 'unmap', 'protect', 'clear', 'fault', 'transaction', 'snapshot']) expect(operation in snapshot).toBe(false)
  })
  it('is independent of other snapshots', () => {
    const { set, backend } = world()
    const snapshots = [set.snapshot()]
    for (const i of [0, 1, 2, 3]) {
      unwrap(set.map(va(i * 0x1000), 0x800n, i + 1, backend))
      snapshots.push(set.snapshot())
    }
    snapshots[2]!.dispose()
    unwrap(set.clear())
    expect([0, 1, 3, 4].map((i) => snapshots[i]!.size)).toEqual([0, 1, 3, 4])
    snapshots[4]!.dispose()
    expect(show(snapshots[3]!)).toEqual(['0x0-0x800 1', '0x1000-0x1800 2', '0x2000-0x2800 3'])
  })
  it('of a large set shares what does not change, and keeps it', () => {
    const { set, backend } = space()
    for (let i = 0n; i < 1000n; i++) unwrap(set.map(va(i * 0x2000n), 0x1000n, Number(i % 7n), backend))
    const before = show(set)
    const snapshot = set.snapshot()
    for (let i = 0n; i < 1000n; i += 3n) unwrap(set.unmap(va(i * 0x2000n + 0x800n), 0x10n))
    unwrap(set.unmap(va(0x100000), 0x80000n))
    set.checkInvariants()
    expect(show(snapshot)).toEqual(before)
    snapshot.dispose()
    set.checkInvariants()
  })
  it('keeps areas to the last bit when the set first learns of such bounds afterwards', () => {
    const { set, backend } = space(['0x1000-0x2000 1'])
    using snapshot = set.snapshot()
    unwrap(set.map(va(0x8000000000000001n), 1n, 2, backend))
    expect(show(snapshot)).toEqual(['0x1000-0x2000 1'])
    using later = set.snapshot()
    unwrap(set.clear())
    expect(show(later)).toEqual(['0x1000-0x2000 1', '0x8000000000000001-0x8000000000000002 2'])
  })
  it('can be taken and released within a transaction that goes back', () => {
    const { set, backend } = world(areas)
    const inside: ReturnType<typeof set.snapshot>[] = []
    expect(() => set.transaction(() => {
      unwrap(set.map(va(0x8000), 0x1000n, 3, backend))
      inside.push(set.snapshot())
      throw new Error('back')
    })).toThrow('back')
    expect(show(set)).toEqual(areas)
    expect(show(inside[0]!)).toEqual([...areas, '0x8000-0x9000 3'])
    inside[0]!.dispose()
    set.checkInvariants()
  })
})

describe('a snapshot that is disposed of', () => {
  it('cannot be asked any more', () => {
    const snapshot = world(['0x1000-0x2000 1']).set.snapshot()
    snapshot.dispose()
    const error = new TypeError('the snapshot is disposed of')
    expect(() => snapshot.find(va(0x1000))).toThrow(error)
    expect(() => snapshot.overlaps({ start: va(0), end: 1n })).toThrow(error)
    expect(() => snapshot.findFreeArea(1n)).toThrow(error)
    expect(() => snapshot.size).toThrow(error)
    expect(() => snapshot.isEmpty).toThrow(error)
    expect(() => [...snapshot]).toThrow(error)
    expect(() => snapshot.areasIn({ start: va(0), end: 1n })).toThrow(error)
  })
  it('ends the iterations over it', () => {
    const snapshot = world(['0x1000-0x2000 1', '0x3000-0x4000 2']).set.snapshot()
    const [fresh, begun] = [snapshot[Symbol.iterator](), snapshot[Symbol.iterator]()]
    begun.next()
    snapshot.dispose()
    expect(() => fresh.next()).toThrow(TypeError)
    expect(() => begun.next()).toThrow(TypeError)
  })
  it('can be disposed of again, and does not disturb the set', () => {
    const { set } = world(['0x1000-0x2000 1'])
    const snapshot = set.snapshot()
    snapshot.dispose()
    snapshot.dispose()
    snapshot[Symbol.dispose]()
    expect(show(set)).toEqual(['0x1000-0x2000 1'])
    set.checkInvariants()
  })
  it('leaves its areas, which are values', () => {
    const snapshot = world(['0x1000-0x2000 1']).set.snapshot()
    const area = snapshot.find(va(0x1000))!
    snapshot.dispose()
    expect(String(area)).toBe('0x1000-0x2000 1')
  })
  it('may be disposed of from inside a callback of the set', () => {
    const { set, backend, state } = world(['0x1000-0x2000 1'])
    const snapshot = set.snapshot()
    unwrap(set.unmap(va(0x1000), 0x1000n))
    // The record of flags 1 is now held by the snapshot alone, and the plan has already looked it up.
    const releasing = { map: (...call: Parameters<typeof backend.map>) => (snapshot.dispose(), backend.map(...call)), unmap: () => true, protect: () => true }
    unwrap(set.map(va(0x3000), 0x1000n, 1, releasing))
    unwrap(set.map(va(0x5000), 0x1000n, 1, backend))
    expect(state().areas).toEqual(['0x3000-0x4000 1', '0x5000-0x6000 1'])
    set.checkInvariants()
  })
})
