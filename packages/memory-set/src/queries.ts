// What can be asked of areas, of a set and of a snapshot of one alike.
import { checkAlign, checkObject, checkRange, checkSize, checkWord, WORD_SPACE } from '@addrspace/memory-addr'
import type { AddrRange, AnyAddr, RangeLike } from '@addrspace/memory-addr'

import type { AreaIndex } from './area-index.ts'
import { AreaIterator } from './area-iterator.ts'
import type { MemoryArea } from './area.ts'
import type { Guards } from './internal/attributes.ts'
import { endKeyOf, keyOf, RangeBounds, restOf, SPACE_END_KEY } from './internal/bound.ts'
import { checkChoice } from './internal/check-arguments.ts'
import { GapSearch } from './internal/gap-search.ts'
import { inspectAsText } from './internal/inspect.ts'
import { NOWHERE } from './untrusted.ts'

/** Where and how free space is looked for. */
export interface FindFreeOptions {
  /** Upwards, the lowest start that is wanted (default: the limit's start); downwards, the highest end (default: the limit's end). */
  readonly hint?: bigint
  /** The result lies in this half-open range; default: the whole space. */
  readonly limit?: RangeLike
  /** The start is a multiple of this, a power of two; default 1. */
  readonly align?: bigint
  /** … plus this, in [0, align); default 0. */
  readonly alignOffset?: bigint
  /** `up` (default): the lowest fit at or above the hint; `down`: the highest that ends at or below it. */
  readonly direction?: 'up' | 'down'
  /** Bytes to keep free of areas next to the result; default 0 on both sides. The limit does not count as an area. */
  readonly gap?: Partial<Guards>
}

/** `ready`, or why nothing can be asked now. */
export type QueryState = 'ready' | 'busy' | 'disposed'

/** The range that `overlaps` is asked about. */
const asked = new RangeBounds()

const WHOLE_SPACE: RangeLike = Object.freeze({ start: 0n, end: WORD_SPACE })
const NO_GAP: Partial<Guards> = Object.freeze({})
const NO_OPTIONS: FindFreeOptions = Object.freeze({})

/**
 * What a set and a snapshot of one can be asked, in the order of addresses. A question changes nothing. All throw a
 * TypeError while an operation of the set is under way, and after a snapshot was disposed of.
 */
export abstract class AreaQueries<F, P, A extends AnyAddr> implements Iterable<MemoryArea<F, P, A>> {
  /** @internal */
  declare protected readonly index: AreaIndex<F, P, A>
  /** @internal */
  declare protected state: QueryState
  /** @internal */
  declare protected distrusted: readonly AddrRange[]
  #search: GapSearch<F, P, A> | undefined = undefined

  /** @internal */
  constructor(index: AreaIndex<F, P, A>, distrusted: readonly AddrRange[] = NOWHERE) {
    this.index = index
    this.state = 'ready'
    this.distrusted = distrusted
  }

  /** The number of areas. */
  get size(): number {
    if (this.state !== 'ready') this.refuse()
    return this.index.count
  }

  /** Whether there is no area. */
  get isEmpty(): boolean {
    return this.size === 0
  }

  /**
   * Where undoing was refused, so that the page table may differ from the set: nothing is done there, and no free
   * space found. Ascending, disjoint, empty as a rule.
   */
  get untrusted(): readonly AddrRange[] {
    return this.distrusted
  }

  /**
   * Gives the area that contains the address, or undefined. O(log n).
   *
   * The address is taken modulo 2^64: whatever a constructor of addresses made is in range, and a
   * check would cost a third of the search.
   *
   * @throws TypeError if the address is no bigint
   */
  find(addr: A): MemoryArea<F, P, A> | undefined {
    if (this.state !== 'ready') this.refuse()
    if (typeof addr !== 'bigint') checkWord(addr, 'addr')
    return this.index.find(addr)
  }

  /**
   * Tells whether an area intersects the half-open range; an empty range overlaps nothing. O(log n).
   *
   * @throws TypeError, RangeError if it is no range
   */
  overlaps(range: RangeLike<A>): boolean {
    if (this.state !== 'ready') this.refuse()
    checkObject(range, 'range')
    const { start, end } = range
    if (asked.takeEnds(start, end)) return this.index.overlaps(asked)
    checkRange({ start, end }, 'range')
    return false
  }

  /**
   * Finds `size` free bytes, and gives their start or undefined. A size of 0, or one that is no
   * multiple of `align`, finds nothing. The guards of areas are kept clear, untrusted ranges not offered.
   *
   * O(log n), plus the gaps that are large enough but cannot be used because of alignment, guards or distrust.
   *
   * @throws TypeError, RangeError if a value is no 64-bit one, `align` no power of two, `alignOffset` not below it
   */
  findFreeArea(size: bigint, options: FindFreeOptions = NO_OPTIONS): A | undefined {
    if (this.state !== 'ready') this.refuse()
    checkObject(options, 'options')
    const search = (this.#search ??= new GapSearch(this.index))
    if (this.distrusted.length === 0 && search.takeKeys(size, options)) {
      return search.find() as A | undefined
    }
    return this.#findFreeExactly(search, size, options)
  }

  /** As `findFreeArea`, for what keys do not tell exactly, and for what is to be refused. */
  #findFreeExactly(search: GapSearch<F, P, A>, size: bigint, options: FindFreeOptions): A | undefined {
    const { limit = WHOLE_SPACE, align = 1n, alignOffset = 0n, direction = 'up', gap = NO_GAP } = options
    checkSize(size, 'size')
    checkRange(limit, 'limit')
    checkObject(gap, 'gap')
    const { hint = direction === 'up' ? limit.start : limit.end } = options
    const { below: gapBelow = 0n, above: gapAbove = 0n } = gap
    checkAlign(align, 'align')
    if (alignOffset !== 0n) checkWord(alignOffset, 'alignOffset')
    if (alignOffset >= align) throw new RangeError(`"alignOffset" must be below the alignment, got ${String(alignOffset)}`)
    checkChoice(direction, ['up', 'down'], 'direction')
    checkSize(hint, 'hint')
    checkSize(gapBelow, 'gap.below')
    checkSize(gapAbove, 'gap.above')
    let low: bigint = direction === 'up' && hint > limit.start ? hint : limit.start
    let high = direction === 'down' && hint < limit.end ? hint : limit.end
    if (size === 0n || (size & (align - 1n)) !== 0n) return undefined
    while (low < high && high - low >= size) {
      search.take({ size, align, alignOffset, low, high, gapBelow, gapAbove }, direction === 'up')
      const found = search.find()
      const untrusted = found === undefined || this.distrusted.length === 0 ? undefined : this.untrustedIn(found, size)
      // What lies in the limit and starts an area is an address of the set's kind.
      if (untrusted === undefined) return found as A | undefined
      if (direction === 'up') low = untrusted.end
      else high = untrusted.start
    }
    return undefined
  }

  /** Iterates over all areas in address order. */
  [Symbol.iterator](): IterableIterator<MemoryArea<F, P, A>> {
    if (this.state !== 'ready') this.refuse()
    return new AreaIterator(this.index, 0, 0, SPACE_END_KEY, 0)
  }

  /**
   * Iterates over the areas that intersect the half-open range, in address order and uncut.
   *
   * @throws TypeError, RangeError if it is no range
   */
  areasIn(range: RangeLike<A>): IterableIterator<MemoryArea<F, P, A>> {
    if (this.state !== 'ready') this.refuse()
    checkRange(range, 'range')
    const { start, end } = range
    if (start === end) return new AreaIterator(this.index, SPACE_END_KEY, 0, 0, 0)
    const endKey = endKeyOf(end)
    return new AreaIterator(this.index, keyOf(start), restOf(start), endKey, endKey === SPACE_END_KEY ? 0 : restOf(end))
  }

  /** One line per area: bounds, flags. */
  toString(): string {
    const name = this.constructor.name
    if (this.state === 'disposed') return `${name}(disposed of)`
    const lines = [`${name}(${String(this.index.count)} ${this.index.count === 1 ? 'area' : 'areas'})`]
    for (const area of new AreaIterator(this.index, 0, 0, SPACE_END_KEY, 0)) lines.push(`  ${area.toString()}`)
    return lines.join('\n')
  }

  /** @internal The lowest untrusted range that intersects a range that is not empty. */
  protected untrustedIn(start: bigint, size: bigint): AddrRange | undefined {
    return this.distrusted.find((range) => range.start < start + size && start < range.end)
  }

  /**
   * @internal
   * @throws TypeError always
   */
  protected refuse(): never {
    if (this.state === 'disposed') throw new TypeError('the snapshot is disposed of')
    throw new TypeError('a set must not be called from inside its own callbacks')
  }

  static {
    inspectAsText(this)
  }
}
