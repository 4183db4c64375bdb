// A word as two signed 32-bit halves, as loops want it.

export function lowHalf(word: bigint): number {
  return Number(BigInt.asIntN(32, word))
}

export function highHalf(word: bigint): number {
  return Number(BigInt.asIntN(32, word >> 32n))
}

