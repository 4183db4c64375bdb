import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MockPageTable } from '@addrspace/backend-mock'

const SPACE = 18446744073709551616n

function tableOf(...runs: readonly (readonly [bigint, bigint, number])[]): MockPageTable {
  const table = new MockPageTable()
  for (const [start, end, flags] of runs) table.write(start, end, flags)
  return table
}

const listed = (table: MockPageTable): (bigint | number)[][] => table.runs.map(({ start, end, flags }) => [start, end, flags])

describe('a mock page table', () => {
  it('is empty at first', () => {
    const table = new MockPageTable()
    expect(listed(table)).toEqual([])
    expect(table.flagsAt(0n)).toBe(undefined)
    expect(table.isUnmapped(0n, SPACE)).toBe(true)
    expect(table.isMapped(0n, 1n)).toBe(false)
    expect(String(table)).toBe('')
  })
  it('tells the flags of every byte', () => {
    const table = tableOf([0x1000n, 0x2000n, 7], [0x2000n, 0x2001n, 1])
    expect([0xfffn, 0x1000n, 0x1fffn, 0x2000n, 0x2001n].map((addr) => table.flagsAt(addr))).toEqual([undefined, 7, 7, 1, undefined])
  })
  it('keeps flags 0 apart from unmapped', () => {
    const table = tableOf([0x1000n, 0x2000n, 0])
    expect([table.flagsAt(0x1000n), table.flagsAt(0x2000n)]).toEqual([0, undefined])
    expect([table.isMapped(0x1000n, 0x2000n), table.isUnmapped(0x1000n, 0x2000n)]).toEqual([true, false])
    table.write(0x1000n, 0x2000n, undefined)
    expect([table.isMapped(0x1000n, 0x2000n), table.isUnmapped(0x1000n, 0x2000n)]).toEqual([false, true])
  })
  it('goes up to 2^64, at the cost of one run', () => {
    const table = tableOf([0n, SPACE, 3])
    expect(listed(table)).toEqual([[0n, SPACE, 3]])
    expect([table.flagsAt(0n), table.flagsAt(SPACE - 1n)]).toEqual([3, 3])
    table.write(SPACE - 1n, SPACE, 5)
    expect(listed(table)).toEqual([[0n, SPACE - 1n, 3], [SPACE - 1n, SPACE, 5]])
  })
  it('prints a run a line', () => {
    const table = tableOf([0x1000n, 0x2000n, 7], [0xffff_ffff_ffff_f000n, SPACE, 0])
    expect(String(table)).toBe('0x1000-0x2000 7\n0xfffffffffffff000-0x10000000000000000 0')
    expect(inspect(table)).toContain('MockPageTable')
  })
})

describe('writing to a mock page table', () => {
  const three: readonly (readonly [bigint, bigint, number])[] = [[0x1000n, 0x2000n, 1], [0x3000n, 0x4000n, 2], [0x4000n, 0x5000n, 3]]
  it.each<[string, bigint, bigint, number | undefined, (bigint | number)[][]]>([
    //                                                   0x1000   0x2000   0x3000   0x4000   0x5000
    //                                                   [==1==)           [==2==)[==3==)
    ['joins what touches with equal flags', 0x2000n, 0x3000n, 1, [[0x1000n, 0x3000n, 1], [0x3000n, 0x4000n, 2], [0x4000n, 0x5000n, 3]]],
    ['joins on both sides', 0x1800n, 0x3000n, 2, [[0x1000n, 0x1800n, 1], [0x1800n, 0x4000n, 2], [0x4000n, 0x5000n, 3]]],
    ['splits a run', 0x1400n, 0x1800n, 9, [[0x1000n, 0x1400n, 1], [0x1400n, 0x1800n, 9], [0x1800n, 0x2000n, 1], [0x3000n, 0x4000n, 2], [0x4000n, 0x5000n, 3]]],
    ['does not split a run for its own flags', 0x1400n, 0x1800n, 1, [[0x1000n, 0x2000n, 1], [0x3000n, 0x4000n, 2], [0x4000n, 0x5000n, 3]]],
    ['takes the place of many', 0x0n, 0x4800n, 7, [[0n, 0x4800n, 7], [0x4800n, 0x5000n, 3]]],
    ['unmaps across runs', 0x1800n, 0x4800n, undefined, [[0x1000n, 0x1800n, 1], [0x4800n, 0x5000n, 3]]],
    ['makes one run of two', 0x4000n, 0x5000n, 2, [[0x1000n, 0x2000n, 1], [0x3000n, 0x5000n, 2]]],
    ['is nothing for an empty range', 0x1800n, 0x1800n, 9, [[0x1000n, 0x2000n, 1], [0x3000n, 0x4000n, 2], [0x4000n, 0x5000n, 3]]],
    ['is nothing for an empty range in a hole', 0x2800n, 0x2800n, 9, [[0x1000n, 0x2000n, 1], [0x3000n, 0x4000n, 2], [0x4000n, 0x5000n, 3]]],
  ])('%s', (_, start, end, flags, expected) => {
    const table = tableOf(...three)
    table.write(start, end, flags)
    expect(listed(table)).toEqual(expected)
  })
})

describe('asking a mock page table about a range', () => {
  const table = tableOf([0x1000n, 0x2000n, 1], [0x2000n, 0x3000n, 2], [0x4000n, 0x5000n, 3])
  it.each<[bigint, bigint, boolean, boolean]>([
    [0x1000n, 0x3000n, true, false],
    [0x1fffn, 0x2001n, true, false],
    [0x0fffn, 0x1001n, false, false],
    [0x2fffn, 0x3001n, false, false],
    [0x1000n, 0x5000n, false, false],
    [0x3000n, 0x4000n, false, true],
    [0n, 0x1000n, false, true],
    [0x5000n, SPACE, false, true],
    [0x1800n, 0x1800n, true, true],
  ])('[%s, %s): mapped %s, unmapped %s', (start, end, isMapped, isUnmapped) => {
    expect([table.isMapped(start, end), table.isUnmapped(start, end)]).toEqual([isMapped, isUnmapped])
  })
})

describe('a mock page table and an array of bytes', () => {
  const WIDTH = 40
  const writes = fc.array(fc.tuple(fc.nat(WIDTH), fc.nat(WIDTH), fc.option(fc.nat(2), { nil: undefined })), { maxLength: 40 })
  it.each([0n, 2n ** 53n - 20n, SPACE - BigInt(WIDTH)])('agree after any writes at %s, and runs stay maximal', (base) => {
    fc.assert(fc.property(writes, (all) => {
      const table = new MockPageTable()
      const bytes = new Array<number | undefined>(WIDTH).fill(undefined)
      for (const [a, b, flags] of all) {
        const [start, end] = a < b ? [a, b] : [b, a]
        table.write(base + BigInt(start), base + BigInt(end), flags)
        bytes.fill(flags, start, end)
        expect(bytes.map((_, i) => table.flagsAt(base + BigInt(i)))).toEqual(bytes)
        const range = bytes.slice(start, end)
        expect(table.isMapped(base + BigInt(start), base + BigInt(end))).toBe(range.every((byte) => byte !== undefined))
        expect(table.isUnmapped(base + BigInt(start), base + BigInt(end))).toBe(range.every((byte) => byte === undefined))
        for (const [i, run] of table.runs.entries()) {
          const next = table.runs[i + 1]
          expect(run.start < run.end).toBe(true)
          if (next !== undefined) expect(run.end < next.start || (run.end === next.start && run.flags !== next.flags)).toBe(true)
        }
      }
    }), { numRuns: 60 })
  })
})
