// What a bound of an area is inside the index: a `key`, the address rounded down to the 53
// significant bits that a double holds exactly, and a `rest`, the 0 to 2047 that this cut off.
// Doubles compare and subtract several times faster than bigints, and every address below 2^53,
// and every one above it that is a multiple of 2048, has the rest 0. Only this file knows the
// translation; an end of 2^64 is the key 2^64.

import { checkSize, checkWord } from '@addrspace/memory-addr'

const words = new BigUint64Array(2)
const halves = new Uint32Array(words.buffer)

// Which half of a word a Uint32Array sees first is the host's byte order.
words[0] = 1n
const LOW = halves[0] === 1 ? 0 : 1
const HIGH = 1 - LOW

const TWO_32 = 0x1_0000_0000
/** The high half from which on a double can no longer hold every address: 2^53 / 2^32. */
const INEXACT_HIGH = 0x20_0000
const REST_MASK = 0x7ff

/** The key of the exclusive end of the whole space. */
export const SPACE_END_KEY: number = 2 ** 64
const SPACE_END = 2n ** 64n

/** Keys from here on may have a rest. */
export const FIRST_INEXACT_KEY: number = 2 ** 53

function keyOfHalves(high: number, low: number): number {
  // Computed instead of chosen: addresses of both halves come mixed, and a mispredicted branch costs more.
  return high * TWO_32 + ((low & ~(+(high >= INEXACT_HIGH) * REST_MASK)) >>> 0)
}

function restOfHalves(high: number, low: number): number {
  return low & (+(high >= INEXACT_HIGH) * REST_MASK)
}

/** The key of a start, or of any address in [0, 2^64). */
export function keyOf(address: bigint): number {
  words[0] = address
  return keyOfHalves(halves[HIGH]!, halves[LOW]!)
}

/** The rest that belongs to `keyOf(address)`; for an end of 2^64 it is 0. */
export function restOf(address: bigint): number {
  words[0] = address
  return restOfHalves(halves[HIGH]!, halves[LOW]!)
}

/** The key of a value that it tells exactly, 2^64 included; NaN for any other, and for what is no such value. */
export function exactKeyOf(value: unknown): number {
  if (typeof value !== 'bigint') return NaN
  if (BigInt.asUintN(64, value) !== value) return value === SPACE_END ? SPACE_END_KEY : NaN
  const key = keyOf(value)
  return restOfHalves(halves[HIGH]!, halves[LOW]!) === 0 ? key : NaN
}

/** The key of the exclusive end of a non-empty range, in (0, 2^64]; 2^64 wraps to 0 on the way. */
export function endKeyOf(end: bigint): number {
  const key = keyOf(end)
  return key === 0 ? SPACE_END_KEY : key
}

/** The address of a bound. */
export function addressOf(key: number, rest: number): bigint {
  if (key === SPACE_END_KEY) return SPACE_END
  const high = Math.floor(key / TWO_32)
  halves[HIGH] = high
  halves[LOW] = (key - high * TWO_32) | rest
  return words[0]!
}

/** The bounds of a range that is asked for: taken apart once, so that nothing computes with bigints afterwards. */
export class RangeBounds {
  // Doubles from the beginning, so that the fields are ones for doubles.
  startKey: number = NaN
  startRest: number = 0
  endKey: number = NaN
  endRest: number = 0

  /**
   * Takes another range; gives false, and is of no use, if it ends above 2^64.
   *
   * @throws TypeError, RangeError if `start` is no 64-bit word or `size` no size
   */
  take(start: bigint, size: bigint): boolean {
    if (typeof start !== 'bigint' || BigInt.asUintN(64, start) !== start) checkWord(start, 'start')
    if (typeof size !== 'bigint' || BigInt.asUintN(64, size) !== size) {
      // A size of 2^64 is one, and of the whole space; any above is told as too large for where it starts.
      if (typeof size !== 'bigint' || size < 0n) checkSize(size, 'size')
      if (start + size !== SPACE_END) return false
    }
    words[0] = start
    words[1] = size
    const low = halves[LOW]!
    const high = halves[HIGH]!
    const sum = low + halves[2 + LOW]!
    const endLow = sum >>> 0
    const endHigh = high + halves[2 + HIGH]! + (sum >= TWO_32 ? 1 : 0)
    this.startKey = keyOfHalves(high, low)
    this.startRest = restOfHalves(high, low)
    this.endKey = keyOfHalves(endHigh, endLow)
    this.endRest = restOfHalves(endHigh, endLow)
    // At 2^64, or at 0 where a size of 2^64 was cut to 0, the space ends; above it nothing does.
    if (endHigh < TWO_32 && (endHigh | endLow) !== 0) return true
    this.endKey = SPACE_END_KEY
    return endLow === 0 && (endHigh === TWO_32 || endHigh === 0)
  }

  /** Takes a range by its ends; gives false, and is of no use, if they are none or nothing lies between them. */
  takeEnds(start: bigint, end: bigint): boolean {
    if (typeof start !== 'bigint' || typeof end !== 'bigint' || BigInt.asUintN(64, start) !== start) return false
    words[0] = start
    words[1] = end
    this.startKey = keyOfHalves(halves[HIGH]!, halves[LOW]!)
    this.startRest = restOfHalves(halves[HIGH]!, halves[LOW]!)
    this.endKey = keyOfHalves(halves[2 + HIGH]!, halves[2 + LOW]!)
    this.endRest = restOfHalves(halves[2 + HIGH]!, halves[2 + LOW]!)
    if (BigInt.asUintN(64, end) !== end) {
      if (end !== SPACE_END) return false
      this.endKey = SPACE_END_KEY
    }
    return isBelow(this.startKey, this.startRest, this.endKey, this.endRest)
  }
}

/** Whether the first bound lies below the second. */
export function isBelow(key: number, rest: number, otherKey: number, otherRest: number): boolean {
  return key < otherKey || (key === otherKey && rest < otherRest)
}

/** The key of the last address below a bound: of a range's last byte, given its end. */
export function keyBefore(key: number, rest: number): number {
  if (rest > 0) return key
  return key <= FIRST_INEXACT_KEY ? key - 1 : key - (REST_MASK + 1)
}

/** The rest that belongs to `keyBefore`. */
export function restBefore(key: number, rest: number): number {
  if (rest > 0) return rest - 1
  return key <= FIRST_INEXACT_KEY ? 0 : REST_MASK
}
