/** The page table of an image: memory with the image's contents, and what begins at its roots. */

import { pa, type PhysAddr } from '@addrspace/memory-addr'
import { PageTableView, PhysMemory } from '@addrspace/page-table'
import type { Machine } from './machines.ts'
import { crossedBoundary } from './memory-reach.ts'

/** Bytes from a physical address on. */
export interface MemoryPart {
  readonly paddr: bigint
  readonly size: bigint
}

export interface ImageTableOptions {
  /** As many as the machine has; multiples of 4096. */
  readonly roots: readonly PhysAddr[]
  /** What may be in memory. From the lowest of these and the roots to the highest, what is not is zero. */
  readonly parts: readonly MemoryPart[]
}

const FRAME = 0x1000n

/** Opens the table of an image, whose memory is zero for now; nothing that `boundaryWithin` finds may lie within. */
export function openImageTable<C extends object>({ format }: Machine<C>, { roots, parts }: ImageTableOptions): PageTableView<C> {
  const all = [...roots.map(rootPart), ...parts]
  const base = lowest(all).paddr
  const end = endOf(highest(all))
  const memory = new PhysMemory({ base: pa(base), size: (end - base + FRAME - 1n) & -FRAME })
  return new PageTableView({ memory, format, roots })
}

/** What lies on both sides of an address that no memory may reach across. */
export interface CrossedBoundary<P> {
  readonly boundary: bigint
  readonly lowest: P
  /** May be the same. */
  readonly highest: P
}

/** The address within an image that its memory must not reach across; undefined if all of it can be held. */
export function boundaryWithin<P extends MemoryPart>(parts: readonly P[]): CrossedBoundary<P> | undefined {
  const first = lowest(parts)
  const last = highest(parts)
  const boundary = crossedBoundary(first.paddr, endOf(last))
  return boundary === undefined ? undefined : { boundary, lowest: first, highest: last }
}

/** A root table as a part of memory. */
export function rootPart(root: PhysAddr): MemoryPart {
  return { paddr: root, size: FRAME }
}

function lowest<P extends MemoryPart>(parts: readonly P[]): P {
  return parts.reduce((a, b) => (a.paddr <= b.paddr ? a : b))
}

function highest<P extends MemoryPart>(parts: readonly P[]): P {
  return parts.reduce((a, b) => (endOf(a) >= endOf(b) ? a : b))
}

function endOf({ paddr, size }: MemoryPart): bigint {
  return paddr + size
}
