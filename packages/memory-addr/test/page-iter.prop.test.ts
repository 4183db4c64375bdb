import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pages, tryPages } from '@addrspace/memory-addr'
import { addrs, aligns, sizes } from './arbitraries.ts'

const SPACE = 18446744073709551616n

describe('pages', () => {
  it('tile their range: each begins where the one before ended', () => {
    fc.assert(
      fc.property(aligns, fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.bigInt({ min: 0n, max: 40n }), (pageSize, seed, count) => {
        const all = SPACE / pageSize
        const wanted = count < all ? count : all
        const first = seed % (all - wanted + 1n)
        // A start has to be an address: nothing starts at 2^64, not even nothing.
        fc.pre(first < all)
        const range = pages({ start: first * pageSize, end: (first + wanted) * pageSize }, pageSize)
        let next = range.start
        let counted = 0
        for (const page of range) {
          expect(page).toBe(next)
          next += pageSize
          counted++
        }
        expect(next).toBe(range.end)
        expect([counted, range.pageCount]).toEqual([Number(wanted), Number(wanted)])
      }),
    )
  })
  it('are refused by both forms or by none', () => {
    fc.assert(
      fc.property(addrs, sizes, fc.oneof(aligns, sizes), (start, end, pageSize) => {
        let refused = false
        try {
          pages({ start, end }, pageSize)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
          refused = true
        }
        expect(tryPages({ start, end }, pageSize) === undefined).toBe(refused)
      }),
    )
  })
})
