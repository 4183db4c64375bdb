import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'

const SPACE = 18446744073709551616n
const LAST_PAGE = 0xffff_ffff_ffff_f000n

function mapped(): { backend: MockBackend; table: MockPageTable } {
  const [backend, table] = [new MockBackend(), new MockPageTable()]
  //     0x1000   0x2000   0x3000   0x4000
  //     [==7==)[==1==)             [==0==)
  table.write(0x1000n, 0x2000n, 7)
  table.write(0x2000n, 0x3000n, 1)
  table.write(0x4000n, 0x5000n, 0)
  return { backend, table }
}

const BEFORE = '0x1000-0x2000 7\n0x2000-0x3000 1\n0x4000-0x5000 0'

describe('the mock, by the laws of a backend', () => {
  it.each<[bigint, bigint]>([[0x1000n, 0x1000n], [0xfffn, 2n], [0x3000n, 0x1001n], [0x4800n, 1n], [0n, SPACE]])(
    'L1, L2: a map of %s + %s, part of which is mapped, is refused and changes nothing',
    (start, size) => {
      const { backend, table } = mapped()
      expect(backend.map(va(start), size, 3, table)).toEqual({ reason: 'already-mapped' })
      expect(String(table)).toBe(BEFORE)
    },
  )
  it.each<[bigint, bigint]>([[0x3000n, 0x1000n], [0x2fffn, 2n], [0xfffn, 2n], [0x1000n, 0x3001n], [0n, SPACE]])(
    'L1, L3: an unmap or a protect of %s + %s, part of which is not mapped, is refused and changes nothing',
    (start, size) => {
      const { backend, table } = mapped()
      expect(backend.unmap(va(start), size, table)).toEqual({ reason: 'not-mapped' })
      expect(backend.protect(va(start), size, 3, table)).toEqual({ reason: 'not-mapped' })
      expect(String(table)).toBe(BEFORE)
    },
  )
  it('L4: takes any part of what was mapped, in any pieces', () => {
    const { backend, table } = mapped()
    expect(backend.unmap(va(0x1fff), 2n, table)).toBe(true)
    expect(backend.protect(va(0x1001), 1n, 9, table)).toBe(true)
    expect(String(table)).toBe('0x1000-0x1001 7\n0x1001-0x1002 9\n0x1002-0x1fff 7\n0x2001-0x3000 1\n0x4000-0x5000 0')
  })
  it('L5: map undoes unmap, and protect undoes protect', () => {
    const { backend, table } = mapped()
    expect(backend.unmap(va(0x1800), 0x800n, table)).toBe(true)
    expect(backend.map(va(0x1800), 0x800n, 7, table)).toBe(true)
    expect(backend.protect(va(0x2000), 0x800n, 4, table)).toBe(true)
    expect(backend.protect(va(0x2000), 0x800n, 1, table)).toBe(true)
    expect(String(table)).toBe(BEFORE)
  })
  it('takes flags 0 for flags like others', () => {
    const { backend, table } = mapped()
    expect(backend.map(va(0x4000), 1n, 0, table)).toEqual({ reason: 'already-mapped' })
    expect(backend.protect(va(0x1000), 0x1000n, 0, table)).toBe(true)
    expect(backend.unmap(va(0x1000), 0x1000n, table)).toBe(true)
    expect(backend.unmap(va(0x4000), 0x1000n, table)).toBe(true)
    expect(String(table)).toBe('0x2000-0x3000 1')
  })
  it('takes the last byte of the space', () => {
    const { backend, table } = mapped()
    expect(backend.map(va(LAST_PAGE), 0x1000n, 3, table)).toBe(true)
    expect(backend.protect(va(SPACE - 1n), 1n, 5, table)).toBe(true)
    expect(backend.unmap(va(LAST_PAGE), 0x1000n, table)).toBe(true)
    expect(String(table)).toBe(BEFORE)
  })
  it('answers faults: what is mapped is present', () => {
    const { backend, table } = mapped()
    expect(backend.fault(va(0x1000), 'write', 7, table)).toBe('present')
    expect(backend.fault(va(0x4000), 'read', 0, table)).toBe('present')
    expect(backend.fault(va(0x3000), 'read', 7, table)).toEqual({ reason: 'not-mapped' })
  })
  it('has no granule, and merges with itself', () => {
    expect('granule' in new MockBackend()).toBe(false)
    expect('canMerge' in new MockBackend()).toBe(false)
  })
  it('keeps a set and its table in step', () => {
    const [table, backend] = [new MockPageTable(), new MockBackend()]
    const set = new MemorySet<number, MockPageTable>({ pageTable: table })
    unwrap(set.map(va(0), SPACE, 0, backend))
    unwrap(set.protect(va(0x1000), 0x1000n, () => 3))
    unwrap(set.map(va(0x1800), 0x1000n, 5, backend, { onOverlap: 'replace' }))
    unwrap(set.unmap(va(LAST_PAGE), 0x1000n))
    expect(Array.from(set, String).join('\n')).toBe(String(table))
    expect(unwrap(set.fault(va(0), 'exec'))).toBe('present')
    unwrap(set.clear())
    expect(table.runs).toEqual([])
  })
})

describe('the null backend', () => {
  it('accepts everything, for any flags and no page table', () => {
    const backend = new NullBackend<string>()
    const set = new MemorySet<string, null>({ pageTable: null })
    unwrap(set.map(va(LAST_PAGE), 0x1000n, 'rw', backend))
    unwrap(set.protect(va(SPACE - 1n), 1n, () => 'r'))
    expect(unwrap(set.fault(va(SPACE - 1n), 'write'))).toBe('present')
    expect(Array.from(set, String)).toEqual(['0xfffffffffffff000-0xffffffffffffffff rw', '0xffffffffffffffff-0x10000000000000000 r'])
    unwrap(set.clear())
  })
})

describe('an argument that is none', () => {
  it('throws by its name, and nothing is written', () => {
    const { backend, table } = mapped()
    const untyped = (value: unknown): never => value as never
    expect(() => backend.map(untyped(0x8000), 1n, 3, table)).toThrow(new TypeError('"start" must be a bigint, got number'))
    expect(() => backend.map(va(0x8000), untyped('1'), 3, table)).toThrow(new TypeError('"size" must be a bigint, got string'))
    expect(() => backend.map(va(0x8000), 1n, untyped('rw'), table)).toThrow(new TypeError('"flags" must be a number, got string'))
    expect(() => backend.protect(va(0x1000), 1n, untyped(undefined), table)).toThrow(new TypeError('"newFlags" must be a number, got undefined'))
    expect(() => backend.unmap(va(0x1000), -1n, table)).toThrow(new RangeError('"size" must be in [0, 2^64], got -0x1'))
    expect(() => backend.map(va(LAST_PAGE), 0x1001n, 3, table)).toThrow(RangeError)
    expect(() => backend.fault(untyped(null), 'read', 3, table)).toThrow(new TypeError('"addr" must be a bigint, got object'))
    expect(String(table)).toBe(BEFORE)
  })
})
