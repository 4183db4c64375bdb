import { inspect } from 'node:util'
import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MemoryArea } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { AcceptAll } from './support/accept-all.ts'
import { errorOf } from './support/show.ts'
import { space, world } from './support/world.ts'

const SPACE = 18446744073709551616n

function areaWith<F>(flags: F): { set: MemorySet<F, null>; backend: AcceptAll<F>; area: MemoryArea<F, null> } {
  const backend = new AcceptAll<F>()
  const set = new MemorySet<F, null>({ pageTable: null })
  unwrap(set.map(va(0x1000), 0x2000n, flags, backend))
  return { set, backend, area: set.find(va(0x1000))! }
}

describe('an area', () => {
  it('tells its bounds, flags and backend', () => {
    const { area, backend } = areaWith(7)
    expect([area.start, area.end, area.size, area.flags]).toEqual([0x1000n, 0x3000n, 0x2000n, 7])
    expect(area.backend).toBe(backend)
    expect(area.range).toMatchObject({ start: 0x1000n, end: 0x3000n })
    expect(area.guards).toEqual({ below: 0n, above: 0n })
  })
  it('may be the whole space', () => {
    const area = space(['0x0-0x10000000000000000 1']).set.find(va(0))!
    expect([area.start, area.end, area.size, area.range.size]).toEqual([0n, SPACE, SPACE, SPACE])
    expect(area.contains(va(SPACE - 1n))).toBe(true)
  })
  it('contains its first byte, and not the one behind its last', () => {
    const { area } = areaWith(7)
    expect([0xfffn, 0x1000n, 0x2fffn, 0x3000n].map((addr) => area.contains(va(addr)))).toEqual([false, true, true, false])
  })
  it('contains exactly its bytes where doubles cannot tell them apart', () => {
    const area = space(['0x8000000000000801-0x8000000000000803 1']).set.find(va(0x8000000000000801n))!
    const contained = [0x800n, 0x801n, 0x802n, 0x803n].map((low) => area.contains(va(0x8000000000000000n + low)))
    expect(contained).toEqual([false, true, true, false])
    expect([area.start, area.end]).toEqual([0x8000000000000801n, 0x8000000000000803n])
  })
  it('stays as it was when the set changes', () => {
    const { set, area } = areaWith(7)
    unwrap(set.protect(va(0x1000), 0x1000n, () => 8))
    unwrap(set.clear())
    expect([area.start, area.end, area.flags, area.toString()]).toEqual([0x1000n, 0x3000n, 7, '0x1000-0x3000 7'])
  })
})

describe('equality of areas', () => {
  it('is about bounds, flags, backend and guards', () => {
    const { set, backend, area } = areaWith(7)
    const other = (start: bigint, size: bigint, flags: number, by: AcceptAll, guards = {}): MemoryArea<number, null> => {
      const copy = new MemorySet<number, null>({ pageTable: null })
      unwrap(copy.map(va(start), size, flags, by, { guards }))
      return copy.find(va(start))!
    }
    expect(area.equals(set.find(va(0x2fff))!)).toBe(true)
    expect(area.equals(other(0x1000n, 0x2000n, 7, backend))).toBe(true)
    expect(area.equals(other(0x1001n, 0x1fffn, 7, backend))).toBe(false)
    expect(area.equals(other(0x1000n, 0x1fffn, 7, backend))).toBe(false)
    expect(area.equals(other(0x1000n, 0x2000n, 8, backend))).toBe(false)
    expect(area.equals(other(0x1000n, 0x2000n, 7, new AcceptAll()))).toBe(false)
    expect(area.equals(other(0x1000n, 0x2000n, 7, backend, { above: 1n }))).toBe(false)
    expect(area.equals(other(0x1000n, 0x2000n, 7, backend, { below: 1n }))).toBe(false)
  })
  it('compares bounds to the last bit', () => {
    const { set } = space(['0x8000000000000801-0x8000000000000803 1'])
    const area = set.find(va(0x8000000000000801n))!
    unwrap(set.unmap(va(0x8000000000000802n), 1n))
    expect(area.equals(set.find(va(0x8000000000000801n))!)).toBe(false)
  })
  it('takes an equality of flags', () => {
    const [left, right] = [areaWith({ bits: 1 }), areaWith({ bits: 1 })]
    const set = new MemorySet<{ bits: number }, null>({ pageTable: null })
    unwrap(set.map(va(0x1000), 0x2000n, right.area.flags, left.backend))
    const copy = set.find(va(0x1000))!
    expect(left.area.equals(copy)).toBe(false)
    expect(left.area.equals(copy, (a, b) => a.bits === b.bits)).toBe(true)
  })
})

describe('printing an area', () => {
  it('tells bounds and flags, in strings and in Node', () => {
    const { area } = areaWith(7)
    expect(String(area)).toBe('0x1000-0x3000 7')
    expect(inspect(area)).toBe('0x1000-0x3000 7')
    expect(inspect({ area })).toBe('{ area: 0x1000-0x3000 7 }')
  })
  it.each<[string, unknown, string]>([
    ['a string', 'rw', 'rw'],
    ['undefined', undefined, 'undefined'],
    ['a bigint', 5n, '5'],
    ['an object', { read: true }, '{"read":true}'],
    ['an object with bigints, which JSON has none of', { bits: 5n }, '{"bits":"5"}'],
    ['an object without a prototype', Object.create(null), '{}'],
    ['a symbol', Symbol('rw'), 'Symbol(rw)'],
  ])('takes flags of any kind: %s', (_, flags, text) => {
    const { set, backend, area } = areaWith(flags)
    expect(String(area)).toBe(`0x1000-0x3000 ${text}`)
    expect(String(set)).toBe(`MemorySet(1 area)\n  0x1000-0x3000 ${text}`)
    expect(errorOf(set.map(va(0x1000), 1n, flags, backend)).reason).toBe('overlap')
  })
  it('shows flags as the backend writes them, in messages too', () => {
    const set = new MemorySet<number, null>({ pageTable: null })
    const backend = Object.assign(new AcceptAll<number>(), { formatFlags: (flags: number) => `<${flags}>` })
    unwrap(set.map(va(0x1000), 0x2000n, 7, backend))
    expect(String(set.find(va(0x1000)))).toBe('0x1000-0x3000 <7>')
    expect(errorOf(set.map(va(0x2000), 0x4000n, 1, backend)).message).toBe('[0x2000, 0x6000) overlaps the area 0x1000-0x3000 <7>')
  })
  it.each([
    ['throws', (): string => { throw new Error('hostile') }],
    ['gives no text', (): string => 7 as never],
    ['asks the set', (set: MemorySet<number, null>): string => String(set.size)],
  ])('shows flags as ever where a backend that writes them %s', (_, write) => {
    const set = new MemorySet<number, null>({ pageTable: null })
    const backend = Object.assign(new AcceptAll<number>(), { formatFlags: () => write(set) })
    unwrap(set.map(va(0x1000), 0x2000n, 7, backend))
    expect(errorOf(set.map(va(0x2000), 0x4000n, 1, backend)).message).toBe('[0x2000, 0x6000) overlaps the area 0x1000-0x3000 7')
  })
  it('takes flags that cannot be printed: a refusal stays a refusal', () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    const hostile = {
      toJSON(): never {
        throw new Error('hostile')
      },
    }
    for (const flags of [circular, hostile]) {
      const { set, backend, area } = areaWith<object>(flags)
      expect(errorOf(set.map(va(0x1000), 1n, flags, backend)).reason).toBe('overlap')
      expect(errorOf(set.fault(va(0x1000), 'read')).reason).toBe('no-fault-handler')
      expect(String(area)).toBe('0x1000-0x3000 [object Object]')
    }
  })
})

describe('printing a set', () => {
  it('gives a line per area, in strings and in Node', () => {
    const { set } = world(['0x1000-0x2000 1', '0x3000-0x4000 2'])
    const text = 'MemorySet(2 areas)\n  0x1000-0x2000 1\n  0x3000-0x4000 2'
    expect(String(set)).toBe(text)
    expect(inspect(set)).toBe(text)
    expect(String(world().set)).toBe('MemorySet(0 areas)')
    expect(String(world(['0x0-0x1 1']).set)).toBe('MemorySet(1 area)\n  0x0-0x1 1')
  })
  it('tells a snapshot from a set, and one that is disposed of', () => {
    const snapshot = world(['0x1000-0x2000 1']).set.snapshot()
    expect(inspect(snapshot)).toBe('MemorySetSnapshot(1 area)\n  0x1000-0x2000 1')
    snapshot.dispose()
    expect(inspect(snapshot)).toBe('MemorySetSnapshot(disposed of)')
  })
})
