import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ABSENT, ALL_FLAGS, HIDDEN, INVALID, LEAF, TABLE, type EntryClass, type LeafEntry, type MappingFlags, type TableEntry } from '@addrspace/page-table'
import { pa } from '@addrspace/memory-addr'
import { aarch64 } from '@addrspace/backend-aarch64'
import { classOf, highHalf, lowHalf, randomWords } from './words.ts'

const KIND_OF: Readonly<Record<EntryClass, string>> = { [ABSENT]: 'absent', [TABLE]: 'table', [LEAF]: 'leaf', [HIDDEN]: 'leaf', [INVALID]: 'invalid' }
const SPAN_BITS = [12n, 21n, 30n]

/** Bits high:low of a word. */
const bitsOf = (word: bigint, high: number, low: number): bigint => (word >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n)

/**
 * The class by DDI 0487, Determination of descriptor type (VMSAv8-64), with the RES0 fields of the tables
 * of Table, Block and Page descriptor fields, 4 KiB granule, DS = 0; `armLevel` is the manual's.
 */
function classByManual(word: bigint, armLevel: number): EntryClass {
  const type = bitsOf(word, 1, 0)
  if (type === 0b11n && armLevel < 3) return bitsOf(word, 50, 48) === 0n ? TABLE : INVALID
  const isPage = armLevel === 3
  const isBlock = armLevel === 1 || armLevel === 2
  const addressEnd = armLevel === 1 ? 30 : armLevel === 2 ? 21 : 12
  const hasReserved = bitsOf(word, 50, 48) !== 0n || (addressEnd > 12 && bitsOf(word, addressEnd - 1, 12) !== 0n) || bitsOf(word, 9, 8) === 0b01n
  if (bitsOf(word, 0, 0) === 0n) {
    // Invalid to hardware. Ours: the mark, and a legal leaf otherwise.
    const isOurs = bitsOf(word, 58, 58) === 1n && ((isPage && type === 0b10n) || (isBlock && type === 0b00n))
    return isOurs && !hasReserved ? HIDDEN : ABSENT
  }
  if ((isPage && type === 0b11n) || (isBlock && type === 0b01n)) return hasReserved ? INVALID : LEAF
  return INVALID
}

/** Words of all classes: pure noise is nearly always reserved. */
function words(seed: bigint): () => bigint {
  const next = randomWords(seed)
  let turn = 0
  return () => {
    const word = next()
    switch (turn++ & 7) {
      case 0:
        return word
      case 1:
        return word & ~(7n << 48n)
      case 2:
        return word & ~0x0007_0000_3fff_f000n
      case 3:
        return (word & ~0x0007_0000_3fff_f000n) | 1n
      case 4:
        return (word & ~0x0007_0000_3fff_f001n) | (1n << 58n)
      case 5:
        return word & ~0x0007_0000_001f_f000n & ~2n
      case 6:
        // One bit set, so that each reserved one is met alone.
        return 1n << (word & 63n) | 1n
      default:
        return (word & ~(7n << 48n)) | 3n
    }
  }
}

const leafLevels = fc.integer({ min: 0, max: 2 })
const anyWord = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const frames = fc.bigInt({ min: 0n, max: (1n << 48n) - 1n })
const expressible = Array.from({ length: ALL_FLAGS + 1 }, (_, flags) => flags as MappingFlags).filter((flags) => {
  const grant = aarch64.grant(flags)
  return grant.kind === 'granted' && grant.flags === flags
})
const leaves = fc
  .record({ level: leafLevels, frame: frames, flags: fc.constantFrom(...expressible), accessed: fc.boolean() })
  .map(({ level, frame, flags, accessed }) => ({ level, entry: { kind: 'leaf', frame: pa((frame >> SPAN_BITS[level]!) << SPAN_BITS[level]!), flags, accessed, dirty: false } satisfies LeafEntry }))

describe('a million words', () => {
  it('are classified and decoded alike, as the manual has it, at every level (F1, F2)', () => {
    const next = words(0x9e37_79b9_7f4a_7c15n)
    const seen = [0, 0, 0, 0, 0]
    let wrong: string | undefined
    for (let i = 0; i < 1_000_000 && wrong === undefined; i++) {
      const word = next()
      // Each level in turn, so that no level goes with one kind of word.
      const level = (i >> 3) & 3
      const kind = aarch64.classify(lowHalf(word), highHalf(word), level)
      seen[kind]!++
      const entry = aarch64.decode(word, level)
      if (KIND_OF[kind] !== entry.kind || kind !== classByManual(word, 3 - level)) wrong = `0x${word.toString(16)} at level ${level}: ${kind}, ${entry.kind}`
      else if (entry.kind === 'leaf' && entry.frame !== bitsOf(word, 47, Number(SPAN_BITS[level])) << SPAN_BITS[level]!) wrong = `0x${word.toString(16)} at level ${level}: frame`
      else if (entry.kind === 'leaf' && kind === HIDDEN && (entry.flags & 7) !== 0) wrong = `0x${word.toString(16)} at level ${level}: a hidden leaf with access`
      else if (entry.kind === 'leaf' && kind === LEAF && (entry.flags & 7) === 0) wrong = `0x${word.toString(16)} at level ${level}: a leaf without access`
      else if (entry.kind === 'table' && entry.frame !== bitsOf(word, 47, 12) << 12n) wrong = `0x${word.toString(16)} at level ${level}: table`
    }
    expect(wrong).toBeUndefined()
    // The loop has met every class, and not just now and then.
    for (const count of seen) expect(count).toBeGreaterThan(10_000)
  }, 60_000)
})

describe('entries and words', () => {
  it('a legal leaf comes back from its word (F3)', () => {
    fc.assert(
      fc.property(leaves, ({ level, entry }) => {
        const word = aarch64.encode(entry, level)
        expect(aarch64.decode(word, level)).toEqual(entry)
        expect(classOf(word, level)).toBe((entry.flags & 7) === 0 ? HIDDEN : LEAF)
      }),
    )
  })
  it('a table comes back from its word (F3)', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 3 }), (frame, level) => {
        const entry: TableEntry = { kind: 'table', frame: pa((frame >> 12n) << 12n) }
        expect(aarch64.decode(aarch64.encode(entry, level), level)).toEqual(entry)
      }),
    )
  })
  it('a word of ours comes back from its entry, ignored bits aside (F3)', () => {
    // Ignored in leaves: NS 5, DBM 51, 63:55; in pointers: 11:2 and 63:51.
    const leafIgnored = 0xff88_0000_0000_0020n
    const tableIgnored = 0xfff8_0000_0000_0ffcn
    fc.assert(
      fc.property(leaves, anyWord, ({ level, entry }, noise) => {
        const word = aarch64.encode(entry, level)
        if ((entry.flags & 7) === 0) return
        const decoded = aarch64.decode(word | (noise & leafIgnored), level)
        expect(decoded.kind !== 'invalid' && aarch64.encode(decoded, level)).toBe(word)
      }),
    )
    fc.assert(
      fc.property(frames, anyWord, (frame, noise) => {
        const word = ((frame >> 12n) << 12n) | 3n
        const decoded = aarch64.decode(word | (noise & tableIgnored), 2)
        expect(decoded.kind !== 'invalid' && aarch64.encode(decoded, 2)).toBe(word)
      }),
    )
  })
  it('any legal word, ours or not, says the same once it has been written our way', () => {
    const next = words(0xd1b5_4a32_d192_ed03n)
    for (let i = 0; i < 50_000; i++) {
      const word = next()
      const level = (i >> 3) & 3
      const entry = aarch64.decode(word, level)
      if (entry.kind === 'invalid') continue
      // Executable device memory is legal, and only asking for it is refused.
      if (entry.kind === 'leaf' && aarch64.grant(entry.flags).kind === 'refused') continue
      expect(aarch64.decode(aarch64.encode(entry, level), level)).toEqual(entry)
    }
  })
  it('what a leaf is does not depend on its frame, but for its alignment (F4)', () => {
    fc.assert(
      fc.property(leafLevels, anyWord, frames, (level, noise, frame) => {
        const field = ((1n << 48n) - 1n) & ~((1n << SPAN_BITS[level]!) - 1n)
        const word = noise & ~0x0007_0000_3fff_f000n
        expect(classOf((word & ~field) | (frame & field), level)).toBe(classOf(word, level))
      }),
    )
  })
  it('flags are those of decode (F5)', () => {
    fc.assert(
      fc.property(leaves, ({ level, entry }) => {
        const word = aarch64.encode(entry, level)
        expect(aarch64.flagsOf(lowHalf(word), highHalf(word), level)).toBe(entry.flags)
      }),
    )
  })
  it('protecting is replacing the bits of the mask, and leaves frame and accessed (F6)', () => {
    fc.assert(
      fc.property(leaves, fc.constantFrom(...expressible), ({ level, entry }, flags) => {
        const mask = aarch64.flagMask(level)
        const changed = (aarch64.encode(entry, level) & ~mask) | (aarch64.leafBits(flags, level) & mask)
        expect(changed).toBe(aarch64.encode({ ...entry, flags }, level))
      }),
    )
  })
  it('splitting gives leaves that say the same one level below', () => {
    fc.assert(
      fc.property(leaves, ({ level, entry }) => {
        if (level === 0) return
        const word = aarch64.encode(entry, level)
        expect(aarch64.decode(aarch64.splitBits(word, level), level - 1)).toEqual({ ...entry, frame: 0n })
      }),
    )
  })
})
