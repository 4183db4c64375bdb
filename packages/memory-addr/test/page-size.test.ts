import { describe, expect, it } from 'vitest'
import { formatSize, PAGE_SIZE_1G, PAGE_SIZE_2M, PAGE_SIZE_4K } from '@addrspace/memory-addr'
import { NOT_BIGINTS, untyped } from './untyped.ts'

describe('page sizes', () => {
  it('are 4 KiB, and 512 times that per level', () => {
    expect(PAGE_SIZE_4K).toBe(4096n)
    expect(PAGE_SIZE_2M).toBe(2097152n)
    expect(PAGE_SIZE_1G).toBe(1073741824n)
    expect([PAGE_SIZE_2M / PAGE_SIZE_4K, PAGE_SIZE_1G / PAGE_SIZE_2M]).toEqual([512n, 512n])
  })
})

describe('formatSize', () => {
  it.each([
    [0n, '0 B'],
    [1n, '1 B'],
    [1023n, '1023 B'],
    [1024n, '1 KiB'],
    [1025n, '1025 B'],
    [0x1000n, '4 KiB'],
    [0x1800n, '6 KiB'],
    [0x20_0000n, '2 MiB'],
    [0x4000_0000n, '1 GiB'],
    [0x80_0000_0000n, '512 GiB'],
    [0x8000_0000_0000n, '128 TiB'],
    [0x4_0000_0000_0000n, '1 PiB'],
    [18446744073709551616n, '16 EiB'],
  ])('writes %s in the largest unit that is exact', (size, text) => {
    expect(formatSize(size)).toBe(text)
  })
  it('refuses what is no size', () => {
    expect(() => formatSize(-1n)).toThrow(new RangeError('"size" must be in [0, 2^64], got -0x1'))
    expect(() => formatSize(18446744073709551617n)).toThrow(RangeError)
    for (const [value, type] of NOT_BIGINTS) {
      expect(() => formatSize(untyped(value))).toThrow(new TypeError(`"size" must be a bigint, got ${type}`))
    }
  })
})
