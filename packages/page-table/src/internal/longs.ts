// The loops over the words of one table that only compare: 64 bits at a time, which is twice as fast as by
// halves. What is loaded and combined within one turn stays in registers; a bigint kept from turn to turn would be
// allocated at each. As in words.ts, `at` counts Int32.

/** Whether `count` words from `at` on are all zero. */
export function areZero(longs: BigInt64Array, at: number, count: number): boolean {
  let i = at >> 1
  const end = (i + count) | 0
  for (const unrolled = (end - 7) | 0; i < unrolled; i = (i + 8) | 0) {
    const any = longs[i]! | longs[i + 1]! | longs[i + 2]! | longs[i + 3]! | longs[i + 4]! | longs[i + 5]! | longs[i + 6]! | longs[i + 7]!
    if (BigInt.asIntN(64, any) !== 0n) return false
  }
  while (i < end && longs[i] === 0n) i = (i + 1) | 0
  return i === end
}

/** How many of `count` words from `at` on, at least one, agree with the first in the masked bits. */
export function runLength(longs: BigInt64Array, at: number, count: number, mask: bigint): number {
  const start = at >> 1
  const end = (start + count) | 0
  const first = longs[start]!
  let i = (start + 1) | 0
  for (const unrolled = (end - 7) | 0; i < unrolled; i = (i + 8) | 0) {
    const differing =
      ((longs[i]! ^ first) | (longs[i + 1]! ^ first) | (longs[i + 2]! ^ first) | (longs[i + 3]! ^ first) |
        (longs[i + 4]! ^ first) | (longs[i + 5]! ^ first) | (longs[i + 6]! ^ first) | (longs[i + 7]! ^ first)) & mask
    if (BigInt.asIntN(64, differing) !== 0n) break
  }
  while (i < end && BigInt.asIntN(64, (longs[i]! ^ first) & mask) === 0n) i = (i + 1) | 0
  return (i - start) | 0
}
