import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addrRange, tryAddrRange, tryAddrRangeFromSize, type RangeLike, type VirtAddr } from '@addrspace/memory-addr'
import { addrs, sizes, smallRanges } from './arbitraries.ts'

const SPACE = 18446744073709551616n

/** The addresses of a range, listed: the slow twin that every question is asked of as well. */
function listed({ start, end }: RangeLike): Set<bigint> {
  const all = new Set<bigint>()
  for (let addr = start; addr < end; addr++) all.add(addr)
  return all
}

const made = ({ start, end }: RangeLike<VirtAddr>) => addrRange(start, end)

describe('ranges agree with the sets of their addresses', () => {
  it('size, emptiness, membership', () => {
    fc.assert(
      fc.property(smallRanges, fc.bigInt({ min: 0n, max: 8n }), (bounds, near) => {
        const range = made(bounds)
        const set = listed(bounds)
        expect(range.size).toBe(BigInt(set.size))
        expect(range.isEmpty).toBe(set.size === 0)
        for (const addr of [near, SPACE - 8n + near].filter((word) => word < SPACE)) {
          expect(range.contains(addr as VirtAddr)).toBe(set.has(addr))
        }
      }),
    )
  })
  it('overlap', () => {
    fc.assert(
      fc.property(smallRanges, smallRanges, (left, right) => {
        const others = listed(right)
        const common = [...listed(left)].some((addr) => others.has(addr))
        expect(made(left).overlaps(made(right))).toBe(common)
        expect(made(right).overlaps(left)).toBe(common)
      }),
    )
  })
  it('containment', () => {
    fc.assert(
      fc.property(smallRanges, smallRanges, (inner, outer) => {
        const others = listed(outer)
        const expected =
          inner.start === inner.end
            ? outer.start <= inner.start && inner.start <= outer.end
            : [...listed(inner)].every((addr) => others.has(addr))
        expect(made(outer).containsRange(inner)).toBe(expected)
        expect(made(inner).containedIn(outer)).toBe(expected)
      }),
    )
  })
  it('equality', () => {
    fc.assert(
      fc.property(smallRanges, smallRanges, (left, right) => {
        const bothWays = made(left).containsRange(right) && made(right).containsRange(left)
        expect(made(left).equals(right)).toBe(bothWays)
      }),
    )
  })
})

describe('no range is reversed', () => {
  it('whatever the bounds', () => {
    fc.assert(
      fc.property(addrs, sizes, (start, end) => {
        expect(tryAddrRange(start, end)?.size).toBe(start <= end ? end - start : undefined)
        expect(tryAddrRangeFromSize(start, end)?.end).toBe(start + end <= SPACE ? start + end : undefined)
      }),
    )
  })
})
