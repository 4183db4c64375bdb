/**
 * What a 64-bit word is: its bounds, the checks that name the argument they refuse, and wrapping. Every module that needs
 * a bound or drops bits does it through this one.
 */
import { formatHex } from './format-hex.ts'

/** Number of 64-bit words, 2^64: the largest size, and the exclusive end of the whole address space. */
export const WORD_SPACE: bigint = 0x1_0000_0000_0000_0000n

/** The largest 64-bit word, 2^64 - 1: the last address. */
export const MAX_WORD: bigint = WORD_SPACE - 1n

/** Tells whether a value is a bigint in [0, 2^64). */
export function isWord(value: unknown): value is bigint {
  return typeof value === 'bigint' && wrapWord(value) === value
}

/** Keeps the low 64 bits of an integer, two's complement for a negative one. */
export function wrapWord(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

/** Tells whether a value is a bigint in [0, 2^64], both inclusive: a size in bytes, or an exclusive end. */
export function isSize(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value <= WORD_SPACE
}

/**
 * Refuses what is not a 64-bit word, a bigint in [0, 2^64).
 *
 * @throws TypeError if `value` is not a bigint.
 * @throws RangeError if it is out of bounds. Both name the argument as `name`.
 */
export function checkWord(value: unknown, name: string): asserts value is bigint {
  checkBigint(value, name)
  if (!isWord(value)) throw refusal(name, 'in [0, 2^64)', value)
}

/**
 * Refuses what is not a size in bytes (or an exclusive end), a bigint in [0, 2^64], both inclusive.
 *
 * @throws TypeError if `value` is not a bigint.
 * @throws RangeError if it is out of bounds. Both name the argument as `name`.
 */
export function checkSize(value: unknown, name: string): asserts value is bigint {
  checkBigint(value, name)
  if (!isSize(value)) throw refusal(name, 'in [0, 2^64]', value)
}

/**
 * Refuses what is not a signed offset, a bigint in [-2^63, 2^63).
 *
 * @throws TypeError if `value` is not a bigint.
 * @throws RangeError if it is out of bounds. Both name the argument as `name`.
 */
export function checkOffset(value: unknown, name: string): asserts value is bigint {
  checkBigint(value, name)
  if (BigInt.asIntN(64, value) !== value) throw refusal(name, 'in [-2^63, 2^63)', value)
}

/**
 * Refuses what is not an object: options, a range. What is in it is for others to check.
 *
 * @throws TypeError naming the argument as `name`.
 */
export function checkObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new TypeError(`"${name}" must be an object, got ${value === null ? 'null' : typeof value}`)
}

/** Makes the error of a value out of bounds: `"size" must be in [0, 2^64], got -0x1`. */
export function refusal(name: string, rule: string, value: bigint): RangeError {
  return new RangeError(`"${name}" must be ${rule}, got ${formatHex(value)}`)
}

function checkBigint(value: unknown, name: string): asserts value is bigint {
  if (typeof value !== 'bigint') throw new TypeError(`"${name}" must be a bigint, got ${typeof value}`)
}
