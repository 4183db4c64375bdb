// Where frames come from: single ones, and runs that are aligned to their own length for huge pages.
// The default hands out the lowest that is free, so that equal histories give equal images.
import { formatHex } from '@addrspace/memory-addr'
import type { PhysAddr } from '@addrspace/memory-addr'

/** Hands out frames of 4 KiB. That none is left is an answer, not an error. */
export interface FrameAllocator {
  /** Gives a frame, or undefined if none is free. */
  allocate(): PhysAddr | undefined
  /** Gives `frames` consecutive frames, a power of two, aligned to their length, or undefined. */
  allocateRun(frames: number): PhysAddr | undefined
  /**
   * Takes frames back, a whole run or any part of one.
   *
   * @throws RangeError if one of them is not in use, or not this allocator's
   */
  free(frame: PhysAddr, frames?: number): void
  /** Frames that can still be had one by one. */
  readonly freeFrames: number
}

/** Runs go up to 1 GiB. */
const LONGEST_RUN = 2 ** 18

/** The default: a bitmap over a range of physical memory. */
export class BitmapAllocator implements FrameAllocator {
  readonly #first: number
  readonly #count: number
  /** A bit per frame, 1 where it is in use. */
  readonly #used: Uint32Array
  #free: number
  /** No frame below this one (counted from the first) is free. */
  #lowest: number

  /** @throws RangeError if the range is no multiple of 4096 */
  constructor(range: { readonly start: PhysAddr; readonly end: bigint }) {
    const { start, end } = range
    if (((start | end) & 0xfffn) !== 0n || end < start) throw new RangeError(`"range" must be of whole frames, got ${formatHex(start)}..${formatHex(end)}`)
    this.#first = Number(start >> 12n)
    this.#count = Number((end - start) >> 12n)
    this.#used = new Uint32Array(Math.ceil(this.#count / 32))
    this.#free = this.#count
    this.#lowest = 0
  }

  get freeFrames(): number {
    return this.#free
  }

  /** Frames handed out and not taken back. */
  get usedFrames(): number {
    return this.#count - this.#free
  }

  allocate(): PhysAddr | undefined {
    if (this.#free === 0) return undefined
    let i = this.#lowest
    while (this.#isUsed(i)) i = this.#used[i >>> 5] === 0xffff_ffff ? ((i >>> 5) + 1) * 32 : i + 1
    this.#lowest = i + 1
    return this.#take(i, 1)
  }

  allocateRun(frames: number): PhysAddr | undefined {
    if (!(frames >= 1 && frames <= LONGEST_RUN && (frames & (frames - 1)) === 0)) throw new RangeError(`"frames" must be a power of two up to ${String(LONGEST_RUN)}, got ${String(frames)}`)
    // Aligned as physical addresses are, not as places in this range.
    for (let i = (frames - (this.#first % frames)) % frames; i + frames <= this.#count; i += frames) {
      if (this.#isFree(i, frames)) return this.#take(i, frames)
    }
    return undefined
  }

  free(frame: PhysAddr, frames = 1): void {
    const i = Number(frame >> 12n) - this.#first
    const isOurs = (frame & 0xfffn) === 0n && Number.isSafeInteger(frames) && frames >= 1 && i >= 0 && i + frames <= this.#count
    if (!isOurs) throw new RangeError(`"frame" must be one of this allocator, got ${formatHex(frame)}`)
    for (let k = i; k < i + frames; k++) {
      if (!this.#isUsed(k)) throw new RangeError(`"frame" must be in use, got ${formatHex(BigInt(this.#first + k) << 12n)}`)
    }
    for (let k = i; k < i + frames; k++) this.#used[k >>> 5]! &= ~(1 << (k & 31))
    this.#free += frames
    if (i < this.#lowest) this.#lowest = i
  }

  #take(i: number, frames: number): PhysAddr {
    for (let k = i; k < i + frames; k++) this.#used[k >>> 5]! |= 1 << (k & 31)
    this.#free -= frames
    return (BigInt(this.#first + i) << 12n) as PhysAddr
  }

  #isUsed(i: number): boolean {
    return (this.#used[i >>> 5]! & (1 << (i & 31))) !== 0
  }

  #isFree(i: number, frames: number): boolean {
    for (let k = i; k < i + frames; k++) if (this.#isUsed(k)) return false
    return true
  }
}
