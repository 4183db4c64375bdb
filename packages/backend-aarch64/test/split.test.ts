import { describe, expect, it } from 'vitest'
import { HIDDEN, LEAF } from '@addrspace/page-table'
import { aarch64 } from '@addrspace/backend-aarch64'
import { checksOf, classOf } from './words.ts'

describe('splitBits', () => {
  it('makes blocks of a block of 1 GiB, and pages of one of 2 MiB', () => {
    expect(aarch64.splitBits(0x0060_0000_4000_0f41n, 2)).toBe(0x0060_0000_0000_0f41n)
    expect(aarch64.splitBits(0x0060_0000_4020_0f41n, 1)).toBe(0x0060_0000_0000_0f43n)
  })
  it('clears a frame of all ones', () => {
    expect(aarch64.splitBits(0x0060_ffff_c000_0f41n, 2)).toBe(0x0060_0000_0000_0f41n)
    expect(aarch64.splitBits(0x0060_ffff_ffe0_0f41n, 1)).toBe(0x0060_0000_0000_0f43n)
  })
  it('keeps what flags do not tell: DBM, shareability, software bits, memory type, AF clear', () => {
    const word = 0x0388_0000_4020_0a1dn
    expect(aarch64.splitBits(word, 1)).toBe(0x0388_0000_0000_0a1fn)
    expect(checksOf(aarch64.splitBits(word, 1), 0)).toEqual(checksOf(word, 1))
  })
  it('leaves no child contiguous', () => {
    expect(aarch64.splitBits(0x0070_0000_4000_0f41n, 2)).toBe(0x0060_0000_0000_0f41n)
  })
  it('makes hidden leaves of a hidden leaf', () => {
    const word = 0x0460_0000_4000_0fc0n
    expect(classOf(word, 2)).toBe(HIDDEN)
    expect(aarch64.splitBits(word, 2)).toBe(0x0460_0000_0000_0fc0n)
    expect(aarch64.splitBits(word, 1)).toBe(0x0460_0000_0000_0fc2n)
    expect(classOf(aarch64.splitBits(word, 2), 1)).toBe(HIDDEN)
    expect(classOf(aarch64.splitBits(word, 1), 0)).toBe(HIDDEN)
    expect(classOf(aarch64.splitBits(word | 1n, 1), 0)).toBe(LEAF)
  })
  it.each([0, 3])('refuses level %i, which has no huge leaves', (level) => {
    expect(() => aarch64.splitBits(0x0060_0000_4000_0f43n, level)).toThrow(RangeError)
  })
})
