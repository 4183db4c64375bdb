import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { addrRange, PageRange, pages, pages1G, pages2M, pages4K, tryPages, va } from '@addrspace/memory-addr'
import { NOT_BIGINTS, untyped } from './untyped.ts'

const SPACE = 18446744073709551616n
const LAST_PAGE = 0xffff_ffff_ffff_f000n

//   0x1000   0x2000   0x3000
//     [--------|--------)       two pages of 4 KiB
describe('pages', () => {
  it('gives the start of each page, ascending', () => {
    expect([...pages(addrRange(va(0x1000), 0x3000n), 0x1000n)]).toEqual([0x1000n, 0x2000n])
    expect([...pages(addrRange(va(0), 5n), 1n)]).toEqual([0n, 1n, 2n, 3n, 4n])
  })
  it('gives nothing for an empty range', () => {
    expect([...pages(addrRange(va(0x1000), 0x1000n), 0x1000n)]).toEqual([])
  })
  it('reaches the last page of the space', () => {
    expect([...pages(addrRange(va(0xffff_ffff_ffff_e000n), SPACE), 0x1000n)]).toEqual([0xffff_ffff_ffff_e000n, LAST_PAGE])
    expect([...pages({ start: 0n, end: SPACE }, 0x8000_0000_0000_0000n)]).toEqual([0n, 0x8000_0000_0000_0000n])
  })
  it('takes an object with bounds', () => {
    expect([...pages({ start: va(0x1000), end: 0x2000n }, 0x800n)]).toEqual([0x1000n, 0x1800n])
  })
  it('can be walked again, and by two at once', () => {
    const twice = pages(addrRange(va(0), 0x2000n), 0x1000n)
    const first = twice[Symbol.iterator]()
    expect(first.next().value).toBe(0n)
    expect([...twice]).toEqual([0n, 0x1000n])
    expect([...first]).toEqual([0x1000n])
    expect(first.next()).toEqual({ done: true, value: undefined })
    expect(first.next()).toEqual({ done: true, value: undefined })
  })
  it('takes pages of a page', () => {
    expect([...pages(pages2M({ start: 0n, end: 0x20_0000n }), 0x10_0000n)]).toEqual([0n, 0x10_0000n])
  })
})

describe('pages4K, pages2M, pages1G', () => {
  it('have their size in the name', () => {
    expect([...pages4K(addrRange(va(0x1000), 0x3000n))]).toEqual([0x1000n, 0x2000n])
    expect([...pages2M(addrRange(va(0x20_0000), 0x60_0000n))]).toEqual([0x20_0000n, 0x40_0000n])
    expect([...pages1G(addrRange(va(0x4000_0000), 0xc000_0000n))]).toEqual([0x4000_0000n, 0x8000_0000n])
  })
  it('refuse bounds that are not multiples of it', () => {
    expect(() => pages4K({ start: 0n, end: 0x800n })).toThrow(RangeError)
    expect(() => pages2M({ start: 0x1000n, end: 0x20_0000n })).toThrow(RangeError)
    expect(() => pages1G({ start: 0n, end: 0x20_0000n })).toThrow(RangeError)
  })
})

describe('PageRange', () => {
  it('tells its bounds, size and number of pages', () => {
    const range = pages(addrRange(va(0x1000), 0x4000n), 0x1000n)
    expect(range).toMatchObject({ start: 0x1000n, end: 0x4000n, pageSize: 0x1000n, pageCount: 3 })
    expect(range).toBeInstanceOf(PageRange)
    expect(Object.isFrozen(range)).toBe(true)
  })
  it('counts all 4 KiB pages, and all 2 KiB pages, exactly', () => {
    expect(pages4K({ start: 0n, end: SPACE }).pageCount).toBe(4503599627370496)
    expect(pages({ start: 0x800n, end: SPACE }, 0x800n).pageCount).toBe(9007199254740991)
  })
  it('prints readably', () => {
    const range = pages4K({ start: 0x1000n, end: 0x3000n })
    expect(range.toString()).toBe('0x1000..0x3000 by 0x1000')
    expect(inspect(range)).toBe('PageRange(0x1000..0x3000 by 0x1000)')
  })
})

describe('what has no pages', () => {
  // The whole refusals of pages, each of which is `undefined` from tryPages.
  it.each([
    ['a size of zero', 0x1000n, 0x2000n, 0n, '"pageSize" must be a power of two, got 0x0'],
    ['a size that is no power of two', 0x3000n, 0x6000n, 0x3000n, '"pageSize" must be a power of two, got 0x3000'],
    ['a negative size', 0x1000n, 0x2000n, -0x1000n, '"pageSize" must be in [0, 2^64), got -0x1000'],
    ['a size of 2^64', 0n, SPACE, SPACE, '"pageSize" must be in [0, 2^64), got 0x10000000000000000'],
    ['a start amid a page', 0x1001n, 0x2000n, 0x1000n, '"range.start" must be a multiple of 0x1000, got 0x1001'],
    ['an end amid a page', 0x1000n, 0x2001n, 0x1000n, '"range.end" must be a multiple of 0x1000, got 0x2001'],
    ['a reversed range', 0x2000n, 0x1000n, 0x1000n, '"range.end" must be at least 0x2000, got 0x1000'],
    ['0 meant as 2^64', LAST_PAGE, 0n, 0x1000n, '"range.end" must be at least 0xfffffffffffff000, got 0x0'],
    ['a start of 2^64', SPACE, SPACE, 0x1000n, '"range.start" must be in [0, 2^64), got 0x10000000000000000'],
    ['an end above 2^64', 0n, SPACE + 0x1000n, 0x1000n, '"range.end" must be in [0, 2^64], got 0x10000000000001000'],
  ])('%s', (_, start, end, pageSize, message) => {
    expect(() => pages({ start, end }, pageSize)).toThrow(new RangeError(message))
    expect(() => new PageRange({ start, end }, pageSize)).toThrow(new RangeError(message))
    expect(tryPages({ start, end }, pageSize)).toBe(undefined)
  })
  it.each(NOT_BIGINTS)('what is no bigint (%#)', (value, type) => {
    const wrong = untyped(value)
    expect(() => pages({ start: wrong, end: 0n }, 1n)).toThrow(
      new TypeError(`"range.start" must be a bigint, got ${type}`),
    )
    expect(() => pages({ start: 0n, end: wrong }, 1n)).toThrow(new TypeError(`"range.end" must be a bigint, got ${type}`))
    expect(() => pages({ start: 0n, end: 0n }, wrong)).toThrow(new TypeError(`"pageSize" must be a bigint, got ${type}`))
    expect(tryPages({ start: wrong, end: 0n }, 1n)).toBe(undefined)
    expect(tryPages({ start: 0n, end: wrong }, 1n)).toBe(undefined)
    expect(tryPages({ start: 0n, end: 0n }, wrong)).toBe(undefined)
  })
})

describe('tryPages', () => {
  it('gives the same pages as pages', () => {
    expect([...(tryPages({ start: LAST_PAGE, end: SPACE }, 0x1000n) ?? [])]).toEqual([LAST_PAGE])
  })
})
