import { describe, expect, it } from 'vitest'
import { ABSENT, ALL_FLAGS, HIDDEN, LEAF, NONE, parseFlags, type MappingFlags } from '@addrspace/page-table'
import { pa } from '@addrspace/memory-addr'
import { aarch64 } from '@addrspace/backend-aarch64'
import { classOf, highHalf, lowHalf } from './words.ts'

const NO_ACCESS = ['', 'u', 'g', 'd', 'n', 'ug', 'ud', 'un', 'dg', 'ng', 'udg', 'ung'].map((letters) => parseFlags(letters))
const FRAMES = [0x4567_8000n, 0x4560_0000n, 0x4000_0000n]
const EVERY = Array.from({ length: ALL_FLAGS + 1 }, (_, flags) => flags as MappingFlags).filter((flags) => aarch64.grant(flags).kind === 'granted')

describe('hidden leaves', () => {
  it('are what hardware takes for an invalid descriptor: bit 0 is clear', () => {
    for (const level of [0, 1, 2]) for (const flags of NO_ACCESS) expect(aarch64.leafBits(flags, level) & 1n).toBe(0n)
  })
  it('keep frame, size, accessed, and all flags but access', () => {
    for (const level of [0, 1, 2]) {
      for (const flags of NO_ACCESS) {
        for (const accessed of [false, true]) {
          const entry = { kind: 'leaf', frame: pa(FRAMES[level]!), flags, accessed, dirty: false } as const
          const word = aarch64.encode(entry, level)
          expect(classOf(word, level)).toBe(HIDDEN)
          expect(aarch64.decode(word, level)).toEqual(entry)
        }
      }
    }
  })
  it('are never taken for a table, nor for anything at another level of another shape', () => {
    for (const level of [0, 1, 2]) {
      const word = aarch64.encode({ kind: 'leaf', frame: pa(0), flags: NONE, accessed: true, dirty: false }, level)
      for (const other of [0, 1, 2, 3]) expect([ABSENT, HIDDEN]).toContain(classOf(word, other))
      expect(classOf(word, 3)).toBe(ABSENT)
      expect(classOf(word, level === 0 ? 1 : 0)).toBe(ABSENT)
    }
  })
  it('need the mark: any other word that is not valid is absent', () => {
    expect(classOf(0x0460_0000_4000_0f82n, 0)).toBe(HIDDEN)
    expect(classOf(0x0060_0000_4000_0f82n, 0)).toBe(ABSENT)
  })
  it('would be legal leaves if they were valid; otherwise they are absent', () => {
    expect(classOf(0x0460_0000_4020_0f80n, 1)).toBe(HIDDEN)
    expect(classOf(0x0460_0000_4020_1f80n, 1)).toBe(ABSENT)
    expect(classOf(0x0460_0000_4020_0f80n, 2)).toBe(ABSENT)
    expect(classOf(0x0461_0000_4020_0f80n, 1)).toBe(ABSENT)
    expect(classOf(0x0464_0000_4020_0f80n, 1)).toBe(ABSENT)
    expect(classOf(0x0460_0000_4020_0d80n, 1)).toBe(ABSENT)
  })
  it('are left and entered by replacing the bits of the mask, and come back as they were', () => {
    for (const level of [0, 1, 2]) {
      const mask = aarch64.flagMask(level)
      for (const flags of EVERY) {
        // DBM, Contiguous, software's 57:55 and the hints at 62:59 are somebody else's, and are kept.
        const shown = aarch64.leafBits(flags, level) | FRAMES[level]! | 0x400n | 0x7b98_0000_0000_0000n
        const hidden = (shown & ~mask) | (aarch64.leafBits(NONE, level) & mask)
        expect(classOf(hidden, level)).toBe(HIDDEN)
        expect(aarch64.flagsOf(lowHalf(hidden), highHalf(hidden), level)).toBe(NONE)
        const back = (hidden & ~mask) | (aarch64.leafBits(flags, level) & mask)
        expect(back).toBe(shown)
        expect([LEAF, HIDDEN]).toContain(classOf(back, level))
      }
    }
  })
})
