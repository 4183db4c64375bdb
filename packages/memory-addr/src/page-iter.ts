/**
 * The pages of a range, one address after the other. What is made here is an iterable, so it can be walked more than once;
 * each walk counts for itself. The last page of the address space is reachable, since an end may be 2^64.
 */
import type { AnyAddr, PlainBigint } from './addr.ts'
import { checkAlign, isPowerOfTwo } from './align.ts'
import { formatHex } from './format-hex.ts'
import { inspectAsText } from './internal/inspect.ts'
import { PAGE_SIZE_1G, PAGE_SIZE_2M, PAGE_SIZE_4K } from './page-size.ts'
import { checkRange, type RangeLike } from './range.ts'
import { isSize, isWord, refusal } from './word.ts'

/** Pages of one size that fill [start, end) exactly; frozen. Iterating gives the start of each, ascending. */
export class PageRange<A extends bigint = AnyAddr> implements RangeLike<A>, Iterable<A> {
  /** Start of the first page. */
  readonly start: A
  /** One past the last page; may be 2^64. */
  readonly end: bigint
  /** Size of each page in bytes. */
  readonly pageSize: bigint

  /**
   * @throws TypeError if a bound or `pageSize` is not a bigint.
   * @throws RangeError if `range` is no range, `pageSize` not a power of two, or a bound not a multiple of it.
   */
  constructor(range: RangeLike<A>, pageSize: bigint) {
    checkRange(range, 'range')
    const { start, end } = range
    checkAlign(pageSize, 'pageSize')
    checkMultiple(start, pageSize, 'range.start')
    checkMultiple(end, pageSize, 'range.end')
    this.start = start
    this.end = end
    this.pageSize = pageSize
    Object.freeze(this)
  }

  /** Number of pages; exact for pages of 2 KiB and larger, of which there are at most 2^53. */
  get pageCount(): number {
    return Number((this.end - this.start) / this.pageSize)
  }

  /** Writes the range and the size of its pages. */
  toString(): string {
    return `${formatHex(this.start)}..${formatHex(this.end)} by ${formatHex(this.pageSize)}`
  }

  /** Starts a walk at the first page. */
  [Symbol.iterator](): IterableIterator<A> {
    const { end, pageSize } = this
    let page: bigint = this.start
    return {
      next(): IteratorResult<A> {
        if (page >= end) return { done: true, value: undefined }
        const value = page as A
        page += pageSize
        return { done: false, value }
      },
      [Symbol.iterator]() {
        return this
      },
    }
  }

  static {
    inspectAsText(this, 'PageRange')
  }
}

/**
 * Gives the pages of `range`, each of `pageSize` bytes: any power of two.
 *
 * @throws TypeError if a bound or `pageSize` is not a bigint.
 * @throws RangeError if `range` is no range, `pageSize` not a power of two, or a bound not a multiple of it.
 * @example
 * [...pages({ start: 0xffff_ffff_ffff_e000n, end: 2n ** 64n }, 0x1000n)] // => [0xffff_ffff_ffff_e000n, 0xffff_ffff_ffff_f000n]
 */
export function pages<A extends AnyAddr>(range: RangeLike<A>, pageSize: PlainBigint): PageRange<A>
export function pages(range: RangeLike<PlainBigint>, pageSize: PlainBigint): PageRange<bigint>
export function pages(range: RangeLike, pageSize: bigint): PageRange<bigint> {
  return new PageRange(range, pageSize)
}

/** Gives the pages of `range`, or `undefined` where `pages` throws. */
export function tryPages<A extends AnyAddr>(range: RangeLike<A>, pageSize: PlainBigint): PageRange<A> | undefined
export function tryPages(range: RangeLike<PlainBigint>, pageSize: PlainBigint): PageRange<bigint> | undefined
export function tryPages(range: RangeLike, pageSize: bigint): PageRange<bigint> | undefined {
  const given: unknown = range
  if (typeof given !== 'object' || given === null) return undefined
  const { start, end } = range
  if (!isWord(start) || !isSize(end) || start > end || !isWord(pageSize) || !isPowerOfTwo(pageSize)) return undefined
  return ((start | end) & (pageSize - 1n)) === 0n ? new PageRange(range, pageSize) : undefined
}

/** Gives the 4 KiB pages of `range`; refuses what `pages` does. */
export function pages4K<A extends AnyAddr>(range: RangeLike<A>): PageRange<A>
export function pages4K(range: RangeLike<PlainBigint>): PageRange<bigint>
export function pages4K(range: RangeLike): PageRange<bigint> {
  return new PageRange(range, PAGE_SIZE_4K)
}

/** Gives the 2 MiB pages of `range`; refuses what `pages` does. */
export function pages2M<A extends AnyAddr>(range: RangeLike<A>): PageRange<A>
export function pages2M(range: RangeLike<PlainBigint>): PageRange<bigint>
export function pages2M(range: RangeLike): PageRange<bigint> {
  return new PageRange(range, PAGE_SIZE_2M)
}

/** Gives the 1 GiB pages of `range`; refuses what `pages` does. */
export function pages1G<A extends AnyAddr>(range: RangeLike<A>): PageRange<A>
export function pages1G(range: RangeLike<PlainBigint>): PageRange<bigint>
export function pages1G(range: RangeLike): PageRange<bigint> {
  return new PageRange(range, PAGE_SIZE_1G)
}

function checkMultiple(bound: bigint, pageSize: bigint, name: string): void {
  if ((bound & (pageSize - 1n)) !== 0n) throw refusal(name, `a multiple of ${formatHex(pageSize)}`, bound)
}
