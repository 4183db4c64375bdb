/**
 * An allocator whose allocations an injector may fail, and which knows what the inner one does not tell: which frames
 * are in use, and how far up frames were ever handed out.
 */

import type { PhysAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, type FrameAllocator } from '@addrspace/page-table'

import type { Injector } from './injector.ts'

export class InjectedFrames implements FrameAllocator {
  readonly inner: BitmapAllocator
  /** One byte per frame, 1 where it is in use. */
  readonly used: Uint8Array
  /** Frames from here on were never handed out; the first is 0. */
  touched = 0
  /** Allocations that the injector refused. */
  refusals = 0
  readonly #firstFrame: number
  readonly #injector: Injector

  constructor(base: PhysAddr, count: number, injector: Injector) {
    this.inner = new BitmapAllocator({ start: base, end: base + BigInt(count) * 4096n })
    this.used = new Uint8Array(count)
    this.#firstFrame = Number(base >> 12n)
    this.#injector = injector
  }

  get freeFrames(): number {
    return this.inner.freeFrames
  }

  allocate(): PhysAddr | undefined {
    if (this.#isRefused()) return undefined
    return this.#note(this.inner.allocate(), 1)
  }

  allocateRun(frames: number): PhysAddr | undefined {
    if (this.#isRefused()) return undefined
    return this.#note(this.inner.allocateRun(frames), frames)
  }

  free(frame: PhysAddr, frames = 1): void {
    this.inner.free(frame, frames)
    const first = Number(frame >> 12n) - this.#firstFrame
    this.used.fill(0, first, first + frames)
  }

  #isRefused(): boolean {
    if (!this.#injector.visit('frame')) return false
    this.refusals++
    return true
  }

  #note(frame: PhysAddr | undefined, count: number): PhysAddr | undefined {
    if (frame === undefined) return undefined
    const first = Number(frame >> 12n) - this.#firstFrame
    this.used.fill(1, first, first + count)
    this.touched = Math.max(this.touched, first + count)
    return frame
  }
}
