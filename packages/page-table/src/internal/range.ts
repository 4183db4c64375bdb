// A range of virtual addresses as the walker counts it: base pages from the start of one root's
// part of the address space. Pages are numbers: there are at most 2^52.
import { formatHex } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'

import type { PageTableResult } from '../errors.ts'
import { refused } from '../errors.ts'
import type { Geometry } from '../geometry.ts'

export interface PageRange {
  /** 0 for the lower half of the space, 1 for the upper one. */
  readonly half: 0 | 1
  /** The first page, and the one behind the last, counted from what index 0 of the root spans. */
  readonly from: number
  readonly to: number
  /** The address of the first page. */
  readonly start: VirtAddr
}

/** Refuses what no operation takes: nothing, part of a page, an address that the machine does not translate. */
export function pageRange(geometry: Geometry, vaddr: VirtAddr, size: bigint): PageTableResult<PageRange> {
  if (size === 0n) return refused('empty-range', `nothing to do at ${formatHex(vaddr)}: the size is 0`, { vaddr })
  if (((vaddr | size) & 0xfffn) !== 0n) return refused('misaligned', `"vaddr" and "size" must be multiples of 4096, got ${formatHex(vaddr)} and ${formatHex(size)}`, { vaddr })
  const last = vaddr + size - 1n
  const isOneHalf = geometry.isCanonical(vaddr) && last < 1n << 64n && geometry.isCanonical(last) && vaddr >> 63n === last >> 63n
  if (!isOneHalf) return refused('non-canonical', `[${formatHex(vaddr)}, ${formatHex(last + 1n)}) must lie in one canonical half of ${String(geometry.virtBits)} bits`, { vaddr })
  const pages = BigInt(2 ** (geometry.virtBits - 12))
  const from = Number((vaddr >> 12n) % pages)
  return { ok: true, value: { half: vaddr >> 63n === 0n ? 0 : 1, from, to: from + Number(size >> 12n), start: vaddr } }
}

/** The virtual address of a page of the range. */
export function addressIn(range: PageRange, page: number): VirtAddr {
  return (range.start + (BigInt(page - range.from) << 12n)) as VirtAddr
}
