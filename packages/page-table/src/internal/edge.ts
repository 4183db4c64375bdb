// The edge between addresses, which are bigints, and what loops count in, which are numbers: pages of
// 4 KiB, of which there are 2^52, and halves of words. Through a scratch word, since that is several
// times as fast as shifting and converting bigints.

const word = new BigUint64Array(1)
const halves = new Uint32Array(word.buffer)
const ints = new Int32Array(word.buffer)

// Which half of a word a Uint32Array sees first is the host's byte order.
word[0] = 1n
const LOW = halves[0] === 1 ? 0 : 1
const HIGH = 1 - LOW

/** Pages that the low half of an address counts. */
const PAGES_PER_HIGH = 2 ** 20

/** The page that holds an address, or the number of whole pages in a size; of values from 2^64 on, modulo 2^52. */
export function pageOf(address: bigint): number {
  word[0] = address
  return halves[HIGH]! * PAGES_PER_HIGH + (halves[LOW]! >>> 12)
}

/** Where in its page an address lies. */
export function offsetIn(address: bigint): number {
  word[0] = address
  return halves[LOW]! & 0xfff
}

/** The address of a page; pages from 2^52 on are counted from 0 again. */
export function addressOf(page: number, offset = 0): bigint {
  const high = Math.floor(page / PAGES_PER_HIGH)
  halves[HIGH] = high
  halves[LOW] = (page - high * PAGES_PER_HIGH) * 4096 + offset
  return word[0]!
}

/** Makes a value the one whose halves are asked for next, before any other is converted here; of values from 2^64 on, the lowest 64 bits. */
export function takeApart(value: bigint): void {
  word[0] = value
}

/** The lowest 32 bits of the value that was taken apart, signed. */
export function lowInt(): number {
  return ints[LOW]!
}

/** The next 32 bits of it, signed. */
export function highInt(): number {
  return ints[HIGH]!
}
