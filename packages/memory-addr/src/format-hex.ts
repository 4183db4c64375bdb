/**
 * How a 64-bit value is written: lower-case `0x…` without padding, with the kind of address in front of a colon. Nothing
 * here checks bounds, since a refused value and an end of 2^64 have to be printable too.
 */

/** Case of the digits a to f; the `0x` is always lower-case. */
export type HexCase = 'lower' | 'upper'

/**
 * Writes an integer in hexadecimal, a negative one with the sign in front.
 *
 * @throws TypeError if `value` is not a bigint.
 * @example
 * formatHex(0x1000n) // => '0x1000'
 * formatHex(-0x1an, 'upper') // => '-0x1A'
 */
export function formatHex(value: bigint, hexCase: HexCase = 'lower'): string {
  if (typeof value !== 'bigint') throw new TypeError(`"value" must be a bigint, got ${typeof value}`)
  const digits = (value < 0n ? -value : value).toString(16)
  return (value < 0n ? '-0x' : '0x') + (hexCase === 'upper' ? digits.toUpperCase() : digits)
}

/**
 * Writes an address behind the prefix of its kind.
 *
 * @throws TypeError if `addr` is not a bigint.
 * @example
 * formatAddr(0xfee0_0000n, 'GPA') // => 'GPA:0xfee00000'
 */
export function formatAddr(addr: bigint, prefix: string, hexCase?: HexCase): string {
  return `${prefix}:${formatHex(addr, hexCase)}`
}
