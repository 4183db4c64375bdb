import { describe, expect, it } from 'vitest'
import {
  alignDown, alignDown4K, alignOffset, alignOffset4K, alignUp, alignUp4K, checkAlign, checkedAlignUp, isAligned,
  isAligned4K, isPowerOfTwo, pa, va,
} from '@addrspace/memory-addr'
import { NOT_BIGINTS, untyped } from './untyped.ts'

const LAST = 0xffff_ffff_ffff_ffffn
const LAST_PAGE = 0xffff_ffff_ffff_f000n
const SPACE = 18446744073709551616n

//   0x1000        0x1800        0x2000
//   |-------------|-------------|
//   aligned       rounds down   aligned
//                 to 0x1000, up to 0x2000
describe('alignDown', () => {
  it('keeps a multiple and rounds the rest down', () => {
    expect(alignDown(va(0x1000), 0x1000n)).toBe(0x1000n)
    expect(alignDown(va(0x1001), 0x1000n)).toBe(0x1000n)
    expect(alignDown(va(0x1fff), 0x1000n)).toBe(0x1000n)
    expect(alignDown(va(0xfff), 0x1000n)).toBe(0n)
  })
  it('keeps everything at an alignment of 1', () => {
    expect(alignDown(LAST, 1n)).toBe(LAST)
  })
  it('takes the largest alignment', () => {
    expect(alignDown(LAST, 0x8000_0000_0000_0000n)).toBe(0x8000_0000_0000_0000n)
  })
})

describe('alignUp, checkedAlignUp', () => {
  it('keep a multiple and round the rest up', () => {
    for (const up of [alignUp, checkedAlignUp]) {
      expect(up(va(0), 0x1000n)).toBe(0n)
      expect(up(va(1), 0x1000n)).toBe(0x1000n)
      expect(up(va(0x1000), 0x1000n)).toBe(0x1000n)
      expect(up(va(0x1001), 0x1000n)).toBe(0x2000n)
    }
  })
  it('reach the last page, and keep the last address at an alignment of 1', () => {
    for (const up of [alignUp, checkedAlignUp]) {
      expect(up(va(LAST_PAGE), 0x1000n)).toBe(LAST_PAGE)
      expect(up(va(LAST_PAGE - 1n), 0x1000n)).toBe(LAST_PAGE)
      expect(up(va(LAST), 1n)).toBe(LAST)
    }
  })
  it('do not wrap to zero', () => {
    expect(() => alignUp(va(LAST_PAGE + 1n), 0x1000n)).toThrow(
      new RangeError('"addr aligned up" must be in [0, 2^64), got 0x10000000000000000'),
    )
    expect(() => alignUp(va(0x8000_0000_0000_0001n), 0x8000_0000_0000_0000n)).toThrow(RangeError)
    expect(checkedAlignUp(va(LAST_PAGE + 1n), 0x1000n)).toBe(undefined)
    expect(checkedAlignUp(va(LAST), 2n)).toBe(undefined)
  })
})

describe('alignOffset, isAligned', () => {
  it('tell how far above a multiple', () => {
    expect(alignOffset(va(0x1000), 0x1000n)).toBe(0n)
    expect(alignOffset(va(0x1fff), 0x1000n)).toBe(0xfffn)
    expect(alignOffset(LAST, 1n)).toBe(0n)
    expect(isAligned(va(0), 0x8000_0000_0000_0000n)).toBe(true)
    expect(isAligned(va(0x1800), 0x800n)).toBe(true)
    expect(isAligned(va(0x1800), 0x1000n)).toBe(false)
  })
})

describe('the 4K forms', () => {
  it('align to 4096', () => {
    expect(alignDown4K(pa(0x1fff))).toBe(0x1000n)
    expect(alignUp4K(pa(0x1001))).toBe(0x2000n)
    expect(alignOffset4K(pa(0x1fff))).toBe(0xfffn)
    expect(isAligned4K(pa(0x1000))).toBe(true)
    expect(isAligned4K(pa(0x800))).toBe(false)
  })
  it('refuse to round up past the last address', () => {
    expect(alignUp4K(LAST_PAGE)).toBe(LAST_PAGE)
    expect(() => alignUp4K(LAST)).toThrow(RangeError)
  })
})

describe('isPowerOfTwo', () => {
  it('knows the powers, of which zero is none', () => {
    expect([1n, 2n, 0x1000n, 0x8000_0000_0000_0000n].map(isPowerOfTwo)).toEqual([true, true, true, true])
    expect([0n, -1n, -2n, 3n, 0x1001n, LAST].map(isPowerOfTwo)).toEqual([false, false, false, false, false, false])
  })
})

describe('wrong arguments', () => {
  const binary = [alignDown, alignUp, checkedAlignUp, alignOffset, isAligned] as const
  const fixed = [alignDown4K, alignUp4K, alignOffset4K, isAligned4K] as const

  it.each([
    [0n, '"align" must be a power of two, got 0x0'],
    [3n, '"align" must be a power of two, got 0x3'],
    [0x1001n, '"align" must be a power of two, got 0x1001'],
    [LAST, '"align" must be a power of two, got 0xffffffffffffffff'],
    [-0x1000n, '"align" must be in [0, 2^64), got -0x1000'],
    [SPACE, '"align" must be in [0, 2^64), got 0x10000000000000000'],
  ])('an alignment of %s is refused', (align, message) => {
    for (const operation of binary) expect(() => operation(0x1000n, align)).toThrow(new RangeError(message))
    expect(() => checkAlign(align, 'align')).toThrow(new RangeError(message))
  })

  it.each(NOT_BIGINTS)('what is no bigint is refused (%#)', (value, type) => {
    for (const operation of binary) {
      expect(() => operation(0x1000n, untyped(value))).toThrow(new TypeError(`"align" must be a bigint, got ${type}`))
      expect(() => operation(untyped(value), 1n)).toThrow(new TypeError(`"addr" must be a bigint, got ${type}`))
    }
    for (const operation of fixed) {
      expect(() => operation(untyped(value))).toThrow(new TypeError(`"addr" must be a bigint, got ${type}`))
    }
    expect(() => checkAlign(value, 'granule')).toThrow(new TypeError(`"granule" must be a bigint, got ${type}`))
  })

  it.each([-1n, SPACE])('an address of %s is refused', (addr) => {
    for (const operation of binary) expect(() => operation(addr, 0x1000n)).toThrow(/^"addr" must be in \[0, 2\^64\)/)
    for (const operation of fixed) expect(() => operation(addr)).toThrow(/^"addr" must be in \[0, 2\^64\)/)
  })

  it('an argument named otherwise is named so in the error', () => {
    expect(() => checkAlign(6n, 'granule')).toThrow(new RangeError('"granule" must be a power of two, got 0x6'))
    expect(() => checkAlign(0x8000_0000_0000_0000n, 'granule')).not.toThrow()
  })
})
