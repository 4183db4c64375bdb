import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  addrRange, addrRangeFromSize, AddrRange, checkRange, defineAddr, formatPhysAddr, formatVirtAddr, pa, pages4K, tryAddrRange,
  tryAddrRangeFromSize, tryPages, va,
} from '@addrspace/memory-addr'
import { NOT_BIGINTS, untyped } from './untyped.ts'

const SPACE = 18446744073709551616n
const LAST_PAGE = 0xffff_ffff_ffff_f000n

describe('making a range', () => {
  it('takes bounds', () => {
    for (const range of [
      addrRange(va(0x1000), 0x3000n),
      addrRange(va(0x1000), va(0x3000)),
      tryAddrRange(va(0x1000), 0x3000n),
      new AddrRange(va(0x1000), 0x3000n),
    ]) {
      expect(range).toMatchObject({ start: 0x1000n, end: 0x3000n, size: 0x2000n, isEmpty: false })
    }
  })
  it('takes a start and a size', () => {
    expect(addrRangeFromSize(va(0x1000), 0x2000n)).toMatchObject({ start: 0x1000n, end: 0x3000n })
    expect(tryAddrRangeFromSize(va(0x1000), 0x2000n)).toMatchObject({ start: 0x1000n, end: 0x3000n })
  })
  it('allows an empty range', () => {
    expect(addrRange(va(0x1000), 0x1000n)).toMatchObject({ size: 0n, isEmpty: true })
    expect(addrRangeFromSize(va(0xffff_ffff_ffff_ffffn), 0n)).toMatchObject({ isEmpty: true })
    expect(addrRange(va(0), 0n)).toMatchObject({ start: 0n, end: 0n, isEmpty: true })
  })
  it('allows an end of 2^64, so that the last page and the whole space have a range', () => {
    expect(addrRange(va(LAST_PAGE), SPACE)).toMatchObject({ end: SPACE, size: 0x1000n })
    expect(addrRangeFromSize(va(LAST_PAGE), 0x1000n)).toMatchObject({ end: SPACE })
    expect(addrRangeFromSize(va(0), SPACE)).toMatchObject({ end: SPACE, size: SPACE })
    expect(tryAddrRange(va(0), SPACE)).toMatchObject({ size: SPACE })
    expect(tryAddrRangeFromSize(va(0), SPACE)).toMatchObject({ size: SPACE })
  })
  it('refuses a reversed range', () => {
    const error = new RangeError('"end" must be at least 0x2000, got 0x1fff')
    expect(() => addrRange(va(0x2000), 0x1fffn)).toThrow(error)
    expect(() => new AddrRange(va(0x2000), 0x1fffn)).toThrow(error)
    expect(tryAddrRange(va(0x2000), 0x1fffn)).toBe(undefined)
  })
  it('refuses bounds out of the space', () => {
    expect(() => addrRange(va(0), SPACE + 1n)).toThrow(
      new RangeError('"end" must be in [0, 2^64], got 0x10000000000000001'),
    )
    expect(() => addrRange(SPACE, SPACE)).toThrow(
      new RangeError('"start" must be in [0, 2^64), got 0x10000000000000000'),
    )
    expect(() => addrRange(-1n, 0n)).toThrow(new RangeError('"start" must be in [0, 2^64), got -0x1'))
    expect(() => addrRange(0n, -1n)).toThrow(new RangeError('"end" must be in [0, 2^64], got -0x1'))
    expect(tryAddrRange(va(0), SPACE + 1n)).toBe(undefined)
    expect(tryAddrRange(SPACE, SPACE)).toBe(undefined)
    expect(tryAddrRange(-1n, 0n)).toBe(undefined)
  })
  it('refuses a size that leads past 2^64', () => {
    expect(() => addrRangeFromSize(va(LAST_PAGE), 0x1001n)).toThrow(
      new RangeError('"start + size" must be in [0, 2^64], got 0x10000000000000001'),
    )
    expect(tryAddrRangeFromSize(va(LAST_PAGE), 0x1001n)).toBe(undefined)
    expect(tryAddrRangeFromSize(va(1), SPACE)).toBe(undefined)
  })
  it('refuses a start or a size out of bounds', () => {
    expect(() => addrRangeFromSize(va(0), -1n)).toThrow(new RangeError('"size" must be in [0, 2^64], got -0x1'))
    expect(() => addrRangeFromSize(va(0), SPACE + 1n)).toThrow(RangeError)
    expect(() => addrRangeFromSize(SPACE, 0n)).toThrow(/^"start" must be in \[0, 2\^64\)/)
    expect(tryAddrRangeFromSize(va(0x1000), -1n)).toBe(undefined)
    expect(tryAddrRangeFromSize(-1n, 2n)).toBe(undefined)
  })
  it.each(NOT_BIGINTS)('refuses what is no bigint, numbers too (%#)', (value, type) => {
    const wrong = untyped(value)
    expect(() => addrRange(wrong, 0n)).toThrow(new TypeError(`"start" must be a bigint, got ${type}`))
    expect(() => addrRange(0n, wrong)).toThrow(new TypeError(`"end" must be a bigint, got ${type}`))
    expect(() => new AddrRange(wrong, 0n)).toThrow(new TypeError(`"start" must be a bigint, got ${type}`))
    expect(() => new AddrRange(0n, wrong)).toThrow(new TypeError(`"end" must be a bigint, got ${type}`))
    expect(() => addrRangeFromSize(wrong, 0n)).toThrow(new TypeError(`"start" must be a bigint, got ${type}`))
    expect(() => addrRangeFromSize(0n, wrong)).toThrow(new TypeError(`"size" must be a bigint, got ${type}`))
    expect(tryAddrRange(wrong, 0n)).toBe(undefined)
    expect(tryAddrRange(0n, wrong)).toBe(undefined)
    expect(tryAddrRangeFromSize(wrong, 0n)).toBe(undefined)
    expect(tryAddrRangeFromSize(0n, wrong)).toBe(undefined)
  })
})

describe('a range', () => {
  it('cannot be changed', () => {
    const range = addrRange(va(0x1000), 0x2000n)
    expect(Object.isFrozen(range)).toBe(true)
    expect(() => Object.assign(range, { start: 0x3000n })).toThrow(TypeError)
    expect(range.start).toBe(0x1000n)
  })
  it('is equal by its bounds', () => {
    const range = addrRange(va(0x1000), 0x2000n)
    expect(range.equals(addrRangeFromSize(va(0x1000), 0x1000n))).toBe(true)
    expect(range.equals({ start: va(0x1000), end: 0x2000n })).toBe(true)
    expect(range.equals(addrRange(va(0x1000), 0x2001n))).toBe(false)
    expect(range.equals(addrRange(va(0xfff), 0x2000n))).toBe(false)
  })
  it('is not equal to another empty range at another address', () => {
    expect(addrRange(va(0), 0n).equals(addrRange(va(1), 1n))).toBe(false)
  })
})

//        0x1000        0x2000
//           [-------------)
// 0xfff  ×                        contained: 0x1000 … 0x1fff
// 0x2000                  ×
describe('contains', () => {
  const range = addrRange(va(0x1000), 0x2000n)
  it('includes the start and excludes the end', () => {
    expect(range.contains(va(0xfff))).toBe(false)
    expect(range.contains(va(0x1000))).toBe(true)
    expect(range.contains(va(0x1fff))).toBe(true)
    expect(range.contains(va(0x2000))).toBe(false)
  })
  it('finds the last address in a range up to 2^64', () => {
    expect(addrRange(va(LAST_PAGE), SPACE).contains(va(0xffff_ffff_ffff_ffffn))).toBe(true)
  })
  it('finds nothing in an empty range', () => {
    expect(addrRange(va(0x1000), 0x1000n).contains(va(0x1000))).toBe(false)
  })
  it('refuses what is no address', () => {
    expect(() => range.contains(untyped(SPACE))).toThrow(
      new RangeError('"addr" must be in [0, 2^64), got 0x10000000000000000'),
    )
    for (const [value, type] of NOT_BIGINTS) {
      expect(() => range.contains(untyped(value))).toThrow(new TypeError(`"addr" must be a bigint, got ${type}`))
    }
  })
})

describe('containsRange, containedIn', () => {
  const outer = addrRange(va(0x1000), 0x2000n)
  //                          0x1000          0x2000
  //                             [---------------)
  it.each([
    [0x1000n, 0x2000n, true], // [---------------)
    [0x1001n, 0x1fffn, true], //  [-------------)
    [0x0fffn, 0x2000n, false], // [----------------)
    [0x1000n, 0x2001n, false], // [----------------)
    [0x0000n, 0x1000n, false],
    [0x2000n, 0x3000n, false],
  ])('%s..%s in it: %s', (start, end, expected) => {
    const inner = addrRange(va(start), end)
    expect(outer.containsRange(inner)).toBe(expected)
    expect(inner.containedIn(outer)).toBe(expected)
    expect(outer.containsRange({ start: va(start), end })).toBe(expected)
    expect(inner.containedIn({ start: va(0x1000), end: 0x2000n })).toBe(expected)
  })
  it('contain an empty range where its start lies in [start, end]', () => {
    expect([0xfffn, 0x1000n, 0x1800n, 0x2000n, 0x2001n].map((at) => outer.containsRange(addrRange(va(at), at)))).toEqual(
      [false, true, true, true, false],
    )
  })
  it('find an empty range in an empty one at the same place only', () => {
    const empty = addrRange(va(0x1000), 0x1000n)
    expect(empty.containsRange(empty)).toBe(true)
    expect(empty.containsRange(addrRange(va(0x1001), 0x1001n))).toBe(false)
    expect(empty.containsRange(outer)).toBe(false)
  })
})

describe('overlaps', () => {
  const range = addrRange(va(0x1000), 0x2000n)
  //      0x1000          0x2000
  //         [---------------)
  it.each([
    [0x0000n, 0x1000n, false], // touches from below
    [0x0000n, 0x1001n, true],
    [0x1fffn, 0x3000n, true],
    [0x2000n, 0x3000n, false], // touches from above
    [0x1400n, 0x1800n, true],
    [0x0000n, 0x3000n, true],
    [0x1000n, 0x2000n, true],
  ])('%s..%s: %s', (start, end, expected) => {
    expect(range.overlaps(addrRange(va(start), end))).toBe(expected)
    expect(addrRange(va(start), end).overlaps(range)).toBe(expected)
    expect(range.overlaps({ start: va(start), end })).toBe(expected)
  })
  it('is never so for an empty range, wherever it lies', () => {
    for (const at of [0xfffn, 0x1000n, 0x1800n, 0x2000n]) {
      const empty = addrRange(va(at), at)
      expect(range.overlaps(empty)).toBe(false)
      expect(empty.overlaps(range)).toBe(false)
      expect(empty.overlaps(empty)).toBe(false)
    }
  })
  it('reaches up to 2^64', () => {
    const whole = addrRange(va(0), SPACE)
    expect(whole.overlaps(addrRange(va(0xffff_ffff_ffff_ffffn), SPACE))).toBe(true)
  })
})

describe('what is passed as a range', () => {
  const range = addrRange(va(0x1000), 0x2000n)
  const reversed = { start: va(0x2000), end: 0x1000n }
  const operations = {
    containsRange: (other: never) => range.containsRange(other),
    containedIn: (other: never) => range.containedIn(other),
    overlaps: (other: never) => range.overlaps(other),
    equals: (other: never) => range.equals(other),
    checkRange: (other: never) => checkRange(other, 'other'),
  }
  it.each(Object.entries(operations))('is refused by %s if it is none', (_, operation) => {
    expect(() => operation(untyped(reversed))).toThrow(new RangeError('"other.end" must be at least 0x2000, got 0x1000'))
    expect(() => operation(untyped({ start: -1n, end: 0n }))).toThrow(
      new RangeError('"other.start" must be in [0, 2^64), got -0x1'),
    )
    expect(() => operation(untyped({ start: 0n, end: SPACE + 1n }))).toThrow(
      new RangeError('"other.end" must be in [0, 2^64], got 0x10000000000000001'),
    )
    expect(() => operation(untyped({ start: 0x1000, end: 0x2000 }))).toThrow(
      new TypeError('"other.start" must be a bigint, got number'),
    )
    expect(() => operation(untyped({ start: 0x1000n }))).toThrow(
      new TypeError('"other.end" must be a bigint, got undefined'),
    )
    expect(() => operation(untyped(undefined))).toThrow(TypeError)
  })
  it('may be any object with bounds', () => {
    expect(() => checkRange({ start: 0n, end: SPACE }, 'limit')).not.toThrow()
    expect(() => checkRange(range, 'limit')).not.toThrow()
  })
})

describe('printing', () => {
  const range = addrRange(va(0xfec000), 0xfff000n)
  it('writes both bounds in hexadecimal', () => {
    expect(range.toString()).toBe('0xfec000..0xfff000')
    expect(String(addrRange(va(LAST_PAGE), SPACE))).toBe('0xfffffffffffff000..0x10000000000000000')
  })
  it('writes them as the given function writes an address', () => {
    expect(range.toString(formatVirtAddr)).toBe('VA:0xfec000..VA:0xfff000')
    expect(range.toString((addr) => formatVirtAddr(addr, 'upper'))).toBe('VA:0xFEC000..VA:0xFFF000')
    expect(addrRange(pa(0), 0x1000n).toString(formatPhysAddr)).toBe('PA:0x0..PA:0x1000')
    const guest = defineAddr('guest', 'GPA')
    expect(addrRange(guest.from(0), SPACE).toString(guest.format)).toBe('GPA:0x0..GPA:0x10000000000000000')
  })
  it('is readable in Node, nested too', () => {
    expect(inspect(range)).toBe('AddrRange(0xfec000..0xfff000)')
    expect(inspect({ range })).toBe('{ range: AddrRange(0xfec000..0xfff000) }')
  })
})

describe('what is no object is no range', () => {
  it.each([undefined, null, 5n, '0x1000', true])('%o throws a TypeError that names the argument', (value) => {
    const range = addrRange(va(0x1000), 0x3000n)
    const error = /^"(range|other|limit)" must be an object, got (undefined|null|bigint|string|boolean)$/
    expect(() => checkRange(untyped(value), 'limit')).toThrow(error)
    expect(() => range.overlaps(untyped(value))).toThrow(error)
    expect(() => range.equals(untyped(value))).toThrow(error)
    expect(() => pages4K(untyped(value))).toThrow(error)
    expect(tryPages(untyped(value), 0x1000n)).toBeUndefined()
  })
})
