// A page table of the toy machine in memory that can be compared byte by byte, with a recorder of what
// it reports and of what its allocator does.
import { pa, va, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import {
  BitmapAllocator,
  PageTable,
  PhysMemory,
  type FrameAllocator,
  type Invalidations,
  type PageTableOptions,
  type PageTableResult,
  type PteFormat,
} from '@addrspace/page-table'

import { ToyFormat, type ToyControls, type ToyOptions } from './toy-format.ts'

export const PAGE = 4096n

/** A bitmap allocator that can be told to fail, and tells what it was asked for. */
export class RecordingAllocator implements FrameAllocator {
  readonly inner: BitmapAllocator
  readonly #log: string[]
  /** Allocations that still succeed, although `freeFrames` promises more. */
  failsAfter = Infinity
  allocations = 0

  constructor(inner: BitmapAllocator, log: string[]) {
    this.inner = inner
    this.#log = log
  }

  get freeFrames(): number {
    return this.inner.freeFrames
  }

  allocate(): PhysAddr | undefined {
    if (this.allocations >= this.failsAfter) return undefined
    this.allocations++
    return this.inner.allocate()
  }

  allocateRun(frames: number): PhysAddr | undefined {
    if (this.allocations >= this.failsAfter) return undefined
    this.allocations++
    return this.inner.allocateRun(frames)
  }

  free(frame: PhysAddr, frames = 1): void {
    this.#log.push(`free ${String(frame >> 12n)}+${String(frames)}`)
    this.inner.free(frame, frames)
  }
}

export interface World<C = ToyControls> {
  readonly memory: PhysMemory
  readonly bytes: Uint8Array
  readonly frames: RecordingAllocator
  readonly table: PageTable<C>
  /** What was reported, one element per call of the sink. */
  readonly reports: Invalidations[]
  /** The order of what happened: `told` and `free …`. */
  readonly log: string[]
}

export interface WorldOptions extends ToyOptions {
  /** Frames of memory; default 40. */
  readonly frames?: number
  /** Frames that the allocator has, from 0 on; default all. */
  readonly allocatable?: number
  readonly accessedDirty?: 'preset' | 'hardware'
  /** Memory to use again; it is cleared. */
  readonly buffer?: ArrayBuffer
}

export function world(options: WorldOptions = {}): World {
  return worldOf(new ToyFormat(options), options)
}

export function worldOf<C>(format: PteFormat<C>, options: WorldOptions = {}, more: Partial<PageTableOptions<C>> = {}): World<C> {
  const { frames: frameCount = 40, allocatable = frameCount, accessedDirty = 'preset' } = options
  const buffer = options.buffer ?? new ArrayBuffer(frameCount * 4096)
  new Uint8Array(buffer).fill(0)
  const log: string[] = []
  const reports: Invalidations[] = []
  const memory = new PhysMemory({ size: BigInt(buffer.byteLength), source: buffer })
  const frames = new RecordingAllocator(new BitmapAllocator({ start: pa(0), end: BigInt(allocatable) * PAGE }), log)
  const invalidations = (told: Invalidations): void => {
    log.push('told')
    reports.push(told)
  }
  const table = new PageTable<C>({ memory, frames, format, invalidations, accessedDirty, ...more })
  return { memory, bytes: new Uint8Array(buffer), frames, table, reports, log }
}

/** The address of a page of the toy's 64, counted from the lowest address of the lower half to the highest of the upper one. */
export function vaddrOf(page: number, halves: 'sign-extended' | 'two-roots' = 'sign-extended'): VirtAddr {
  const half = halves === 'two-roots' ? 64 : 32
  return va(page < half ? BigInt(page) * PAGE : 2n ** 64n - BigInt(2 * half - page) * PAGE)
}

export function reasonOf(result: PageTableResult): string {
  return result.ok ? 'ok' : result.error.reason
}

/** Every range that was reported, as `start+size` in hex. */
export function told(reports: readonly Invalidations[]): string[] {
  return reports.flatMap(({ ranges }) => ranges.map(({ start, size }) => `0x${start.toString(16)}+0x${size.toString(16)}`))
}
