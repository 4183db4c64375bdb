/** Addresses, sizes and ranges for the property tests, drawn to the places where bits and bounds meet. */
import fc from 'fast-check'
import { virtAddr, type VirtAddr } from '@addrspace/memory-addr'

const SPACE = 18446744073709551616n

/** Within 4 of a power of two or of an end of the space, or anything. */
export const words: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 0n, max: SPACE - 1n }),
  fc
    .tuple(fc.integer({ min: 0, max: 64 }), fc.bigInt({ min: -4n, max: 4n }))
    .map(([bit, delta]) => ((1n << BigInt(bit)) + delta + SPACE) % SPACE),
)

export const addrs: fc.Arbitrary<VirtAddr> = words.map(virtAddr)

/** A word or 2^64. */
export const sizes: fc.Arbitrary<bigint> = fc.oneof(words, fc.constant(SPACE))

export const aligns: fc.Arbitrary<bigint> = fc.integer({ min: 0, max: 63 }).map((bit) => 1n << BigInt(bit))

/** A range within the first few bytes, or the last few, of the space: small enough to list its addresses. */
export const smallRanges: fc.Arbitrary<{ start: VirtAddr; end: bigint }> = fc
  .record({
    base: fc.constantFrom(0n, SPACE - 8n),
    bounds: fc.tuple(fc.bigInt({ min: 0n, max: 8n }), fc.bigInt({ min: 0n, max: 8n })),
  })
  .map(({ base, bounds: [a, b] }) => ({ start: base + (a < b ? a : b), end: base + (a < b ? b : a) }))
  .filter(({ start }) => start < SPACE)
  .map(({ start, end }) => ({ start: virtAddr(start), end }))
