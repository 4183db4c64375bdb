// A page table of the toy machine in memory that can be compared byte by byte, with an allocator that
// can be told to fail and tells what was given back.
import { pa, va, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, PageTable, PhysMemory, type FrameAllocator, type MappingFlags } from '@addrspace/page-table'
import { ToyFormat } from '@addrspace/toy-machine'

export const PAGE = 4096n

export interface World {
  readonly memory: PhysMemory
  readonly bytes: Uint8Array
  readonly frames: Frames
  readonly table: PageTable<undefined>
  /** `told 0x…+0x…` and `free 0x…`, in the order in which they happened. */
  readonly log: string[]
}

export class Frames implements FrameAllocator {
  readonly inner: BitmapAllocator
  /** Allocations that still succeed. */
  left = Infinity
  /** How many were asked for. */
  asked = 0
  readonly #log: string[]

  constructor(count: number, log: string[]) {
    this.inner = new BitmapAllocator({ start: pa(0), end: BigInt(count) * PAGE })
    this.#log = log
  }

  get freeFrames(): number {
    return this.inner.freeFrames
  }

  allocate(): PhysAddr | undefined {
    this.asked++
    return this.left-- > 0 ? this.inner.allocate() : undefined
  }

  allocateRun(frames: number): PhysAddr | undefined {
    this.asked++
    return this.left-- > 0 ? this.inner.allocateRun(frames) : undefined
  }

  free(frame: PhysAddr, frames = 1): void {
    this.inner.free(frame, frames)
    for (let i = 0n; i < BigInt(frames); i++) this.#log.push(`free 0x${(frame + i * PAGE).toString(16)}`)
  }
}

export function world(frameCount = 96): World {
  const source = new ArrayBuffer(frameCount * 4096)
  const log: string[] = []
  const memory = new PhysMemory({ size: BigInt(source.byteLength), source })
  const frames = new Frames(frameCount, log)
  const table = new PageTable({
    memory,
    frames,
    format: new ToyFormat(),
    invalidations: ({ ranges }) => {
      for (const { start, size } of ranges) log.push(`told 0x${start.toString(16)}+0x${size.toString(16)}`)
    },
  })
  return { memory, bytes: new Uint8Array(source), frames, table, log }
}

/** The address of a page, counted from 0 to 63: 31 is the last of the lower half, 32 the first of the upper one. */
export function vaddrOf(page: number): VirtAddr {
  return va(page < 32 ? BigInt(page) * PAGE : 2n ** 64n - BigInt(64 - page) * PAGE)
}

/** Page by page: its frame and flags, or undefined. */
export function pagesOf(table: PageTable<undefined>): ({ readonly frame: number; readonly flags: MappingFlags } | undefined)[] {
  return Array.from({ length: 64 }, (_, page) => {
    const found = table.query(vaddrOf(page))
    return found === undefined ? undefined : { frame: Number(found.paddr >> 12n), flags: found.flags }
  })
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
