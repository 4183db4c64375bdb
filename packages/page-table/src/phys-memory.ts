// Simulated physical memory: bytes at physical addresses, in a sparse store of its own or in a
// window over memory that the caller owns. Words are little-endian. Whoever loops over tables asks
// for the chunk that holds a frame and goes on in that typed array; everyone else reads and writes
// by address.
import { checkObject, checkSize, checkWord, formatHex, pa } from '@addrspace/memory-addr'
import type { PhysAddr } from '@addrspace/memory-addr'

import { areZero } from './internal/words.ts'

/** What a window may lie over: a buffer, or what has one that is replaced as it grows (`WebAssembly.Memory`). */
export type MemorySource = ArrayBufferLike | { readonly buffer: ArrayBufferLike }

export interface PhysMemoryOptions {
  /** The first physical address, a multiple of 4096; default 0. */
  readonly base?: PhysAddr
  /** In bytes, a multiple of 4096. */
  readonly size: bigint
  /** The caller's memory; default: a sparse store, in which untouched frames cost nothing. */
  readonly source?: MemorySource
  /** Where in `source` the first address lies, in bytes, a multiple of 8; default 0. */
  readonly offset?: number
}

const FRAME_SIZE = 4096
/** Int32 words in a frame. */
export const FRAME_INTS: number = FRAME_SIZE / 4
const FRAME_INTS_SHIFT = 10

// The sparse store: chunks of 16 frames, in directories of one GiB each. What was never touched is one
// directory and one chunk that all share, so that the way to a word is the same two loads everywhere.
const CHUNK_FRAMES = 16
const CHUNK_INTS = CHUNK_FRAMES * FRAME_INTS
const DIRECTORY_FRAMES = 2 ** 18
const DIRECTORY_CHUNKS = DIRECTORY_FRAMES / CHUNK_FRAMES
// The same as shifts: a remainder of doubles costs more than all the rest of a walk's step.
const DIRECTORY_SHIFT = 18
const CHUNK_SHIFT = 4
const CHUNK_MASK = DIRECTORY_CHUNKS - 1
/** A shift that makes 0 of every number of a frame: a window is one chunk in one directory. */
const ALL_BITS = 31
/** So that the number of a frame is a 31-bit integer: walks follow frames without a double. */
const MOST_FRAMES = 2 ** 31

export class PhysMemory {
  readonly base: PhysAddr
  readonly size: bigint
  /** The number of the first frame, and how many there are. */
  readonly firstFrame: number
  readonly frameCount: number
  readonly #source: MemorySource | undefined
  readonly #offset: number
  readonly #directories: Int32Array[][]
  readonly #directoryShift: number
  readonly #chunkShift: number
  /** The bits of a frame's number that say where in its chunk it lies. */
  readonly #frameMask: number
  #chunks: number

  /** @throws TypeError, RangeError if an option is out of bounds or the source too small */
  constructor(options: PhysMemoryOptions) {
    checkObject(options, 'options')
    const { base = pa(0), size, source, offset = 0 } = options
    checkWord(base, 'base')
    checkSize(size, 'size')
    checkFrameMultiple(base, 'base')
    checkFrameMultiple(size, 'size')
    checkSize(base + size, 'base + size')
    if (!Number.isSafeInteger(offset) || offset < 0 || offset % 8 !== 0) throw new RangeError(`"offset" must be a multiple of 8, got ${typeof offset === 'number' ? String(offset) : typeof offset}`)
    this.base = base
    this.size = size
    this.firstFrame = Number(base / BigInt(FRAME_SIZE))
    this.frameCount = Number(size / BigInt(FRAME_SIZE))
    if (this.firstFrame + this.frameCount > MOST_FRAMES) throw new RangeError(`"base + size" must be at most 2^43, got ${formatHex(base + size)}`)
    this.#source = source
    this.#offset = offset
    this.#chunks = 0
    const isWindow = source !== undefined
    this.#directoryShift = isWindow ? ALL_BITS : DIRECTORY_SHIFT
    this.#chunkShift = isWindow ? ALL_BITS : CHUNK_SHIFT
    this.#frameMask = isWindow ? MOST_FRAMES - 1 : CHUNK_FRAMES - 1
    if (isWindow) {
      checkSource(source)
      this.#directories = [[this.#view(source)]]
    } else this.#directories = new Array<Int32Array[]>(Math.ceil(this.frameCount / DIRECTORY_FRAMES)).fill(UNTOUCHED_DIRECTORY)
  }

  /**
   * Whether [paddr, paddr + size) lies in this memory.
   *
   * @throws TypeError if an argument is no bigint
   */
  contains(paddr: bigint, size = 1n): boolean {
    if (typeof paddr !== 'bigint') checkWord(paddr, 'paddr')
    if (typeof size !== 'bigint') checkSize(size, 'size')
    return paddr >= this.base && paddr + size <= this.base + this.size
  }

  /** Bytes that the sparse store has allocated; 0 for a window. */
  get allocatedBytes(): number {
    return this.#chunks * CHUNK_INTS * 4
  }

  /**
   * The array in which the words of a frame lie, from `indexOf(frame)` on, for reading only; undefined
   * if the frame is not in this memory. Valid until the source of a window grows.
   */
  chunkOf(frame: number): Int32Array | undefined {
    const distance = frame - this.firstFrame
    if (!(distance >= 0 && distance < this.frameCount)) return undefined
    const i = distance | 0
    const chunk = this.#directories[i >>> this.#directoryShift]![(i >>> this.#chunkShift) & CHUNK_MASK]!
    return chunk.length === 0 ? this.#viewAgain() : chunk
  }

  /**
   * As `chunkOf`, of the i-th frame of this memory. For loops that have checked it to be one, and in
   * which `i` never was a double.
   */
  chunkAt(i: number): Int32Array {
    const chunk = this.#directories[i >>> this.#directoryShift]![(i >>> this.#chunkShift) & CHUNK_MASK]!
    return chunk.length === 0 ? this.#viewAgain() : chunk
  }

  /** As `indexOf`, of the i-th frame. */
  indexAt(i: number): number {
    return (i & this.#frameMask) << FRAME_INTS_SHIFT
  }

  /** As `chunkOf`, for writing too: a part of the sparse store that was never touched is allocated. */
  writableChunkOf(frame: number): Int32Array | undefined {
    const chunk = this.chunkOf(frame)
    if (chunk !== UNTOUCHED) return chunk
    const i = frame - this.firstFrame
    let directory = this.#directories[i >>> DIRECTORY_SHIFT]!
    if (directory === UNTOUCHED_DIRECTORY) directory = this.#directories[i >>> DIRECTORY_SHIFT] = [...UNTOUCHED_DIRECTORY]
    this.#chunks++
    return (directory[(i >>> CHUNK_SHIFT) & CHUNK_MASK] = new Int32Array(CHUNK_INTS))
  }

  /** Where in its chunk a frame begins, in Int32 words. */
  indexOf(frame: number): number {
    return ((frame - this.firstFrame) & this.#frameMask) * FRAME_INTS
  }

  /**
   * Reads a 64-bit word.
   *
   * @throws RangeError if the address is no multiple of 8 or the word not in this memory
   */
  readWord(paddr: PhysAddr): bigint {
    this.#check(paddr, 8n, 8n)
    const frame = frameOf(paddr)
    const chunk = this.chunkOf(frame)!
    const at = this.indexOf(frame) + (Number(paddr & 0xfffn) >> 2)
    return (BigInt(chunk[at + 1]! >>> 0) << 32n) | BigInt(chunk[at]! >>> 0)
  }

  /**
   * Writes a 64-bit word.
   *
   * @throws RangeError as `readWord` does, and if the word is none
   */
  writeWord(paddr: PhysAddr, word: bigint): void {
    this.#check(paddr, 8n, 8n)
    checkWord(word, 'word')
    const frame = frameOf(paddr)
    const chunk = this.writableChunkOf(frame)!
    const at = this.indexOf(frame) + (Number(paddr & 0xfffn) >> 2)
    chunk[at] = Number(word & 0xffff_ffffn) | 0
    chunk[at + 1] = Number(word >> 32n) | 0
  }

  /**
   * Reads bytes into an array, as many as it has.
   *
   * @throws TypeError if the target is no Uint8Array
   * @throws RangeError if one of them is not in this memory; nothing is read then
   */
  read(paddr: PhysAddr, target: Uint8Array): void {
    checkBytes(target, 'target')
    this.#check(paddr, BigInt(target.length), 1n)
    this.#pieces(paddr, target.length, false, (bytes, done) => target.set(bytes, done))
  }

  /**
   * Writes bytes.
   *
   * @throws TypeError if the source is no Uint8Array
   * @throws RangeError if one of them is not in this memory; nothing is written then
   */
  write(paddr: PhysAddr, source: Uint8Array): void {
    checkBytes(source, 'source')
    this.#check(paddr, BigInt(source.length), 1n)
    this.#pieces(paddr, source.length, true, (bytes, done) => bytes.set(source.subarray(done, done + bytes.length)))
  }

  /** The numbers of all frames that hold a byte other than 0, ascending. O(memory allocated). */
  *nonZeroFrames(): Generator<number, undefined> {
    for (let i = 0; i < this.frameCount; i++) {
      const chunk = this.chunkOf(this.firstFrame + i)!
      if (chunk === UNTOUCHED) {
        // On to the next chunk, or past a directory that does not exist.
        const isMissing = this.#directories[Math.floor(i / DIRECTORY_FRAMES)] === UNTOUCHED_DIRECTORY
        i += (isMissing ? DIRECTORY_FRAMES - (i % DIRECTORY_FRAMES) : CHUNK_FRAMES - (i % CHUNK_FRAMES)) - 1
        continue
      }
      const at = this.indexOf(this.firstFrame + i)
      if (!areZero(chunk, at, FRAME_INTS / 2)) yield this.firstFrame + i
    }
    return undefined
  }

  /** Visits the range frame by frame, as bytes. */
  #pieces(paddr: bigint, length: number, isWriting: boolean, visit: (bytes: Uint8Array, done: number) => void): void {
    for (let done = 0; done < length; ) {
      const at = paddr + BigInt(done)
      const frame = frameOf(at)
      const chunk = (isWriting ? this.writableChunkOf(frame) : this.chunkOf(frame))!
      const offset = Number(at & 0xfffn)
      const size = Math.min(length - done, FRAME_SIZE - offset)
      visit(new Uint8Array(chunk.buffer, chunk.byteOffset + this.indexOf(frame) * 4 + offset, size), done)
      done += size
    }
  }

  #check(paddr: bigint, size: bigint, align: bigint): void {
    checkWord(paddr, 'paddr')
    if (paddr % align !== 0n) throw new RangeError(`"paddr" must be a multiple of ${String(align)}, got ${formatHex(paddr)}`)
    if (!this.contains(paddr, size)) {
      throw new RangeError(`"paddr" must lie in [${formatHex(this.base)}, ${formatHex(this.base + this.size)}) with all ${String(size)} bytes, got ${formatHex(paddr)}`)
    }
  }

  /** Takes the view again after growth has left the old one without length; that of an empty memory has none either. */
  #viewAgain(): Int32Array {
    const view = this.#view(this.#source!)
    this.#directories[0]![0] = view
    return view
  }

  #view(source: MemorySource): Int32Array {
    const buffer = 'byteLength' in source ? source : source.buffer
    if (this.#offset + Number(this.size) > buffer.byteLength) {
      throw new RangeError(`"source" must have ${String(Number(this.size) + this.#offset)} bytes, got ${String(buffer.byteLength)}`)
    }
    return new Int32Array(buffer, this.#offset, Number(this.size) / 4)
  }
}

/** What parts of the sparse store that were never touched read as; never written to. */
const UNTOUCHED = new Int32Array(CHUNK_INTS)
const UNTOUCHED_DIRECTORY: Int32Array[] = new Array<Int32Array>(DIRECTORY_CHUNKS).fill(UNTOUCHED)

function frameOf(paddr: bigint): number {
  return Number(paddr >> 12n)
}

/** @throws TypeError naming the argument if a value is no Uint8Array */
export function checkBytes(value: unknown, name: string): void {
  if (!(value instanceof Uint8Array)) throw new TypeError(`"${name}" must be a Uint8Array, got ${typeof value}`)
}

function checkSource(source: MemorySource): void {
  // A view has a buffer too, of which it may be a part: it is not to be guessed which of both is meant.
  const buffer: unknown = Object(source) !== source || ArrayBuffer.isView(source) ? undefined : 'byteLength' in source ? source : source.buffer
  // By its name, since a buffer of another realm is no instance of this one's class.
  if (!/^.object (Shared)?ArrayBuffer.$/.test(Object.prototype.toString.call(buffer))) throw new TypeError('"source" must be a buffer, or what has one and is no view')
}

function checkFrameMultiple(value: bigint, name: string): void {
  if (value % BigInt(FRAME_SIZE) !== 0n) throw new RangeError(`"${name}" must be a multiple of 4096, got ${formatHex(value)}`)
}
