// Ranges in which undoing was refused, so that nobody vouches for the page table there: ascending,
// disjoint, not touching. Lists are values; that there is none is the normal case, and one object.
import { addrRange } from '@addrspace/memory-addr'
import type { AddrRange, AnyAddr, RangeLike } from '@addrspace/memory-addr'

export const NOWHERE: readonly AddrRange[] = Object.freeze([])

/** The ranges with others added, in any order. */
export function joined(ranges: readonly AddrRange[], others: readonly AddrRange[]): readonly AddrRange[] {
  const all: AddrRange[] = []
  for (const range of [...ranges, ...others].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = all.at(-1)
    if (last === undefined || last.end < range.start) all.push(range)
    else if (last.end < range.end) all[all.length - 1] = addrRange(last.start, range.end)
  }
  return all
}

/** The ranges without a part. */
export function without(ranges: readonly AddrRange[], { start, end }: RangeLike): readonly AddrRange[] {
  if (start === end) return ranges
  return ranges.flatMap((range) => {
    if (range.end <= start || end <= range.start) return [range]
    const left = range.start < start ? [addrRange(range.start, start)] : []
    return range.end > end ? [...left, addrRange(end as AnyAddr, range.end)] : left
  })
}
