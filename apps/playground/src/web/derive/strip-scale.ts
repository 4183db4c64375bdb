/**
 * The scale of the strip of areas. The space is cut into segments: areas, the gaps between them, and what the machine
 * does not translate. A segment's width grows with the logarithm of its size, of a gap slowly and only up to a limit, so
 * that one page is seen beside 2^47 bytes of nothing; within a segment the scale is linear. A view is a range of
 * addresses, exact down to the byte, and a window into that scale.
 */

import { lastAtOrBelow, type AreaColumns } from './columns.ts'

/** What a segment is: an area, nothing, or addresses that the machine does not translate. */
export type SegmentKind = 'area' | 'gap' | 'hole'

/** Addresses `[start, end)`; `end` may be 2^64. */
export interface AddressSpan {
  readonly start: bigint
  readonly end: bigint
}

/** A segment. */
export interface Segment extends AddressSpan {
  readonly kind: SegmentKind
  /** Of an area, its row in the columns; −1 otherwise. */
  readonly row: number
}

/** All addresses. */
export const WHOLE: AddressSpan = { start: 0n, end: 1n << 64n }

/** A view is never smaller: room for a few pages. */
const LEAST_VIEW = 0x4000n

const GAP = -1
const HOLE = -2
const PAGE = 4096
const LOW = 0xffff_ffffn
const UNIT = 2 ** 32

/** A gap of more is drawn folded: its width says no more than that it is wide. */
export const FOLDED_FROM: bigint = 1n << 18n

function weightOf(row: number, size: number): number {
  const pages = Math.log2(1 + size / PAGE)
  if (row >= 0) return 2 + 0.7 * pages
  return row === GAP ? Math.min(0.5 + 0.4 * pages, 5) : 3
}

/** Every engine that runs this page is little-endian. */
function halvesOf(words: BigUint64Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(words.buffer, words.byteOffset, 2 * words.length)
}

/** The segments of a list of areas. */
export class StripScale {
  /** Ascending; the first is 0, and segment `i` ends where `i + 1` starts. */
  readonly #starts: BigUint64Array<ArrayBuffer>
  /** Rows of areas, or GAP, or HOLE. */
  readonly #rows: Int32Array
  /** Weights of all segments before each one, and of all at the end. */
  readonly #before: Float64Array
  readonly count: number

  /** `hole` is what the machine does not translate, if it lies in the middle. O(areas). */
  constructor({ count: areas, starts, lasts }: Pick<AreaColumns, 'count' | 'starts' | 'lasts'>, hole: AddressSpan | undefined) {
    const most = 2 * areas + 4
    this.#starts = new BigUint64Array(most)
    this.#rows = new Int32Array(most)
    this.#before = new Float64Array(most + 1)
    // No bigint in the loop, which may have 100,000 turns: words are two halves, the lower one first.
    const halves = halvesOf(this.#starts)
    const startHalves = halvesOf(starts)
    const lastHalves = halvesOf(lasts)
    const holeSize = hole === undefined ? Infinity : Number(hole.end - hole.start)
    let count = 0
    const push = (low: number, high: number, size: number, row: number): void => {
      halves[2 * count] = low
      halves[2 * count + 1] = high
      this.#rows[count] = row
      this.#before[count + 1] = this.#before[count]! + weightOf(row, size)
      count += 1
    }
    const pushSpan = (start: bigint, end: bigint, row: number): void => {
      if (start < end) push(Number(start & LOW), Number(start >> 32n), Number(end - start), row)
    }
    // Of what lies between two areas, the part that the machine does not translate is told apart.
    const pushGap = (low: number, high: number, size: number, next: number): void => {
      if (size < holeSize) {
        push(low, high, size, GAP)
        return
      }
      const start = (BigInt(high) << 32n) + BigInt(low)
      const end = next < areas ? starts[next]! : WHOLE.end
      pushSpan(start, hole!.start, GAP)
      pushSpan(hole!.start, hole!.end, HOLE)
      pushSpan(hole!.end, end, GAP)
    }
    let endLow = 0
    let endHigh = 0
    for (let row = 0; row < areas; row++) {
      const low = startHalves[2 * row]!
      const high = startHalves[2 * row + 1]!
      const gap = (high - endHigh) * UNIT + (low - endLow)
      if (gap > 0) pushGap(endLow, endHigh, gap, row)
      endLow = lastHalves[2 * row]! + 1
      endHigh = lastHalves[2 * row + 1]!
      push(low, high, (endHigh - high) * UNIT + (endLow - low), row)
      if (endLow === UNIT) {
        endLow = 0
        endHigh += 1
      }
    }
    const rest = (UNIT - endHigh) * UNIT - endLow
    if (rest > 0) pushGap(endLow, endHigh, rest, areas)
    this.count = count
  }

  /** Gives segment `index`, which must be below `count`. */
  segment(index: number): Segment {
    const row = this.#rows[index]!
    return { kind: row >= 0 ? 'area' : row === GAP ? 'gap' : 'hole', row: Math.max(row, -1), start: this.#starts[index]!, end: this.#endOf(index) }
  }

  /** Gives the segment that holds an address. O(log count). */
  indexOf(addr: bigint): number {
    return lastAtOrBelow(this.#starts.subarray(0, this.count), addr)
  }

  /** The weight of segments `[first, last)` together. */
  weightBetween(first: number, last: number): number {
    return this.#before[last]! - this.#before[first]!
  }

  /** The weight of a segment of which a view shows `size` bytes. */
  clippedWeight(index: number, size: bigint): number {
    return this.weightBetween(index, index + 1) * (Number(size) / this.#sizeOf(index))
  }

  /** Gives the segment, at or behind `first`, in which the weights from `first` on come to `weight`. O(log count). */
  indexAtWeight(first: number, weight: number): number {
    const wanted = this.#before[first]! + weight
    let low = first
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#before[middle]! <= wanted) low = middle
      else high = middle - 1
    }
    return low
  }

  /**
   * Gives the view that shows `factor` times as much, with what is at `at` (0 to 1) of the width staying about there.
   */
  zoomed(layout: StripLayout, factor: number, at: number): AddressSpan {
    if (factor < 1) {
      const width = layout.width
      return fitted({ start: layout.addressAt(width * at * (1 - factor)), end: layout.addressAt(width * (at + (1 - at) * factor)) })
    }
    return this.#widened(layout, (factor - 1) * at, (factor - 1) * (1 - at))
  }

  /** Gives the view moved by a part of its width: positive goes up. */
  panned(layout: StripLayout, part: number): AddressSpan {
    const { start, end } = layout.view
    if (part < 0 && start === WHOLE.start) return layout.view
    if (part > 0 && end === WHOLE.end) return layout.view
    return this.#widened(layout, -part, part)
  }

  /** Gives a view around some addresses, with what is near on both sides. */
  around({ start, end }: AddressSpan, share = 0.25): AddressSpan {
    const least = end - start < LEAST_VIEW ? LEAST_VIEW - (end - start) : 0n
    const view = fitted({ start: start - least / 2n, end: end + least / 2n })
    return this.#widened(new StripLayout(this, view, 1), share, share)
  }

  /** Moves the ends outwards by parts of what the view shows; where it shows little of a segment, in bytes. */
  #widened({ view: { start, end } }: StripLayout, low: number, high: number): AddressSpan {
    const from = this.#position(start)
    const to = this.#position(end - 1n)
    const shown = to - from
    if (shown > 1) return fitted({ start: this.#addressAt(from - shown * low), end: this.#addressAt(to + shown * high) + 1n })
    const bytes = end - start
    const scaled = (part: number): bigint => (bytes * BigInt(Math.round(part * 1024))) / 1024n
    return fitted({ start: start - scaled(low), end: end + scaled(high) })
  }

  /** Where an address lies among the weights of all segments. */
  #position(addr: bigint): number {
    const index = this.indexOf(addr)
    return this.#before[index]! + this.weightBetween(index, index + 1) * (Number(addr - this.#starts[index]!) / this.#sizeOf(index))
  }

  #addressAt(position: number): bigint {
    if (position <= 0) return 0n
    if (position >= this.#before[this.count]!) return WHOLE.end - 1n
    const index = this.indexAtWeight(0, position)
    const part = (position - this.#before[index]!) / this.weightBetween(index, index + 1)
    return addressInside(this.#starts[index]!, this.#endOf(index), part)
  }

  #endOf(index: number): bigint {
    return index + 1 < this.count ? this.#starts[index + 1]! : WHOLE.end
  }

  #sizeOf(index: number): number {
    return Number(this.#endOf(index) - this.#starts[index]!)
  }
}

/** A segment as far as a view shows it, and where: from `left` to `right`, in pixels. */
export interface ShownSegment extends Segment {
  readonly left: number
  readonly right: number
  /** Of the whole segment, in bytes. */
  readonly size: bigint
  /** Whether the view shows all of it. */
  readonly isWhole: boolean
}

/** Where the addresses of a view lie in `width` pixels. */
export class StripLayout {
  readonly scale: StripScale
  readonly view: AddressSpan
  readonly width: number
  readonly #first: number
  readonly #last: number
  /** Weights of the clipped ends, and of all that is shown. */
  readonly #firstWeight: number
  readonly #total: number

  constructor(scale: StripScale, view: AddressSpan, width: number) {
    this.scale = scale
    this.view = view
    this.width = width
    this.#first = scale.indexOf(view.start)
    this.#last = scale.indexOf(view.end - 1n)
    const end = scale.segment(this.#first).end
    this.#firstWeight = scale.clippedWeight(this.#first, (end < view.end ? end : view.end) - view.start)
    this.#total = this.#first === this.#last
      ? this.#firstWeight
      : this.#firstWeight + scale.weightBetween(this.#first + 1, this.#last) + scale.clippedWeight(this.#last, view.end - scale.segment(this.#last).start)
  }

  /** How many segments are in the view. */
  get segmentCount(): number {
    return this.#last - this.#first + 1
  }

  /** Gives where an address lies; below 0 or above the width if the view does not hold it. O(log segments). */
  xOf(addr: bigint): number {
    if (addr < this.view.start) return -1
    if (addr >= this.view.end) return addr === this.view.end ? this.width : this.width + 1
    const { start, end, left, right } = this.#shown(this.scale.indexOf(addr))
    return left + (right - left) * (Number(addr - start) / Number(end - start))
  }

  /** Gives the address at a place; one outside is taken as the nearest end. O(log segments). */
  addressAt(x: number): bigint {
    if (x <= 0) return this.view.start
    if (x >= this.width) return this.view.end - 1n
    const { start, end, left, right } = this.#shown(this.#indexAt(x))
    return addressInside(start, end, (x - left) / (right - left))
  }

  /** Gives the address that is meant by a place: where what is there is too narrow to be hit, an area beside it. */
  pickedAt(x: number): bigint {
    const { kind, left, right } = this.segmentAt(x)
    if (kind === 'area' || right - left >= 4) return this.addressAt(x)
    const index = this.#indexAt(Math.min(Math.max(x, 0), this.width))
    for (const beside of [index + 1, index - 1]) {
      if (beside < this.#first || beside > this.#last) continue
      const segment = this.#shown(beside)
      if (segment.kind === 'area') return segment.start
    }
    return this.addressAt(x)
  }

  /** Gives the segment at a place. O(log segments). */
  segmentAt(x: number): ShownSegment {
    return this.#shown(this.#indexAt(Math.min(Math.max(x, 0), this.width)))
  }

  #indexAt(x: number): number {
    const weight = (x / this.width) * this.#total
    if (weight < this.#firstWeight || this.#first === this.#last) return this.#first
    return Math.min(this.scale.indexAtWeight(this.#first + 1, weight - this.#firstWeight), this.#last)
  }

  #shown(index: number): ShownSegment {
    const segment = this.scale.segment(index)
    const start = segment.start < this.view.start ? this.view.start : segment.start
    const end = segment.end > this.view.end ? this.view.end : segment.end
    const unit = this.width / this.#total
    const left = index === this.#first ? 0 : (this.#firstWeight + this.scale.weightBetween(this.#first + 1, index)) * unit
    const right = index === this.#last ? this.width : (this.#firstWeight + this.scale.weightBetween(this.#first + 1, index + 1)) * unit
    return { ...segment, start, end, left, right, size: segment.end - segment.start, isWhole: start === segment.start && end === segment.end }
  }
}

/** The address at a part (0 to 1) of a range, below its end. */
function addressInside(start: bigint, end: bigint, part: number): bigint {
  const size = end - start
  // A double tells 53 bits apart, which is enough for any screen.
  const offset = BigInt(Math.floor(Math.min(Math.max(part, 0), 1) * Number(size)))
  return start + (offset < size ? offset : size - 1n)
}

/** Within the space, and not too small. */
function fitted({ start, end }: AddressSpan): AddressSpan {
  const missing = LEAST_VIEW - (end - start)
  const low = missing > 0n ? start - missing / 2n : start
  const high = missing > 0n ? low + LEAST_VIEW : end
  if (low < 0n) return { start: 0n, end: high > LEAST_VIEW ? (high < WHOLE.end ? high : WHOLE.end) : LEAST_VIEW }
  if (high > WHOLE.end) return { start: low < WHOLE.end - LEAST_VIEW ? low : WHOLE.end - LEAST_VIEW, end: WHOLE.end }
  return { start: low, end: high }
}
