// Numbers from the Intel SDM vol. 3A, chapter "Paging": 4-level paging translates 48-bit addresses,
// 5-level paging 57-bit ones; bits 47:39, 38:30, 29:21 and 20:12 choose the entries.
import { describe, expect, it } from 'vitest'

import { FIVE_LEVELS, FOUR_LEVELS, x8664, x8664La57 } from '../src/index.ts'

describe('four levels', () => {
  it('translate 48 bits', () => {
    expect(FOUR_LEVELS.virtBits).toBe(48)
    expect(FOUR_LEVELS.entries).toBe(512)
    expect(FOUR_LEVELS.physBits).toBe(52)
    expect(FOUR_LEVELS.isCanonical(0x0000_7fff_ffff_ffffn)).toBe(true)
    expect(FOUR_LEVELS.isCanonical(0x0000_8000_0000_0000n)).toBe(false)
    expect(FOUR_LEVELS.isCanonical(0xffff_7fff_ffff_ffffn)).toBe(false)
    expect(FOUR_LEVELS.isCanonical(0xffff_8000_0000_0000n)).toBe(true)
  })

  it('have leaves of 4 KiB, 2 MiB and 1 GiB', () => {
    expect(FOUR_LEVELS.leafLevels.map((level) => FOUR_LEVELS.span(level))).toEqual([0x1000n, 0x20_0000n, 0x4000_0000n])
  })

  it('choose the entries by bits 47:39, 38:30, 29:21, 20:12', () => {
    const vaddr = (0x1fen << 39n) | (0x123n << 30n) | (0x0aan << 21n) | (0x001n << 12n) | 0xfffn
    expect([3, 2, 1, 0].map((level) => FOUR_LEVELS.indexOf(vaddr, level))).toEqual([0x1fe, 0x123, 0x0aa, 0x001])
  })
})

describe('five levels', () => {
  it('translate 57 bits', () => {
    expect(FIVE_LEVELS.virtBits).toBe(57)
    expect(FIVE_LEVELS.isCanonical(0x00ff_ffff_ffff_ffffn)).toBe(true)
    expect(FIVE_LEVELS.isCanonical(0x0100_0000_0000_0000n)).toBe(false)
    expect(FIVE_LEVELS.isCanonical(0xff00_0000_0000_0000n)).toBe(true)
    expect(FIVE_LEVELS.indexOf(0x1abn << 48n, 4)).toBe(0x1ab)
  })

  it('differ from four in the geometry alone', () => {
    expect([x8664.geometry, x8664La57.geometry]).toEqual([FOUR_LEVELS, FIVE_LEVELS])
    for (let word = 0n; word < 0x200n; word++) {
      for (const level of [0, 1, 2, 3]) expect(x8664La57.decode(word, level)).toEqual(x8664.decode(word, level))
    }
  })
})
