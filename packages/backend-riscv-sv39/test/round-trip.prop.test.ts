// The laws of a format (PteFormat, F1 to F6) on words and entries of all kinds.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pa } from '@addrspace/memory-addr'
import { ABSENT, ACCESS, HIDDEN, INVALID, LEAF, TABLE, type LeafEntry, type TableEntry } from '@addrspace/page-table'
import { allFlags, entryBySteps, FORMATS, high, low } from './oracle.ts'

const RSW = 0x300n
const FRAME = ((1n << 44n) - 1n) << 10n
/** Any word; one whose upper bits are clear; one whose frame is aligned as well, since those are legal more often. */
const words = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 2n ** 54n - 1n }),
  fc.tuple(fc.bigInt({ min: 0n, max: 1023n }), fc.bigInt({ min: 0n, max: 255n })).map(([bits, top]) => (top << 46n) | bits),
)
const formats = fc.constantFrom(...FORMATS)
const withLevel = formats.chain(({ format, levels }) => fc.tuple(fc.constant(format), fc.integer({ min: 0, max: levels - 1 })))
const grantedFlags = allFlags().filter((flags) => {
  const grant = FORMATS[0]!.format.grant(flags)
  return grant.kind === 'granted' && grant.flags === flags
})

describe('F1, F2: any word has exactly one meaning, the manual\'s', () => {
  it('decode agrees with the steps of the translation process', () => {
    fc.assert(
      fc.property(withLevel, words, ([format, level], word) => {
        const expected = entryBySteps(word, level)
        if (expected.kind === 'invalid') expect(format.decode(word, level)).toMatchObject({ kind: 'invalid', reason: 'reserved' })
        else expect(format.decode(word, level)).toEqual(expected)
      }),
      { numRuns: 5000 },
    )
  })

  it('a zero word is absent at every level', () => {
    for (const { format, levels } of FORMATS) for (let level = 0; level < levels; level++) expect(format.classify(0, 0, level)).toBe(ABSENT)
  })

  it('every combination of the low ten bits at every level means what the steps say', () => {
    for (const { format, levels } of FORMATS) {
      for (let level = 0; level < levels; level++) {
        for (let bits = 0n; bits < 1024n; bits++) {
          for (const frame of [0n, 1n << 10n, 1n << 19n, 1n << 28n, 1n << 37n, 1n << 46n, 1n << 54n, 1n << 63n]) {
            const expected = entryBySteps(bits | frame, level)
            const actual = format.decode(bits | frame, level)
            if (actual.kind !== expected.kind || (actual.kind !== 'invalid' && JSON.stringify(actual, text) !== JSON.stringify(expected, text))) expect(actual).toEqual(expected)
          }
        }
      }
    }
  })

  it('classify and decode agree on two million random words, and neither throws', { timeout: 120_000 }, () => {
    const kinds = { [ABSENT]: 0, [TABLE]: 0, [LEAF]: 0, [HIDDEN]: 0, [INVALID]: 0 }
    const random = xorshift(0x9e3779b9)
    for (let i = 0; i < 2_000_000; i++) {
      const { format, levels } = FORMATS[i % 3]!
      const level = random() % levels
      // One in four is any word; the others get legal more often, by masks for upper bits and frames.
      const wordLow = (random() & [-1, -1, 0x7ff, 0x3ff][i & 3]!) | 0
      const wordHigh = (random() & [-1, 0x003f_ffff, 0x003f_c000, 0][(i >> 2) & 3]!) | 0
      const kind = format.classify(wordLow, wordHigh, level)
      kinds[kind]++
      const entry = format.decode((BigInt.asUintN(32, BigInt(wordHigh)) << 32n) | BigInt.asUintN(32, BigInt(wordLow)), level)
      const hasAccess = entry.kind === 'leaf' && (entry.flags & ACCESS) !== 0
      const expected = entry.kind === 'absent' ? ABSENT : entry.kind === 'table' ? TABLE : entry.kind === 'invalid' ? INVALID : hasAccess ? LEAF : HIDDEN
      if (kind !== expected) expect({ wordLow, wordHigh, level, kind }).toEqual({ wordLow, wordHigh, level, kind: expected })
    }
    // The loop is worth something only if it meets every kind often.
    for (const count of Object.values(kinds)) expect(count).toBeGreaterThan(5_000)
  })
})

describe('F3: words and entries are each other\'s images', () => {
  it('a legal word is encoded as it was, RSW and the G of pointers aside', () => {
    fc.assert(
      fc.property(withLevel, words, ([format, level], word) => {
        const entry = format.decode(word, level)
        if (entry.kind === 'invalid' || entry.kind === 'absent') return
        const again = format.encode(entry, level)
        if (entry.kind === 'table') expect(again).toBe(word & ~(RSW | 0x20n))
        else if ((word & 1n) === 1n) expect(again).toBe(word & ~RSW)
        else expect(again).toBe(word)
      }),
      { numRuns: 5000 },
    )
  })

  it('a legal entry is decoded as it was', () => {
    fc.assert(
      fc.property(withLevel, fc.constantFrom(...grantedFlags), fc.nat({ max: 255 }), fc.bigInt({ min: 0n, max: 2n ** 44n - 1n }), fc.boolean(), fc.boolean(), ([format, level], flags, top, number, accessed, dirty) => {
        const span = 512n ** BigInt(level)
        const frame = pa(((number ^ (BigInt(top) << 36n)) / span) * span * 4096n)
        const leaf: LeafEntry = { kind: 'leaf', frame, flags, accessed, dirty }
        expect(format.decode(format.encode(leaf, level), level)).toEqual(leaf)
        const table: TableEntry = { kind: 'table', frame: pa(number * 4096n) }
        if (level > 0) expect(format.decode(format.encode(table, level), level)).toEqual(table)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('F4: the frame does not decide what a word is', () => {
  it('an aligned leaf stays one with any aligned frame, and is none with another', () => {
    fc.assert(
      fc.property(withLevel, words, fc.bigInt({ min: 0n, max: 2n ** 44n - 1n }), ([format, level], word, number) => {
        const kind = format.classify(low(word), high(word), level)
        const other = (word & ~FRAME) | (number << 10n)
        const isAligned = number % 512n ** BigInt(level) === 0n
        if (kind === LEAF) expect(format.classify(low(other), high(other), level)).toBe(isAligned ? LEAF : INVALID)
        // Hardware raises nothing for a word without V but that it is not present.
        if (kind === HIDDEN) expect(format.classify(low(other), high(other), level)).toBe(isAligned ? HIDDEN : ABSENT)
        if (kind === TABLE) expect(format.classify(low(other), high(other), level)).toBe(TABLE)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('F5, F6: flags and bits', () => {
  it('the bits of granted flags grant what grant says, in words that are leaves', () => {
    for (const { format, levels } of FORMATS) {
      for (let level = 0; level < levels; level++) {
        for (const flags of allFlags()) {
          const grant = format.grant(flags)
          if (grant.kind === 'refused') continue
          const bits = format.leafBits(flags, level)
          expect(format.flagsOf(low(bits), high(bits), level)).toBe(grant.flags)
          expect(format.classify(low(bits), high(bits), level)).toBe((grant.flags & ACCESS) === 0 ? HIDDEN : LEAF)
          expect(bits & (format.accessedBit | format.dirtyBit)).toBe(0n)
          expect(bits & ~format.flagMask(level)).toBe(0n)
        }
      }
    }
  })

  it('replacing the bits in the mask changes the flags of any leaf and nothing else', () => {
    fc.assert(
      fc.property(withLevel, words, fc.constantFrom(...grantedFlags), ([format, level], word, flags) => {
        const before = format.decode(word, level)
        if (before.kind !== 'leaf') return
        const changed = (word & ~format.flagMask(level)) | format.leafBits(flags, level)
        expect(format.decode(changed, level)).toEqual({ ...before, flags })
      }),
      { numRuns: 5000 },
    )
  })
})

const text = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

/** Marsaglia's xorshift of 32 bits: numbers from 0 up, the same in every run. */
function xorshift(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
