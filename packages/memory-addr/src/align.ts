/**
 * Alignment of addresses and sizes to a power of two. An alignment is checked, never masked with: zero and what is not a
 * power of two are refused, and rounding up past the last address is an overflow. Addresses keep their kind.
 */
import type { AnyAddr, PlainBigint } from './addr.ts'
import { PAGE_SIZE_4K } from './page-size.ts'
import { checkWord, isWord, refusal } from './word.ts'

/**
 * Refuses what is not an alignment, a power of two in [1, 2^63].
 *
 * @throws TypeError if `align` is not a bigint.
 * @throws RangeError if it is not a power of two below 2^64. Both name the argument as `name`.
 */
export function checkAlign(align: unknown, name: string): asserts align is bigint {
  checkWord(align, name)
  if (!isPowerOfTwo(align)) throw refusal(name, 'a power of two', align)
}

/** Tells whether a word is a power of two; zero is none. */
export function isPowerOfTwo(word: bigint): boolean {
  return word > 0n && (word & (word - 1n)) === 0n
}

/**
 * Rounds down to a multiple of `align`.
 *
 * @throws RangeError if `align` is not a power of two.
 * @example
 * alignDown(0x1fffn, 0x1000n) // => 0x1000n
 */
export function alignDown<A extends AnyAddr>(addr: A, align: PlainBigint): A
export function alignDown(addr: PlainBigint, align: PlainBigint): bigint
export function alignDown(addr: bigint, align: bigint): bigint {
  return addr - remainder(addr, align)
}

/**
 * Rounds up to a multiple of `align`.
 *
 * @throws RangeError if `align` is not a power of two, or if the multiple would be 2^64.
 * @example
 * alignUp(0x1001n, 0x1000n) // => 0x2000n
 * alignUp(0xffff_ffff_ffff_f000n, 0x1000n) // => 0xffff_ffff_ffff_f000n
 */
export function alignUp<A extends AnyAddr>(addr: A, align: PlainBigint): A
export function alignUp(addr: PlainBigint, align: PlainBigint): bigint
export function alignUp(addr: bigint, align: bigint): bigint {
  const exact = roundedUp(addr, align)
  checkWord(exact, 'addr aligned up')
  return exact
}

/**
 * Rounds up to a multiple of `align`; `undefined` if that would be 2^64.
 *
 * @throws RangeError if `align` is not a power of two.
 * @example
 * checkedAlignUp(0xffff_ffff_ffff_f001n, 0x1000n) // => undefined
 */
export function checkedAlignUp<A extends AnyAddr>(addr: A, align: PlainBigint): A | undefined
export function checkedAlignUp(addr: PlainBigint, align: PlainBigint): bigint | undefined
export function checkedAlignUp(addr: bigint, align: bigint): bigint | undefined {
  const exact = roundedUp(addr, align)
  return isWord(exact) ? exact : undefined
}

/**
 * Gives the distance in bytes, below `align`, from the multiple of `align` at or below.
 *
 * @throws RangeError if `align` is not a power of two.
 */
export function alignOffset(addr: bigint, align: PlainBigint): bigint {
  return remainder(addr, align)
}

/**
 * Tells whether an address or a size is a multiple of `align`.
 *
 * @throws RangeError if `align` is not a power of two.
 */
export function isAligned(addr: bigint, align: PlainBigint): boolean {
  return remainder(addr, align) === 0n
}

/** Rounds down to a multiple of 4 KiB. */
export function alignDown4K<A extends AnyAddr>(addr: A): A
export function alignDown4K(addr: PlainBigint): bigint
export function alignDown4K(addr: bigint): bigint {
  return addr - remainder(addr, PAGE_SIZE_4K)
}

/**
 * Rounds up to a multiple of 4 KiB.
 *
 * @throws RangeError if the multiple would be 2^64.
 */
export function alignUp4K<A extends AnyAddr>(addr: A): A
export function alignUp4K(addr: PlainBigint): bigint
export function alignUp4K(addr: bigint): bigint {
  return alignUp(addr, PAGE_SIZE_4K)
}

/** Gives the offset in bytes within the 4 KiB page. */
export function alignOffset4K(addr: bigint): bigint {
  return remainder(addr, PAGE_SIZE_4K)
}

/** Tells whether an address or a size is a multiple of 4 KiB. */
export function isAligned4K(addr: bigint): boolean {
  return remainder(addr, PAGE_SIZE_4K) === 0n
}

function remainder(addr: bigint, align: bigint): bigint {
  checkWord(addr, 'addr')
  checkAlign(align, 'align')
  return addr & (align - 1n)
}

function roundedUp(addr: bigint, align: bigint): bigint {
  const rest = remainder(addr, align)
  return rest === 0n ? addr : addr - rest + align
}
