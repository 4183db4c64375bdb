// A page table and its memory, and what the questions about page tables do to it alike.
import { pa, va, type VirtAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, PageTable, PhysMemory, READ, unionOf, USER, WRITE, type MappingFlags, type PageTableResult, type PteFormat } from '@addrspace/page-table'

import type { Checksum } from './checksum.ts'
import type { Random } from './workload.ts'

export const RW: MappingFlags = unionOf(READ, WRITE, USER)
export const RO: MappingFlags = unionOf(READ, USER)

/** As many as lie in 1 GiB. */
export const PAGES_IN_GIB: number = 2 ** 18
export const LARGE: bigint = 2n << 20n
/** Where the mapped memory lies: aligned to 2 MiB and not to 1 GiB, so that no leaf of 1 GiB fits. */
export const PHYS: bigint = (1n << 30n) + LARGE

const MEMORY_SIZE = 64n << 20n

/** A table in a store of its own, whose undo log is on as always. */
export function newTable(format: PteFormat<unknown>): PageTable<unknown> {
  const memory = new PhysMemory({ size: MEMORY_SIZE })
  const frames = new BitmapAllocator({ start: pa(0), end: MEMORY_SIZE })
  return new PageTable({ memory, frames, format, invalidations: () => {} })
}

export function mapPages(table: PageTable<unknown>, start: VirtAddr, size: bigint, maxLeafLevel: number): void {
  must(table.map(start, size, pa(PHYS + start), RW, { maxLeafLevel }))
}

/** Throws a refusal. */
export function must(result: PageTableResult): void {
  if (!result.ok) throw result.error
}

/** An address in the first pages, at any byte. */
export function randomAddress(pages: number, random: Random): VirtAddr {
  return va(BigInt(random.below(pages)) * 4096n + BigInt(random.below(4096)))
}

/** Hashes what a leaf says about an address, or that there is none. */
export function hashQuery(table: PageTable<unknown>, vaddr: VirtAddr, sum: Checksum): void {
  const mapping = table.query(vaddr)
  if (mapping === undefined) {
    sum.word(99)
    return
  }
  sum.long(mapping.paddr)
  sum.word(mapping.flags)
  sum.long(mapping.size)
}
