/** The page table of an image: memory with the image's contents, and what begins at its roots. */

import { pa, type PhysAddr } from '@addrspace/memory-addr'
import { PageTableView, PhysMemory } from '@addrspace/page-table'
import type { Machine } from './machines.ts'

/** Bytes from a physical address on. */
export interface MemoryPart {
  readonly paddr: bigint
  readonly size: bigint
}

export interface ImageTableOptions {
  /** As many as the machine has; multiples of 4096. */
  readonly roots: readonly PhysAddr[]
  /** What is in memory. From the lowest of these and the roots to the highest, what is not is zero. */
  readonly parts: readonly MemoryPart[]
  /** Fills in the contents of the parts. */
  readonly load: (memory: PhysMemory) => void
}

const FRAME = 0x1000n

/** Opens the table of an image. */
export function openImageTable<C extends object>({ format }: Machine<C>, { roots, parts, load }: ImageTableOptions): PageTableView<C> {
  const starts = [...roots, ...parts.map(({ paddr }) => paddr)]
  const ends = [...roots.map((root) => root + FRAME), ...parts.map(({ paddr, size }) => paddr + size)]
  const base = starts.reduce((a, b) => (a < b ? a : b))
  const end = ends.reduce((a, b) => (a > b ? a : b))
  const memory = new PhysMemory({ base: pa(base), size: (end - base + FRAME - 1n) & -FRAME })
  load(memory)
  return new PageTableView({ memory, format, roots })
}
