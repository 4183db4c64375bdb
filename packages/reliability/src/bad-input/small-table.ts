/**
 * A page table with a few leaves, a page allocated through it, and everything that a refused operation must not change
 * as one text.
 */

import { x8664, type X8664Controls } from '@addrspace/backend-x86-64'
import { pa, va, type PhysAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, PageTable, parseFlags, PhysMemory, type Invalidations } from '@addrspace/page-table'

export interface SmallTable {
  readonly memory: PhysMemory
  readonly frames: BitmapAllocator
  readonly table: PageTable<X8664Controls>
  readonly told: readonly Invalidations[]
  /** A frame that was allocated through the table. */
  readonly page: PhysAddr
}

const SIZE = 0x10_0000n

export function smallTable(): SmallTable {
  const memory = new PhysMemory({ size: SIZE })
  const frames = new BitmapAllocator({ start: pa(0), end: SIZE })
  const told: Invalidations[] = []
  const table = new PageTable({ memory, frames, format: x8664, invalidations: (each) => told.push(each) })
  const page = table.allocateFrames(1)!
  for (const [vaddr, size] of [[0x1000n, 0x3000n], [0x20_0000n, 0x20_0000n]] as const) {
    const result = table.map(va(vaddr), size, pa(vaddr), parseFlags('rwu'))
    if (!result.ok) throw result.error
  }
  return { memory, frames, table, told, page }
}

/** The image, the allocator, the log of invalidations, and whether a bracket was left open. */
export function tableState({ memory, frames, table, told }: Pick<SmallTable, 'memory' | 'frames' | 'table' | 'told'>): string {
  const ints = new Int32Array(1024)
  const bytes = new Uint8Array(ints.buffer)
  const image = Array.from(memory.nonZeroFrames(), (frame) => {
    memory.read((BigInt(frame) << 12n) as PhysAddr, bytes)
    return `${frame}:${ints.reduce((sum, int, index) => (Math.imul(sum, 31) + Math.imul(int, 2 * index + 1)) | 0, 7)}`
  })
  return `${image.join(' ')} | ${frames.freeFrames} free, ${table.tableCount} tables | ${told.length} told${isOpen(table) ? ', in a bracket' : ''}`
}

/** Ends one bracket more than was begun here: that throws, unless another was left open. */
function isOpen(table: PageTable<X8664Controls>): boolean {
  try {
    table.commitTransaction()
    return true
  } catch (thrown) {
    if (thrown instanceof TypeError) return false
    throw thrown
  }
}
