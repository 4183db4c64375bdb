/** The two numbers that a bound is inside the index: they hold every address, and compare as addresses do. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOf, endKeyOf, FIRST_INEXACT_KEY, isBelow, keyBefore, keyOf, restBefore, restOf, SPACE_END_KEY } from '../src/internal/bound.ts'

const SPACE = 18446744073709551616n

/** Any address, and those near powers of two. */
const addresses = fc.oneof(
  fc.bigInt({ min: 0n, max: SPACE - 1n }),
  fc.tuple(fc.integer({ min: 0, max: 64 }), fc.bigInt({ min: -2050n, max: 2050n })).map(([bit, delta]) => ((1n << BigInt(bit)) + delta + SPACE) % SPACE),
)

describe('a bound', () => {
  it.each<[bigint, number, number]>([
    [0n, 0, 0],
    [1n, 1, 0],
    [0x1f_ffff_ffff_ffffn, 9007199254740991, 0],
    [0x20_0000_0000_0000n, 9007199254740992, 0],
    [0x20_0000_0000_0001n, 9007199254740992, 1],
    [0x20_0000_0000_07ffn, 9007199254740992, 2047],
    [0x20_0000_0000_0800n, 9007199254743040, 0],
    [0x8000_0000_0000_0000n, 9223372036854775808, 0],
    [0xffff_ffff_ffff_ffffn, 18446744073709549568, 2047],
  ])('of %s is the key %s and the rest %s', (address, key, rest) => {
    expect([keyOf(address), restOf(address), addressOf(key, rest)]).toEqual([key, rest, address])
  })
  it('holds every address', () => {
    fc.assert(fc.property(addresses, (address) => addressOf(keyOf(address), restOf(address)) === address))
  })
  it('compares as addresses do', () => {
    fc.assert(fc.property(addresses, addresses, (a, b) => isBelow(keyOf(a), restOf(a), keyOf(b), restOf(b)) === a < b))
    fc.assert(fc.property(addresses, fc.bigInt({ min: 0n, max: 4n }), (a, delta) => {
      const b = a + delta < SPACE ? a + delta : a
      return isBelow(keyOf(a), restOf(a), keyOf(b), restOf(b)) === a < b
    }))
  })
  it('has a key that is a multiple of 2048 from 2^53 on, so that differences of keys are exact', () => {
    fc.assert(fc.property(addresses, (address) => keyOf(address) < FIRST_INEXACT_KEY || keyOf(address) % 2048 === 0))
  })
  it('knows the address before it', () => {
    fc.assert(fc.property(addresses.filter((address) => address > 0n), (address) => {
      const [key, rest] = [keyOf(address), restOf(address)]
      return addressOf(keyBefore(key, rest), restBefore(key, rest)) === address - 1n
    }))
  })
})

describe('the end of the space', () => {
  it('is a key of its own, above all others', () => {
    expect([SPACE_END_KEY, endKeyOf(SPACE), addressOf(SPACE_END_KEY, 0)]).toEqual([18446744073709551616, 18446744073709551616, SPACE])
    expect(isBelow(keyOf(SPACE - 1n), restOf(SPACE - 1n), SPACE_END_KEY, 0)).toBe(true)
    expect(addressOf(keyBefore(SPACE_END_KEY, 0), restBefore(SPACE_END_KEY, 0))).toBe(SPACE - 1n)
  })
  it('is the only end that its key stands for', () => {
    fc.assert(fc.property(addresses.filter((address) => address > 0n), (address) => endKeyOf(address) === keyOf(address)))
  })
})
