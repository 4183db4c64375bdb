// Where frames come from: single ones, and runs that are aligned to their own length for huge pages.
// The default hands out the lowest that is free, so that equal histories give equal images.
import { checkObject, checkRange, checkWord, formatHex } from '@addrspace/memory-addr'
import type { PhysAddr } from '@addrspace/memory-addr'

import { checkCount } from './internal/check-count.ts'
import { addressOf, offsetIn, pageOf } from './internal/edge.ts'

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

/** Frames are counted in 32 bits: 16 TiB, whose bitmap takes 512 MiB. */
const MOST_FRAMES = 2 ** 32

const ALL = 0xffff_ffff

/**
 * The default: a bitmap over a range of physical memory, and above it bitmaps of which words are full,
 * so that the lowest free frame is found in a handful of steps.
 */
export class BitmapAllocator implements FrameAllocator {
  readonly #first: number
  readonly #count: number
  /** The lowest has a bit per frame, 1 where it is in use; each next one a bit per word below, 1 where that is full. */
  readonly #levels: readonly Uint32Array[]
  #free: number

  /** @throws TypeError, RangeError if the range is none, not of whole frames, or of more than 16 TiB */
  constructor(range: { readonly start: PhysAddr; readonly end: bigint }) {
    checkObject(range, 'range')
    checkRange(range, 'range')
    const { start, end } = range
    if (((start | end) & 0xfffn) !== 0n) throw new RangeError(`"range" must be of whole frames, got ${formatHex(start)}..${formatHex(end)}`)
    this.#first = Number(start >> 12n)
    this.#count = Number((end - start) >> 12n)
    if (this.#count > MOST_FRAMES) throw new RangeError(`"range" must be of at most 16 TiB, got ${formatHex(start)}..${formatHex(end)}`)
    this.#free = this.#count
    const levels: Uint32Array[] = []
    for (let bits = this.#count; levels.length === 0 || bits > 1; bits = Math.ceil(bits / 32)) {
      levels.push(new Uint32Array(Math.ceil(bits / 32)))
    }
    this.#levels = levels
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
    // Bits behind the end are 0 too, but there is a lower one.
    let i = 0
    for (let level = this.#levels.length - 1; level >= 0; level--) i = 32 * i + 31 - Math.clz32(lowestBit(~this.#levels[level]![i]!))
    return this.#take(i, 1)
  }

  allocateRun(frames: number): PhysAddr | undefined {
    if (!Number.isInteger(frames) || frames < 1 || frames > LONGEST_RUN || (frames & (frames - 1)) !== 0) {
      throw new RangeError(`"frames" must be a power of two up to ${String(LONGEST_RUN)}, got ${typeof frames === 'number' ? String(frames) : typeof frames}`)
    }
    if (frames > this.#free) return undefined
    // Aligned as physical addresses are, not as places in this range.
    for (let i = (frames - (this.#first % frames)) % frames; i + frames <= this.#count; i += frames) {
      if (this.#isFree(i, frames)) return this.#take(i, frames)
    }
    return undefined
  }

  free(frame: PhysAddr, frames = 1): void {
    checkWord(frame, 'frame')
    if (offsetIn(frame) !== 0) throw new RangeError(`"frame" must be a multiple of 4096, got ${formatHex(frame)}`)
    checkCount(frames, 1, 'frames')
    const i = pageOf(frame) - this.#first
    if (i < 0 || i + frames > this.#count) throw new RangeError(`"frame" must be in ${this.#text(0, this.#count)}, got ${this.#text(i, frames)}`)
    const used = this.#levels[0]!
    for (let k = i; k < i + frames; k++) {
      if ((used[k >>> 5]! & (1 << (k & 31))) === 0) throw new RangeError(`"frame" must be in use, got ${formatHex(this.#addressOf(k))}`)
    }
    for (let k = i; k < i + frames; k++) this.#clear(k)
    this.#free += frames
  }

  #take(i: number, frames: number): PhysAddr {
    for (let k = i; k < i + frames; k++) this.#set(k)
    this.#free -= frames
    return this.#addressOf(i)
  }

  #addressOf(i: number): PhysAddr {
    return addressOf(this.#first + i) as PhysAddr
  }

  #text(i: number, frames: number): string {
    // As a bigint, since what a caller asks for may lie behind all addresses.
    return `${formatHex(BigInt(this.#first + i) << 12n)}..${formatHex(BigInt(this.#first + i + frames) << 12n)}`
  }

  #set(frame: number): void {
    let i = frame
    for (const words of this.#levels) {
      const word = (words[i >>> 5] = words[i >>> 5]! | (1 << (i & 31)))
      if (word >>> 0 !== ALL) return
      i >>>= 5
    }
  }

  #clear(frame: number): void {
    let i = frame
    for (const words of this.#levels) {
      const word = words[i >>> 5]!
      words[i >>> 5] = word & ~(1 << (i & 31))
      if (word !== ALL) return
      i >>>= 5
    }
  }

  /** Whether frames [i, i + frames) are free; whole words at a time where it can be. */
  #isFree(i: number, frames: number): boolean {
    const used = this.#levels[0]!
    for (let k = i; k < i + frames; ) {
      const isWord = (k & 31) === 0 && k + 32 <= i + frames
      if ((used[k >>> 5]! & (isWord ? ALL : 1 << (k & 31))) !== 0) return false
      k += isWord ? 32 : 1
    }
    return true
  }
}

function lowestBit(word: number): number {
  return word & -word
}
