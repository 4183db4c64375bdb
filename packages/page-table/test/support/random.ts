// Random numbers that are the same in every run.

/** Numbers from a seed: `next(n)` gives an integer in [0, n). */
export function randomFrom(seed: number): (n: number) => number {
  let state = seed >>> 0
  return (n) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n)
  }
}

/** A random 64-bit word, with runs of zeros and ones more often than chance would have it. */
export function randomWord(next: (n: number) => number): bigint {
  const uniform = (BigInt(next(2 ** 32)) << 32n) | BigInt(next(2 ** 32))
  const sparse = (1n << BigInt(next(64))) | (1n << BigInt(next(64))) | BigInt(next(16))
  return [uniform, sparse, uniform & 0xffff_ffffn, uniform & 0xfff_ffff_f03fn, 2n ** 64n - 1n - sparse][next(5)]!
}
