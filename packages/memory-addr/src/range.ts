/**
 * Half-open ranges of addresses, [start, end). A range may be empty but never reversed, and never changes. Its end is a
 * plain bigint, since the range that holds the last address ends at 2^64, which is no address.
 *
 * An empty range overlaps nothing; it is contained where its start lies in [start, end], both inclusive.
 */
import type { AnyAddr, EndOf, PhysAddr, PlainBigint, VirtAddr } from './addr.ts'
import { formatHex } from './format-hex.ts'
import { inspectAsText } from './internal/inspect.ts'
import { checkObject, checkSize, checkWord, isSize, isWord, refusal } from './word.ts'

/** Anything with bounds: an `AddrRange`, a memory area, an object literal. The end is exclusive and may be 2^64. */
export interface RangeLike<A extends bigint = bigint> {
  /** The first address. */
  readonly start: A
  /** The address behind the last one; at most 2^64. */
  readonly end: bigint
}

/** Range [start, end) of addresses of one kind; frozen. `addrRange` makes one. */
export class AddrRange<A extends bigint = AnyAddr> implements RangeLike<A> {
  /** First address. */
  readonly start: A
  /** One past the last address; 2^64 if the range holds the last address there is. */
  readonly end: bigint

  /**
   * @throws TypeError if a bound is not a bigint.
   * @throws RangeError if `start` is not in [0, 2^64), or `end` not in [start, 2^64].
   */
  constructor(start: A, end: EndOf<A>) {
    checkBounds(start, end, '')
    this.start = start
    this.end = end
    Object.freeze(this)
  }

  /** Size in bytes, from 0 to 2^64. */
  get size(): bigint {
    return this.end - this.start
  }

  /** Whether the range holds no address. */
  get isEmpty(): boolean {
    return this.start === this.end
  }

  /**
   * Tells whether an address lies in the range.
   *
   * @throws TypeError, RangeError if `addr` is not a 64-bit word.
   * @example
   * addrRange(va(0x1000), 0x2000n).contains(va(0x2000)) // => false
   */
  contains(addr: A): boolean {
    checkWord(addr, 'addr')
    return this.start <= addr && addr < this.end
  }

  /**
   * Tells whether all of `other` lies in the range; of an empty one, whether its start lies in [start, end].
   *
   * @throws TypeError, RangeError if `other` is no range.
   */
  containsRange(other: RangeLike<A>): boolean {
    checkRange(other, 'other')
    return this.start <= other.start && other.end <= this.end
  }

  /** Tells whether the range lies in `other`: `containsRange` from the other side. */
  containedIn(other: RangeLike<A>): boolean {
    checkRange(other, 'other')
    return other.start <= this.start && this.end <= other.end
  }

  /**
   * Tells whether some address lies in both ranges; never so for an empty one.
   *
   * @throws TypeError, RangeError if `other` is no range.
   * @example
   * addrRange(va(0x1000), 0x2000n).overlaps({ start: va(0x2000), end: 0x3000n }) // => false
   */
  overlaps(other: RangeLike<A>): boolean {
    checkRange(other, 'other')
    const start = this.start > other.start ? this.start : other.start
    return start < this.end && start < other.end
  }

  /** Tells whether both bounds are the same. Empty ranges at different addresses are different. */
  equals(other: RangeLike<A>): boolean {
    checkRange(other, 'other')
    return this.start === other.start && this.end === other.end
  }

  /**
   * Writes the range as `start..end`, in hexadecimal or as `format` writes an address.
   *
   * @example
   * addrRange(va(0x1000), 0x2000n).toString() // => '0x1000..0x2000'
   * addrRange(va(0x1000), 0x2000n).toString(formatVirtAddr) // => 'VA:0x1000..VA:0x2000'
   */
  toString(format: (addr: A) => string = (addr) => formatHex(addr)): string {
    // The end is written like an address although 2^64 is none; formatting checks no bounds.
    return `${format(this.start)}..${format(this.end as A)}`
  }

  static {
    inspectAsText(this, 'AddrRange')
  }
}

/** Range of virtual addresses. */
export type VirtAddrRange = AddrRange<VirtAddr>

/** Range of physical addresses. */
export type PhysAddrRange = AddrRange<PhysAddr>

/**
 * Makes the range [start, end).
 *
 * @throws TypeError if a bound is not a bigint.
 * @throws RangeError if `start` is not in [0, 2^64), or `end` not in [start, 2^64].
 * @example
 * addrRange(va(0xffff_ffff_ffff_f000n), 2n ** 64n).size // => 0x1000n
 */
export function addrRange<A extends AnyAddr>(start: A, end: EndOf<A>): AddrRange<A>
export function addrRange(start: PlainBigint, end: PlainBigint): AddrRange<bigint>
export function addrRange(start: bigint, end: bigint): AddrRange<bigint> {
  return new AddrRange<bigint>(start, end)
}

/** Makes the range [start, end), or gives `undefined` where `addrRange` throws. */
export function tryAddrRange<A extends AnyAddr>(start: A, end: EndOf<A>): AddrRange<A> | undefined
export function tryAddrRange(start: PlainBigint, end: PlainBigint): AddrRange<bigint> | undefined
export function tryAddrRange(start: bigint, end: bigint): AddrRange<bigint> | undefined {
  return isWord(start) && isSize(end) && start <= end ? new AddrRange<bigint>(start, end) : undefined
}

/**
 * Makes the range of `size` bytes from `start` on.
 *
 * @throws TypeError if an argument is not a bigint.
 * @throws RangeError if `start` is not in [0, 2^64), `size` is negative, or `start + size` is above 2^64.
 * @example
 * addrRangeFromSize(va(0x1000), 0x1000n).toString() // => '0x1000..0x2000'
 */
export function addrRangeFromSize<A extends AnyAddr>(start: A, size: PlainBigint): AddrRange<A>
export function addrRangeFromSize(start: PlainBigint, size: PlainBigint): AddrRange<bigint>
export function addrRangeFromSize(start: bigint, size: bigint): AddrRange<bigint> {
  checkWord(start, 'start')
  checkSize(size, 'size')
  checkSize(start + size, 'start + size')
  return new AddrRange<bigint>(start, start + size)
}

/** Makes the range of `size` bytes from `start` on, or gives `undefined` where `addrRangeFromSize` throws. */
export function tryAddrRangeFromSize<A extends AnyAddr>(start: A, size: PlainBigint): AddrRange<A> | undefined
export function tryAddrRangeFromSize(start: PlainBigint, size: PlainBigint): AddrRange<bigint> | undefined
export function tryAddrRangeFromSize(start: bigint, size: bigint): AddrRange<bigint> | undefined {
  return isWord(start) && isSize(size) ? tryAddrRange(start, start + size) : undefined
}

/**
 * Refuses what is no range: a start in [0, 2^64) and an end in [start, 2^64], both bigints.
 *
 * @throws TypeError, RangeError naming the argument or its bound, as in `"limit.end"`.
 */
export function checkRange(range: RangeLike, name: string): void {
  checkObject(range, name)
  checkBounds(range.start, range.end, `${name}.`)
}

function checkBounds(start: bigint, end: bigint, prefix: string): void {
  checkWord(start, `${prefix}start`)
  checkSize(end, `${prefix}end`)
  if (end < start) throw refusal(`${prefix}end`, `at least ${formatHex(start)}`, end)
}
