// Simulated physical memory: bytes at physical addresses, in a sparse store of its own or in a
// window over memory that the caller owns. Words are little-endian. Whoever loops over tables asks
// where a frame begins in the array of all words and goes on in that; everyone else reads and writes by
// address.
import { checkObject, checkSize, checkWord, formatHex, pa } from '@addrspace/memory-addr'
import type { PhysAddr } from '@addrspace/memory-addr'

import { GrowingWords } from './internal/growing-words.ts'
import { areZero } from './internal/table-words.ts'
import { kernelOver } from './internal/word-kernel.ts'
import type { WasmMemory } from './internal/word-kernel.ts'

/** What a window may lie over: a buffer, or what has one that is replaced as it grows (`WebAssembly.Memory`). */
export type MemorySource = ArrayBufferLike | { readonly buffer: ArrayBufferLike }

/** Where physical memory lies and what holds its bytes. */
export interface PhysMemoryOptions {
  /** The first physical address, a multiple of 4096; default 0. */
  readonly base?: PhysAddr
  /** In bytes, a multiple of 4096. [base, base + size) must not reach across a multiple of 2^43. */
  readonly size: bigint
  /** The caller's memory; default: a sparse store, in which untouched frames cost nothing. */
  readonly source?: MemorySource
  /** Where in `source` the first address lies, in bytes, a multiple of 8; default 0. */
  readonly offset?: number
}

const FRAME_SIZE = 4096
/** Int32 words in a frame. */
export const FRAME_INTS: number = FRAME_SIZE / 4
export const FRAME_INTS_SHIFT = 10

// The sparse store is one array that grows. It holds groups of frames in the order in which they were first
// written to; group 0 is what all frames that never were have in common, and stays zero. So the way to a
// word is two loads, from the table of groups and from the array, wherever it lies.
const SMALLEST_GROUP_SHIFT = 4
/** Beyond 64 GiB groups are larger, so that the table of groups stays at 4 MiB. */
const MOST_GROUPS = 2 ** 20
/** In groups, the shared one included. */
const FIRST_CAPACITY = 2
const GROWTH = 1.5
/** Frames that have all bits of their numbers in common but the lowest 31: walks follow those bits alone, without a double. */
const REGION_FRAMES = 2 ** 31
/** So that the index of an Int32 word is one as well: 8 GiB. */
const MOST_INTS = 2 ** 31
/** A shift that makes 0 of every number of a frame: a window is a single group. */
export const WINDOW_GROUP_SHIFT = 31
const ALL_FRAMES = 0x7fff_ffff

/** How frames lie in the array of words: in groups of consecutive ones. */
export interface FrameGroups {
  /** What the number of a frame, counted from the memory's first, is shifted right by to have that of its group. */
  readonly shift: number
  /** The bits of it that tell where in its group it lies. */
  readonly mask: number
  /** Where each group begins, in Int32 words. */
  readonly firstAt: Int32Array
}

/** Loops over words of 64 bits. `at` counts bytes of the memory, `count` words; halves are 32 bits, signed or not. */
export interface WordKernel {
  /** Stores words: the first, and each next one a step more. */
  fill(at: number, count: number, firstLow: number, firstHigh: number, stepLow: number, stepHigh: number): void
  /** How many whole eights of words are all like the one given in the masked bits, counted in words. */
  alike(at: number, count: number, firstLow: number, firstHigh: number, maskLow: number, maskHigh: number): number
  /** Replaces the bits outside of those to keep. */
  rewrite(at: number, count: number, keepLow: number, keepHigh: number, setLow: number, setHigh: number): void
}

/** Bytes at physical addresses [base, base + size). Words are 64 bits, little-endian, at multiples of 8. */
export class PhysMemory {
  /** The first address, a multiple of 4096. */
  readonly base: PhysAddr
  /** In bytes, a multiple of 4096. */
  readonly size: bigint
  /** The number of the first frame: `base` / 4096. */
  readonly firstFrame: number
  /** How many frames there are. */
  readonly frameCount: number
  readonly #source: MemorySource | undefined
  readonly #offset: number
  /** The groups that frames come in; for loops that ask for the places of many, see `indexAt`. */
  readonly groups: FrameGroups
  #words: Int32Array = new Int32Array(0)
  #longs: BigInt64Array = new BigInt64Array(0)
  #doubles: Float64Array = new Float64Array(0)
  /** Int32 words of the store in use. */
  #used: number
  readonly #store: GrowingWords | undefined
  #kernel: WordKernel | undefined

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
    const lastFrame = this.firstFrame + Math.max(this.frameCount, 1) - 1
    if (regionOf(this.firstFrame) !== regionOf(lastFrame)) throw new RangeError(`"base" and "size" must not reach across a multiple of 2^43, got [${formatHex(base)}, ${formatHex(base + size)})`)
    this.#source = source
    this.#offset = offset
    if (source === undefined) {
      // Shifts, since powers are kept as doubles and would make doubles of all that is computed from them.
      const shift = Math.max(SMALLEST_GROUP_SHIFT, Math.ceil(Math.log2(this.frameCount / MOST_GROUPS)))
      this.groups = { shift, mask: (1 << shift) - 1, firstAt: new Int32Array(Math.ceil(this.frameCount / (1 << shift))) }
      this.#used = FRAME_INTS << shift
      this.#store = new GrowingWords(FIRST_CAPACITY * this.#used)
      this.#use(this.#store.words)
    } else {
      checkSource(source)
      this.#kernel = isWasmMemory(source) ? kernelOver(source) : undefined
      if (this.frameCount * FRAME_INTS > MOST_INTS) throw new RangeError(`"size" of a window must be at most 2^33, got ${formatHex(size)}`)
      this.groups = { shift: WINDOW_GROUP_SHIFT, mask: ALL_FRAMES, firstAt: new Int32Array(1) }
      this.#used = 0
      this.#use(this.#view(source))
    }
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

  /** Bytes of the sparse store that hold frames; 0 for a window. */
  get allocatedBytes(): number {
    return this.#source === undefined ? (this.#used - (FRAME_INTS << this.groups.shift)) * 4 : 0
  }

  /**
   * All words of this memory as Int32, low half first; a frame's from `indexOf` on. Not to be kept: valid
   * until the source of a window grows or `writableIndexOf` is asked, as writing by address does.
   */
  get words(): Int32Array {
    const words = this.#words
    return words.length === 0 ? this.#viewAgain() : words
  }

  /** The same words as 64-bit integers in the host's byte order, for loops that compare. Not to be kept either. */
  get longs(): BigInt64Array {
    if (this.#longs.length === 0) this.#viewAgain()
    return this.#longs
  }

  /** The same words as doubles, whose bits they are in the host's byte order, for loops that fill. Not to be kept either. */
  get doubles(): Float64Array {
    if (this.#doubles.length === 0) this.#viewAgain()
    return this.#doubles
  }

  /** Loops over the words, which lie where `words` has them; undefined where WebAssembly does not reach them. */
  get kernel(): WordKernel | undefined {
    return this.#kernel
  }

  /** Where in `words` a frame begins, for reading only; -1 if the frame is not in this memory. */
  indexOf(frame: number): number {
    const i = frame - this.firstFrame
    return i >= 0 && i < this.frameCount ? this.indexAt(i) : -1
  }

  /** Whether a frame has a place in `words` that stays its own: one of the sparse store has none before it, or one near it, is written to. */
  hasPlace(frame: number): boolean {
    return this.indexOf(frame) >= 0 && (this.#source !== undefined || this.groups.firstAt[(frame - this.firstFrame) >>> this.groups.shift] !== 0)
  }

  /**
   * As `indexOf`, of the i-th frame of this memory. For loops that have checked it to be one, and in
   * which `i` never was a double.
   */
  indexAt(i: number): number {
    const { firstAt, shift, mask } = this.groups
    return firstAt[i >>> shift]! + ((i & mask) << FRAME_INTS_SHIFT)
  }

  /**
   * As `indexOf`, for writing too: a part of the sparse store that was never written to is allocated, and
   * `words` may be another array then.
   *
   * @throws RangeError if the sparse store cannot grow: at most 8 GiB of it can be written to
   */
  writableIndexOf(frame: number): number {
    const i = frame - this.firstFrame
    if (!(i >= 0 && i < this.frameCount)) return -1
    const { firstAt, shift } = this.groups
    if (firstAt[i >>> shift] === 0 && this.#source === undefined) this.#addGroup(i >>> shift)
    return this.indexAt(i)
  }

  /**
   * Reads a 64-bit word.
   *
   * @throws RangeError if the address is no multiple of 8 or the word not in this memory
   */
  readWord(paddr: PhysAddr): bigint {
    this.#check(paddr, 8n, 8n)
    const at = this.indexOf(frameOf(paddr)) + (Number(paddr & 0xfffn) >> 2)
    const { words } = this
    return (BigInt(words[at + 1]! >>> 0) << 32n) | BigInt(words[at]! >>> 0)
  }

  /**
   * Writes a 64-bit word.
   *
   * @throws RangeError as `readWord` does, and if the word is none
   */
  writeWord(paddr: PhysAddr, word: bigint): void {
    this.#check(paddr, 8n, 8n)
    checkWord(word, 'word')
    const at = this.writableIndexOf(frameOf(paddr)) + (Number(paddr & 0xfffn) >> 2)
    const { words } = this
    words[at] = Number(word & 0xffff_ffffn) | 0
    words[at + 1] = Number(word >> 32n) | 0
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

  /** The numbers of all frames that hold a byte other than 0, ascending. O(groups, memory written to). */
  *nonZeroFrames(): Generator<number, undefined> {
    const { firstAt, shift, mask } = this.groups
    for (let i = 0; i < this.frameCount; i++) {
      if (this.#source === undefined && firstAt[i >>> shift] === 0) {
        // On to the last frame of a group that was never written to.
        i |= mask
        continue
      }
      if (!areZero(this, this.indexAt(i), FRAME_INTS / 2)) yield this.firstFrame + i
    }
    return undefined
  }

  /** Visits the range frame by frame, as bytes. */
  #pieces(paddr: bigint, length: number, isWriting: boolean, visit: (bytes: Uint8Array, done: number) => void): void {
    for (let done = 0; done < length; ) {
      const at = paddr + BigInt(done)
      const first = isWriting ? this.writableIndexOf(frameOf(at)) : this.indexOf(frameOf(at))
      const offset = Number(at & 0xfffn)
      const size = Math.min(length - done, FRAME_SIZE - offset)
      const { words } = this
      visit(new Uint8Array(words.buffer, words.byteOffset + first * 4 + offset, size), done)
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

  /** Gives a group of frames its place in the store. */
  #addGroup(group: number): void {
    const end = this.#used + (FRAME_INTS << this.groups.shift)
    if (end > MOST_INTS) throw new RangeError('at most 8 GiB of a sparse memory can be written to')
    if (end > this.#words.length) {
      const store = this.#store!
      store.growTo(Math.min(MOST_INTS, Math.max(end, Math.ceil(this.#words.length * GROWTH))))
      this.#kernel = store.kernel
      this.#use(store.words)
    }
    this.groups.firstAt[group] = this.#used
    this.#used = end
  }

  /** Takes the view again after growth has left the old one without length; that of an empty memory has none either. */
  #viewAgain(): Int32Array {
    this.#use(this.#view(this.#source!))
    return this.#words
  }

  #use(words: Int32Array): void {
    this.#words = words
    this.#longs = new BigInt64Array(words.buffer, words.byteOffset, words.length / 2)
    this.#doubles = new Float64Array(words.buffer, words.byteOffset, words.length / 2)
  }

  #view(source: MemorySource): Int32Array {
    const buffer = 'byteLength' in source ? source : source.buffer
    if (this.#offset + Number(this.size) > buffer.byteLength) {
      throw new RangeError(`"source" must have ${String(Number(this.size) + this.#offset)} bytes, got ${String(buffer.byteLength)}`)
    }
    return new Int32Array(buffer, this.#offset, Number(this.size) / 4)
  }
}

/** The bits of a frame's number above the lowest 31. */
export function regionOf(frame: number): number {
  return Math.floor(frame / REGION_FRAMES)
}

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

/** Whether a source may be a memory of WebAssembly: whether it is one, who makes a kernel over it finds out. */
function isWasmMemory(source: MemorySource): source is WasmMemory {
  return !('byteLength' in source) && 'grow' in source
}
