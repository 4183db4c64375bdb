/**
 * Arithmetic on addresses that keeps their kind. Every operation exists in four forms that differ in what overflow does:
 * the plain one throws, `checked…` gives `undefined`, `wrapping…` drops the bits above 63, `overflowing…` drops them and
 * tells. All forms refuse wrong arguments alike: a `TypeError` for what is not a bigint, a `RangeError` for what is out of
 * bounds. Plain bigints are taken as well and give plain bigints.
 */
import type { AnyAddr, PlainBigint } from './addr.ts'
import { checkOffset, checkSize, checkWord, isWord, wrapWord } from './word.ts'

/** A result modulo 2^64, and whether that differs from the exact one. */
export interface Overflowing<T extends bigint> {
  /** The low 64 bits of the exact result. */
  readonly value: T
  /** Whether the exact result is below 0, or 2^64 or more. */
  readonly overflowed: boolean
}

/**
 * Adds a size in bytes, at most 2^64, to an address.
 *
 * @throws RangeError if the sum is 2^64 or more.
 * @example
 * add(0xffff_ffff_ffff_f000n, 0xfffn) // => 0xffff_ffff_ffff_ffffn
 */
export function add<A extends AnyAddr>(addr: A, size: PlainBigint): A
export function add(addr: PlainBigint, size: PlainBigint): bigint
export function add(addr: bigint, size: bigint): bigint {
  return plain(sum(addr, size), 'addr + size')
}

/** Adds a size in bytes to an address; `undefined` if the sum is 2^64 or more. */
export function checkedAdd<A extends AnyAddr>(addr: A, size: PlainBigint): A | undefined
export function checkedAdd(addr: PlainBigint, size: PlainBigint): bigint | undefined
export function checkedAdd(addr: bigint, size: bigint): bigint | undefined {
  return checked(sum(addr, size))
}

/** Adds a size in bytes to an address, modulo 2^64. */
export function wrappingAdd<A extends AnyAddr>(addr: A, size: PlainBigint): A
export function wrappingAdd(addr: PlainBigint, size: PlainBigint): bigint
export function wrappingAdd(addr: bigint, size: bigint): bigint {
  return wrapWord(sum(addr, size))
}

/** Adds a size in bytes to an address, modulo 2^64, and tells whether that changed the sum. */
export function overflowingAdd<A extends AnyAddr>(addr: A, size: PlainBigint): Overflowing<A>
export function overflowingAdd(addr: PlainBigint, size: PlainBigint): Overflowing<bigint>
export function overflowingAdd(addr: bigint, size: bigint): Overflowing<bigint> {
  return overflowing(sum(addr, size))
}

/**
 * Subtracts a size in bytes, at most 2^64, from an address.
 *
 * @throws RangeError if the difference is negative.
 * @example
 * sub(0x1000n, 0x1000n) // => 0n
 */
export function sub<A extends AnyAddr>(addr: A, size: PlainBigint): A
export function sub(addr: PlainBigint, size: PlainBigint): bigint
export function sub(addr: bigint, size: bigint): bigint {
  return plain(difference(addr, size), 'addr - size')
}

/** Subtracts a size in bytes from an address; `undefined` if the difference is negative. */
export function checkedSub<A extends AnyAddr>(addr: A, size: PlainBigint): A | undefined
export function checkedSub(addr: PlainBigint, size: PlainBigint): bigint | undefined
export function checkedSub(addr: bigint, size: bigint): bigint | undefined {
  return checked(difference(addr, size))
}

/** Subtracts a size in bytes from an address, modulo 2^64. */
export function wrappingSub<A extends AnyAddr>(addr: A, size: PlainBigint): A
export function wrappingSub(addr: PlainBigint, size: PlainBigint): bigint
export function wrappingSub(addr: bigint, size: bigint): bigint {
  return wrapWord(difference(addr, size))
}

/** Subtracts a size in bytes from an address, modulo 2^64, and tells whether that changed the difference. */
export function overflowingSub<A extends AnyAddr>(addr: A, size: PlainBigint): Overflowing<A>
export function overflowingSub(addr: PlainBigint, size: PlainBigint): Overflowing<bigint>
export function overflowingSub(addr: bigint, size: bigint): Overflowing<bigint> {
  return overflowing(difference(addr, size))
}

/**
 * Gives the distance in bytes from `base` up to `addr`, two addresses of one kind.
 *
 * @throws RangeError if `base` is above `addr`.
 */
export function subAddr<A extends bigint>(addr: A, base: A): bigint {
  return plain(distance(addr, base), 'addr - base')
}

/** Gives the distance in bytes from `base` up to `addr`; `undefined` if `base` is above `addr`. */
export function checkedSubAddr<A extends bigint>(addr: A, base: A): bigint | undefined {
  return checked(distance(addr, base))
}

/** Gives the distance in bytes from `base` up to `addr`, modulo 2^64. */
export function wrappingSubAddr<A extends bigint>(addr: A, base: A): bigint {
  return wrapWord(distance(addr, base))
}

/** Gives the distance in bytes from `base` up to `addr`, modulo 2^64, and tells whether `base` is above `addr`. */
export function overflowingSubAddr<A extends bigint>(addr: A, base: A): Overflowing<bigint> {
  return overflowing(distance(addr, base))
}

/**
 * Moves an address by a signed number of bytes in [-2^63, 2^63).
 *
 * @throws RangeError if the result is not in [0, 2^64).
 * @example
 * offset(0x1000n, -0x1000n) // => 0n
 */
export function offset<A extends AnyAddr>(addr: A, delta: PlainBigint): A
export function offset(addr: PlainBigint, delta: PlainBigint): bigint
export function offset(addr: bigint, delta: bigint): bigint {
  return plain(moved(addr, delta), 'addr + delta')
}

/** Moves an address by a signed number of bytes in [-2^63, 2^63), modulo 2^64. */
export function wrappingOffset<A extends AnyAddr>(addr: A, delta: PlainBigint): A
export function wrappingOffset(addr: PlainBigint, delta: PlainBigint): bigint
export function wrappingOffset(addr: bigint, delta: bigint): bigint {
  return wrapWord(moved(addr, delta))
}

/**
 * Gives the signed distance in bytes from `base` to `addr`: what `offset` takes to come from one to the other.
 *
 * @throws RangeError if the distance is not in [-2^63, 2^63).
 * @example
 * offsetFrom(0n, 2n ** 63n) // => -0x8000_0000_0000_0000n
 */
export function offsetFrom<A extends bigint>(addr: A, base: A): bigint {
  const exact = distance(addr, base)
  checkOffset(exact, 'addr - base')
  return exact
}

/**
 * Compares two addresses of one kind: -1, 0 or 1 as the first is below, at or above the second. Fits `Array.sort`; the
 * operators `<` and `===` compare addresses too.
 */
export function compareAddr<A extends bigint>(left: A, right: A): -1 | 0 | 1 {
  checkWord(left, 'left')
  checkWord(right, 'right')
  return left < right ? -1 : left > right ? 1 : 0
}

function sum(addr: bigint, size: bigint): bigint {
  checkWord(addr, 'addr')
  checkSize(size, 'size')
  return addr + size
}

function difference(addr: bigint, size: bigint): bigint {
  checkWord(addr, 'addr')
  checkSize(size, 'size')
  return addr - size
}

function distance(addr: bigint, base: bigint): bigint {
  checkWord(addr, 'addr')
  checkWord(base, 'base')
  return addr - base
}

function moved(addr: bigint, delta: bigint): bigint {
  checkWord(addr, 'addr')
  checkOffset(delta, 'delta')
  return addr + delta
}

function plain(exact: bigint, name: string): bigint {
  checkWord(exact, name)
  return exact
}

function checked(exact: bigint): bigint | undefined {
  return isWord(exact) ? exact : undefined
}

function overflowing(exact: bigint): Overflowing<bigint> {
  return { value: wrapWord(exact), overflowed: !isWord(exact) }
}
