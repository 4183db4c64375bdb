// Words as two signed 32-bit halves, as loops over tables want them.

/** A word as signed 32-bit halves. */
export interface Halves {
  readonly low: number
  readonly high: number
}

/** Bits to compare words in: as halves, and as `longOf` has them. */
export interface CompareMask extends Halves {
  readonly long: bigint
}

export function halvesOf(word: bigint): Halves {
  return { low: Number(word & 0xffff_ffffn) | 0, high: Number(word >> 32n) | 0 }
}

export function wordOf(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

/** Halves as the element of a BigInt64Array over Int32 words, in whatever byte order the host has. */
export function longOf({ low, high }: Halves): bigint {
  return new BigInt64Array(Int32Array.of(low, high).buffer)[0]!
}
