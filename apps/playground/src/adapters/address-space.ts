/**
 * An address space on a machine: memory of its own, a page table in it, and a set over the table. What scenarios, the
 * suite and replays each begin with.
 */

import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import type { Backing } from '@addrspace/conformance'
import { physAddr, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, type MappingBackend } from '@addrspace/memory-set'
import { BitmapAllocator, PageTable, permits, PhysMemory, type FrameAllocator, type InvalidationSink, type MappingFlags } from '@addrspace/page-table'
import type { Machine } from './machines.ts'

/** The granule of every machine here, and the default alignment of free searches. */
export const PAGE_SIZE = 0x1000n

export interface SpaceOptions {
  readonly memory: { readonly base: bigint; readonly size: bigint }
  readonly merge?: 'never' | 'equal-neighbours'
  readonly ad?: 'preset' | 'hardware'
  /** The allocation of a frame that fails, from 1; the root tables are there before the first. */
  readonly failingFrame?: number | undefined
  /** Puts something around what hands out frames; it sees those of the root tables, too. */
  readonly framesAround?: ((frames: FrameAllocator) => FrameAllocator) | undefined
  /** Is told what a change leaves stale. */
  readonly invalidations?: InvalidationSink
}

/** The parts of an address space. */
export interface AddressSpace<C> {
  readonly set: MemorySet<MappingFlags, PageTable<C>>
  readonly pageTable: PageTable<C>
  /** Frames in use, those of tables included. */
  readonly usedFrames: () => number
  /** Backends of the same kind, and linear ones of the same distance, are one object, so that neighbours may merge. */
  readonly backendFor: (backing: Backing, start: VirtAddr) => MappingBackend<MappingFlags, PageTable<C>>
}

/** @throws RangeError if the memory is not whole frames, or too small for the root tables. */
export function openSpace<C extends object>(machine: Machine<C>, options: SpaceOptions): AddressSpace<C> {
  const { format } = machine
  const { merge = 'never', ad = 'preset', failingFrame, framesAround = (inner) => inner, invalidations = () => undefined } = options
  const base = physAddr(options.memory.base)
  const { size } = options.memory
  const allocator = new BitmapAllocator({ start: base, end: base + size })
  const frames = new FailingFrames(allocator)
  const pageTable = new PageTable<C>({ memory: new PhysMemory({ base, size }), frames: framesAround(frames), format, invalidations, accessedDirty: ad })
  frames.failAt(failingFrame)
  const set = new MemorySet<MappingFlags, PageTable<C>>({ pageTable, permits, merge })
  return { set, pageTable, usedFrames: () => allocator.usedFrames, backendFor: backends<C>() }
}

function backends<C>(): AddressSpace<C>['backendFor'] {
  const eager = new FrameBackend<C>({ when: 'eager' })
  const demand = new FrameBackend<C>({ when: 'demand' })
  const linear = new Map<bigint, LinearBackend<C>>()
  return (backing, start) => {
    if (backing === 'alloc') return eager
    if (backing === 'demand') return demand
    const distance = backing.linear - start
    const known = linear.get(distance)
    if (known !== undefined) return known
    const added = new LinearBackend<C>(start, physAddr(backing.linear))
    linear.set(distance, added)
    return added
  }
}

/** Hands out the frames of another allocator, but for one time. */
class FailingFrames implements FrameAllocator {
  readonly #inner: FrameAllocator
  #left: number | undefined

  constructor(inner: FrameAllocator) {
    this.#inner = inner
    this.#left = undefined
  }

  get freeFrames(): number {
    return this.#inner.freeFrames
  }

  /** Lets the n-th allocation from now on fail; undefined: none. */
  failAt(n: number | undefined): void {
    this.#left = n
  }

  allocate(): PhysAddr | undefined {
    return this.#isFailing() ? undefined : this.#inner.allocate()
  }

  allocateRun(frames: number): PhysAddr | undefined {
    return this.#isFailing() ? undefined : this.#inner.allocateRun(frames)
  }

  free(frame: PhysAddr, frames?: number): void {
    this.#inner.free(frame, frames)
  }

  #isFailing(): boolean {
    if (this.#left === undefined) return false
    this.#left -= 1
    return this.#left === 0
  }
}
