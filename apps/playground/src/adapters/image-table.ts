/**
 * The page table of an image: memory with the image's contents, and a table that begins at its roots. For reading; no
 * frame is free.
 */

import { pa, type PhysAddr } from '@addrspace/memory-addr'
import { PageTable, PhysMemory, type FrameAllocator } from '@addrspace/page-table'
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
}

/** The largest memory there is ends here. */
export const MEMORY_END: bigint = 2n ** 43n

const FRAME = 0x1000n

/** Opens the table of an image whose memory ends at or below `MEMORY_END`. Its memory is zero: who looks at a frame fills it in. */
export function openImageTable<C extends object>({ format }: Machine<C>, { roots, parts }: ImageTableOptions): PageTable<C> {
  const starts = [...roots, ...parts.map(({ paddr }) => paddr)]
  const ends = [...roots.map((root) => root + FRAME), ...parts.map(({ paddr, size }) => paddr + size)]
  const base = starts.reduce((a, b) => (a < b ? a : b))
  const end = ends.reduce((a, b) => (a > b ? a : b))
  const memory = new PhysMemory({ base: pa(base), size: (end - base + FRAME - 1n) & -FRAME })
  // A table takes its roots and makes them zero; what they hold comes afterwards.
  return new PageTable<C>({ memory, frames: new GivenFrames(roots), format, invalidations: () => undefined })
}

/** Hands out the frames it was given, in order, and no others. */
class GivenFrames implements FrameAllocator {
  readonly #frames: PhysAddr[]

  constructor(frames: readonly PhysAddr[]) {
    this.#frames = [...frames]
  }

  get freeFrames(): number {
    return this.#frames.length
  }

  allocate(): PhysAddr | undefined {
    return this.#frames.shift()
  }

  allocateRun(frames: number): PhysAddr | undefined {
    return frames === 1 ? this.allocate() : undefined
  }

  free(_frame: PhysAddr, _frames?: number): void {
    throw new TypeError('the frames of an image are not given back')
  }
}
