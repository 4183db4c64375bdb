// What happens to words that stand: protected, hidden and shown again, split.
import { parseFlags, type LeafEntry } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { x8664 } from '../src/index.ts'

const XD = 1n << 63n

/** Protecting as the walker does it. */
const protect = (word: bigint, letters: string, level: number): bigint => {
  const mask = x8664.flagMask(level)
  return (word & ~mask) | (x8664.leafBits(parseFlags(letters), level) & mask)
}

describe('a word whose flags are replaced', () => {
  // Software bits 62:52 and 11:9, accessed and dirty stay; the frame too.
  it.each([
    ['4 KiB', 0, 0x7ff0_0001_2345_6e67n, 'r', XD | 0x7ff0_0001_2345_6e61n],
    ['4 KiB, PAT goes', 0, 0x1_2345_6087n, 'rwx', 0x1_2345_6003n],
    ['2 MiB, PAT goes and PS stays', 1, 0x1_2340_1087n, 'rwxd', 0x1_2340_009bn],
    ['1 GiB', 2, 0x7ff0_0001_4000_0ee7n, 'rxg', 0x7ff0_0001_4000_0fe1n],
    ['4 KiB hidden', 0, 0x7ff0_0001_2345_6e67n, '', XD | 0x7ff0_0001_2345_6f6an],
    ['2 MiB hidden', 1, 0x7ff0_0001_2340_0ee7n, '', XD | 0x7ff0_0001_2340_0fean],
    ['2 MiB hidden, PAT goes', 1, 0x1_2340_1087n, '', XD | 0x1_2340_018an],
    ['1 GiB hidden', 2, 0x1_4000_0087n, '', XD | 0x1_4000_018an],
    ['4 KiB shown again', 0, XD | 0x7ff0_0001_2345_6f6an, 'rwxu', 0x7ff0_0001_2345_6e67n],
    ['2 MiB shown again', 1, XD | 0x7ff0_0001_2340_0fean, 'rwxu', 0x7ff0_0001_2340_0ee7n],
    ['1 GiB shown again', 2, XD | 0x1_4000_018an, 'rwxu', 0x1_4000_0087n],
  ] as const)('%s', (_, level, before, letters, after) => {
    expect(protect(before, letters, level)).toBe(after)
  })

  it('keeps frame, size, accessed and dirty through hiding, at every size', () => {
    for (const level of [0, 1, 2]) {
      for (const seen of [0n, 0x20n, 0x40n, 0x60n]) {
        const word = x8664.leafBits(parseFlags('rwu'), level) | 0xf_ffff_c000_0000n | seen
        const hidden = protect(word, '', level)
        expect(x8664.decode(hidden, level)).toEqual({ ...(x8664.decode(word, level) as LeafEntry), flags: parseFlags('') })
        expect(hidden & 1n).toBe(0n)
        expect(protect(hidden, 'rwu', level)).toBe(word)
      }
    }
  })
})

describe('splitBits', () => {
  it.each([
    ['1 GiB to 2 MiB keeps PS', 2, 0x4000_01e3n, 0x1e3n],
    ['1 GiB to 2 MiB keeps PAT in bit 12', 2, 0x4000_1087n, 0x1087n],
    ['2 MiB to 4 KiB drops PS', 1, 0x20_01e3n, 0x163n],
    ['2 MiB to 4 KiB moves PAT from bit 12 to bit 7', 1, 0x20_1087n, 0x87n],
    ['software bits, key and XD stay', 1, XD | 0x7ff0_0000_0020_0ee7n, XD | 0x7ff0_0000_0000_0e67n],
    ['hidden 1 GiB to 2 MiB', 2, XD | 0x4000_01ean, XD | 0x1ean],
    ['hidden 2 MiB to 4 KiB', 1, XD | 0x20_01ean, XD | 0x16an],
  ] as const)('%s', (_, level, word, bits) => {
    expect(x8664.splitBits(word, level)).toBe(bits)
  })

  it('makes leaves that say what the huge one said', () => {
    for (const level of [1, 2]) {
      for (const letters of ['', 'r', 'rw', 'rx', 'rwxu', 'rn', 'rwdg']) {
        const word = x8664.leafBits(parseFlags(letters), level) | 0x20n
        expect(x8664.decode(x8664.splitBits(word, level), level - 1)).toEqual(x8664.decode(word, level))
      }
    }
  })

  it.each([0, 3])('throws at level %i', (level) => {
    expect(() => x8664.splitBits(0x83n, level)).toThrow('"level" must have')
  })
})

describe('needsBreak', () => {
  it('is not there: the machine takes any entry over any other, and the invalidation follows', () => {
    expect('needsBreak' in x8664).toBe(false)
  })
})
