/**
 * Backends, tables and callbacks that are written to do harm, or by mistake: whatever they answer, throw or turn into,
 * a set ends with an error of its own kind or with theirs, and is as before.
 */
import { va } from '@addrspace/memory-addr'
import { MemorySet, type MappingBackend, type MappingResult } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { untyped } from './support/untyped.ts'

type Backend = MappingBackend<number, unknown>

const lawful: Backend = { map: () => true, unmap: () => true, protect: () => true }
const PAGE = 0x1000n

/** A page table that only counts its brackets. */
class Brackets {
  open = 0
  rolledBack = 0
  failsAt: 'begin' | 'commit' | 'rollback' | undefined

  beginTransaction(): void {
    if (this.failsAt === 'begin') throw new Error('begin')
    this.open++
  }

  commitTransaction(): void {
    this.open--
    if (this.failsAt === 'commit') throw new Error('commit')
  }

  rollbackTransaction(): void {
    this.open--
    this.rolledBack++
    if (this.failsAt === 'rollback') throw new Error('rollback')
  }
}

function world(): { pageTable: Brackets; set: MemorySet<number, unknown> } {
  const pageTable = new Brackets()
  return { pageTable, set: new MemorySet<number, unknown>({ pageTable, merge: 'equal-neighbours' }) }
}

function ok(result: MappingResult<unknown>): void {
  expect(result).toEqual({ ok: true, value: undefined })
}

describe('an answer that throws when it is looked at', () => {
  const told = { get reason(): string { throw new Error('reason') } }
  const half = { reason: 'out-of-frames', get cause(): string { throw new Error('cause') } }
  let times = 0
  const changing = { get reason(): unknown { return times++ % 2 === 0 ? 'out-of-frames' : Symbol('other') } }

  it.each([['reason', told, 'reason'], ['cause', half, 'cause'], ['another reason the second time', changing, /./]])('%s: the bracket is closed and the set goes on', (_, answer, message) => {
    const { set, pageTable } = world()
    ok(set.map(va(0x3000), PAGE, 1, lawful))
    expect(() => set.map(va(0x2000), 2n * PAGE, 1, { ...lawful, map: () => untyped(answer) }, { onOverlap: 'replace' })).toThrow(message)
    expect(pageTable).toMatchObject({ open: 0, rolledBack: 1 })
    expect(set.toString()).toBe('MemorySet(1 area)\n  0x3000-0x4000 1')
    ok(set.unmap(va(0x3000), PAGE))
  })

  it('so does the undoing of the steps before it, where the table cannot roll back', () => {
    const calls: string[] = []
    const backend: Backend = { ...lawful, map: () => (calls.push('map'), true), unmap: () => (calls.push('unmap'), true) }
    const set = new MemorySet<number, null>({ pageTable: null })
    ok(set.map(va(0x1000), PAGE, 1, backend))
    expect(() => set.map(va(0x1000), PAGE, 2, { ...lawful, map: () => untyped(half) }, { onOverlap: 'replace' })).toThrow('cause')
    expect(calls).toEqual(['map', 'unmap', 'map'])
  })

  it('as the result of a transaction: it is gone back, and others can follow', () => {
    const { set, pageTable } = world()
    for (const result of [{ get ok(): boolean { throw new Error('ok') } }, { ok: false, get error(): Error { throw new Error('error') } }]) {
      expect(() => set.transaction(() => (ok(set.map(va(0), PAGE, 1, lawful)), untyped(result)))).toThrow(/ok|error/)
    }
    expect(() => set.transaction(() => untyped({ ok: false }))).toThrow(new TypeError('"fn" of a transaction must give a MappingResult, got object'))
    expect(pageTable.open).toBe(0)
    expect(set.isEmpty).toBe(true)
    ok(set.transaction(() => set.map(va(0), PAGE, 1, lawful)))
    expect(set.size).toBe(1)
  })
})

describe('an answer of a callback that is no boolean', () => {
  const yes = (): unknown => Promise.resolve(false)

  it('permits nothing', () => {
    const set = new MemorySet<number, null>({ pageTable: null, permits: untyped(yes) })
    ok(set.map(va(0), PAGE, 1, { ...lawful, fault: () => 'installed' }))
    expect(() => set.fault(va(0), 'read')).toThrow(new TypeError('"permits" must answer true or false, got a promise'))
  })

  it('merges nothing', () => {
    const set = new MemorySet<number, null>({ pageTable: null, merge: 'equal-neighbours', flagsEqual: untyped(yes) })
    ok(set.map(va(0), PAGE, 1, lawful))
    expect(() => set.map(va(PAGE), PAGE, 2, lawful)).toThrow(new TypeError('"flagsEqual" must answer true or false, got a promise'))
    const merging = world().set
    ok(merging.map(va(0), PAGE, 1, { ...lawful, canMerge: untyped(() => 1) }))
    expect(() => merging.map(va(PAGE), PAGE, 1, lawful)).toThrow(new TypeError('"canMerge" must answer true or false, got number'))
    expect([set.size, merging.size]).toEqual([1, 1])
  })
})

describe('a granule that changes between calls', () => {
  it.each([[0n, RangeError], [3n, RangeError], [-1n, RangeError], [4096, TypeError], ['x', TypeError]])('to %s: the cut names it, and nothing has changed', (granule, kind) => {
    const backend = { ...lawful, granule: 0x1000n as unknown }
    const { set } = world()
    ok(set.map(va(0), 4n * PAGE, 1, untyped(backend)))
    backend.granule = granule
    expect(() => set.unmap(va(PAGE), PAGE)).toThrow(kind)
    expect(() => set.unmap(va(PAGE), PAGE)).toThrow('"backend.granule"')
    expect(set.toString()).toBe('MemorySet(1 area)\n  0x0-0x4000 1')
  })
})

describe('a page table that breaks its laws', () => {
  it('throws at the beginning of a transaction: there is none then', () => {
    const { set, pageTable } = world()
    pageTable.failsAt = 'begin'
    expect(() => set.transaction(() => set.map(va(0), PAGE, 1, lawful))).toThrow('begin')
    pageTable.failsAt = undefined
    ok(set.map(va(0), PAGE, 1, lawful))
    expect(pageTable.open).toBe(0)
  })

  it('throws while it rolls back: the set is as before, and its next transaction is an outermost one', () => {
    const { set, pageTable } = world()
    pageTable.failsAt = 'rollback'
    expect(() => set.transaction(() => (ok(set.map(va(0), PAGE, 1, lawful)), set.map(va(0), PAGE, 1, lawful)))).toThrow('rollback')
    pageTable.failsAt = undefined
    expect(set.isEmpty).toBe(true)
    ok(set.transaction(() => set.map(va(0), PAGE, 1, lawful)))
    expect(set.size).toBe(1)
  })

  it('throws when a fault is committed: that reaches the caller, and no bracket around it is rolled back', () => {
    const { set, pageTable } = world()
    ok(set.map(va(0), PAGE, 1, { ...lawful, fault: () => 'installed' }))
    pageTable.failsAt = 'commit'
    expect(() => set.fault(va(0), 'read')).toThrow('commit')
    expect(pageTable).toMatchObject({ open: 0, rolledBack: 0 })
  })

  it('calls the set from the beginning of a transaction: that throws', () => {
    const { set, pageTable } = world()
    pageTable.beginTransaction = () => void set.clear()
    expect(() => set.transaction(() => set.clear())).toThrow('a set must not be called from inside its own callbacks')
  })
})

describe('options that are no object throw a TypeError that names them', () => {
  it.each([5n, 'replace', true, null, () => 1])('%o', (options) => {
    const { set } = world()
    const error = /^"(options|guards|gap)" must be an object, got /
    expect(() => set.map(va(0), PAGE, 1, lawful, untyped(options))).toThrow(error)
    expect(() => set.map(va(0), PAGE, 1, lawful, { guards: untyped(options) })).toThrow(error)
    expect(() => set.protect(va(0), PAGE, () => 1, untyped(options))).toThrow(error)
    expect(() => set.findFreeArea(PAGE, untyped(options))).toThrow(error)
    expect(() => set.findFreeArea(PAGE, { gap: untyped(options) })).toThrow(error)
    expect(() => new MemorySet(untyped(options))).toThrow(error)
  })
})

describe('other arguments of the wrong type', () => {
  it('are named', () => {
    const { set } = world()
    ok(set.map(va(0), PAGE, 1, lawful))
    expect(() => set.transaction(untyped(5))).toThrow(new TypeError('"fn" must be a function, got number'))
    expect(() => set.find(va(0))!.equals(untyped(null))).toThrow(new TypeError('"other" must be a MemoryArea, got null'))
    expect(() => set.overlaps(untyped(undefined))).toThrow(new TypeError('"range" must be an object, got undefined'))
    const silent = Object.create(null) as unknown
    expect(() => set.findFreeArea(PAGE, { direction: untyped(silent) })).toThrow(new RangeError('"direction" must be up or down, got object'))
  })
})
