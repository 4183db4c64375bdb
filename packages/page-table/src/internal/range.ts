// A range of virtual addresses as the walker counts it: base pages from the start of one root's
// part of the address space. Pages are numbers: there are at most 2^52.
import { formatHex } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'

import type { PageTableResult } from '../errors.ts'
import { refused } from '../errors.ts'
import type { Geometry } from '../geometry.ts'
import { addressOf, offsetIn, pageOf } from './edge.ts'

export interface PageRange {
  /** 0 for the lower half of the space, 1 for the upper one. */
  readonly half: 0 | 1
  /** The first page, and the one behind the last, counted from what index 0 of the root spans. */
  readonly from: number
  readonly to: number
  /** The address of the first page. */
  readonly start: VirtAddr
}

const PAGES = 2 ** 52

/** Refuses what no operation takes: nothing, part of a page, an address that the machine does not translate. */
export function pageRange(geometry: Geometry, vaddr: VirtAddr, size: bigint): PageTableResult<PageRange> {
  if (size === 0n) return refused('empty-range', `nothing to do at ${formatHex(vaddr)}: the size is 0`, { vaddr })
  if (offsetIn(vaddr) !== 0 || offsetIn(size) !== 0) return refused('misaligned', `"vaddr" and "size" must be multiples of 4096, got ${formatHex(vaddr)} and ${formatHex(size)}`, { vaddr })
  const first = pageOf(vaddr)
  // A size of 2^64 is told as no pages.
  const last = first + (pageOf(size) || PAGES) - 1
  const lower = geometry.lowerPages
  const isLower = last < lower
  if (!isLower && (first < PAGES - lower || last >= PAGES)) {
    return refused('non-canonical', `[${formatHex(vaddr)}, ${formatHex(vaddr + size)}) must lie in one canonical half of ${String(geometry.virtBits)} bits`, { vaddr })
  }
  const from = first % geometry.spanPages(geometry.levels)
  return { ok: true, value: { half: isLower ? 0 : 1, from, to: from + (last - first) + 1, start: vaddr } }
}

/** The virtual address of a page of the range. */
export function addressIn(range: PageRange, page: number): VirtAddr {
  return addressOf(pageOf(range.start) + (page - range.from)) as VirtAddr
}
