// The laws F1 to F6 of PteFormat.
import { pa } from '@addrspace/memory-addr'
import { ABSENT, ACCESS, ALL_FLAGS, HIDDEN, INVALID, LEAF, TABLE, type EntryClass, type LeafEntry, type MappingFlags } from '@addrspace/page-table'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { x8664La57 as format } from '../src/index.ts'

const LEVELS = [0, 1, 2, 3, 4] as const
const LEAF_LEVELS = [0, 1, 2] as const
/** Of a leaf's frame, by level. */
const FRAME = [0xf_ffff_ffff_f000n, 0xf_ffff_ffe0_0000n, 0xf_ffff_c000_0000n] as const
const GRANTED: readonly MappingFlags[] = Array.from({ length: ALL_FLAGS + 1 }, (_, bits) => bits as MappingFlags).filter((flags) => {
  const grant = format.grant(flags)
  return grant.kind === 'granted' && grant.flags === flags
})

const low = (word: bigint): number => Number(BigInt.asIntN(32, word))
const high = (word: bigint): number => Number(BigInt.asIntN(32, word >> 32n))
const classOf = (word: bigint, level: number): EntryClass => format.classify(low(word), high(word), level)

/** What the manual says of a word, and the README of the marker; a dumb twin of `classify`. */
function expectedClass(word: bigint, level: number): EntryClass {
  if ((word & 1n) === 0n) {
    if (level === 0) return (word & 0x8000_0000_0000_019fn) === 0x8000_0000_0000_010an ? HIDDEN : ABSENT
    if (level === 1) return (word & 0x8000_0000_001f_f19fn) === 0x8000_0000_0000_018an ? HIDDEN : ABSENT
    if (level === 2) return (word & 0x8000_0000_3fff_f19fn) === 0x8000_0000_0000_018an ? HIDDEN : ABSENT
    return ABSENT
  }
  if (level === 0) return LEAF
  if ((word & 0x80n) === 0n) return TABLE
  if (level === 1) return (word & 0x1f_e000n) === 0n ? LEAF : INVALID
  if (level === 2) return (word & 0x3fff_e000n) === 0n ? LEAF : INVALID
  return INVALID
}

/** The class that `decode` tells. */
function decodedClass(word: bigint, level: number): EntryClass {
  const entry = format.decode(word, level)
  switch (entry.kind) {
    case 'absent':
      return ABSENT
    case 'table':
      return TABLE
    case 'invalid':
      return INVALID
    case 'leaf':
      return (entry.flags & ACCESS) === 0 ? HIDDEN : LEAF
  }
}

const word64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const level = fc.constantFrom(...LEVELS)
const leafLevel = fc.constantFrom(...LEAF_LEVELS)
const leafAt = (at: number): fc.Arbitrary<LeafEntry> =>
  fc.record({
    kind: fc.constant('leaf'),
    frame: word64.map((word) => pa(word & FRAME[at]!)),
    flags: fc.constantFrom(...GRANTED),
    accessed: fc.boolean(),
    dirty: fc.boolean(),
  })

describe('F1: every word', () => {
  it('is decoded as it is classified, as the manual says: a million and more', () => {
    // xorshift32; the low half is thinned out by turns so that reserved fields are zero now and then.
    let state = 0x9e37_79b9
    const next = (): number => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state | 0
    }
    const THIN = [-1, 0xfff, 0x1fff, -0x1f_e001, -0x3fff_e001, 0x19f, 0x8f, 0xff] as const
    const seen = new Map<string, number>()
    for (let i = 0; i < 1_250_000; i++) {
      const at = LEVELS[i % 5]!
      // Every other word of its kind is one that carries the marker's bits.
      const wordHigh = next()
      const wordLow = (i & 64) === 0 ? next() & THIN[(i >> 3) & 7]! : ((next() & THIN[(i >> 3) & 7]! & ~0x19f) | (at === 0 ? 0x10a : 0x18a)) ^ ((i & 128) === 0 ? 0 : 1 << (i % 13))
      const word = BigInt.asUintN(64, (BigInt(wordHigh) << 32n) | BigInt(wordLow >>> 0))
      const kind = format.classify(wordLow, wordHigh, at)
      if (kind !== expectedClass(word, at) || kind !== decodedClass(word, at)) throw new Error(`0x${word.toString(16)} at level ${at}: ${kind}, expected ${expectedClass(word, at)}, decoded ${decodedClass(word, at)}`)
      const key = `${at}:${kind}`
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    // Each class was met often at each level where it can be.
    for (const at of LEVELS) {
      for (const kind of [ABSENT, ...(at > 0 ? [TABLE, INVALID] : []), ...(at < 3 ? [LEAF, HIDDEN] : [])]) expect(seen.get(`${at}:${kind}`), `class ${kind} at level ${at}`).toBeGreaterThan(1000)
    }
  })

  it('is decoded as it is classified: drawn and shrunk', () => {
    fc.assert(
      fc.property(word64, level, (word, at) => {
        expect(decodedClass(word, at)).toBe(classOf(word, at))
        expect(classOf(word, at)).toBe(expectedClass(word, at))
      }),
    )
  })
})

describe('F2: a word that is not present', () => {
  it('is absent if it is zero', () => {
    for (const at of LEVELS) expect(classOf(0n, at)).toBe(ABSENT)
  })

  it('is never a table, nor a leaf that hardware sees', () => {
    fc.assert(
      fc.property(word64, level, (word, at) => {
        expect([ABSENT, HIDDEN]).toContain(classOf(word & ~1n, at))
      }),
    )
  })

  it('is never taken for ours as Linux writes it: bits 8:7 clear in swap entries, 8 set and 1 clear in PROT_NONE', () => {
    fc.assert(
      fc.property(word64, level, (word, at) => {
        expect(classOf(word & ~0x181n, at)).toBe(ABSENT)
        expect(classOf((word | 0x100n) & ~0x3n, at)).toBe(ABSENT)
      }),
    )
  })
})

describe('F3: entry and word', () => {
  it('give each other: leaves', () => {
    fc.assert(
      fc.property(leafLevel.chain((at) => fc.tuple(fc.constant(at), leafAt(at))), ([at, entry]) => {
        const word = format.encode(entry, at)
        expect(format.decode(word, at)).toEqual(entry)
        expect(classOf(word, at)).toBe((entry.flags & ACCESS) === 0 ? HIDDEN : LEAF)
      }),
    )
  })

  it('give each other: table pointers', () => {
    fc.assert(
      fc.property(word64, fc.constantFrom(1, 2, 3, 4), (bits, at) => {
        const entry = { kind: 'table', frame: pa(bits & FRAME[0]) } as const
        expect(format.decode(format.encode(entry, at), at)).toEqual(entry)
      }),
    )
  })

  it('are the same word again, ignored bits and what entries do not tell aside', () => {
    // Of leaves: 62:52, 11:9 ignored, PAT without effect, PWT told only together with PCD.
    const UNTOLD = [0x7ff0_0000_0000_0e80n, 0x7ff0_0000_0000_1e00n, 0x7ff0_0000_0000_1e00n] as const
    fc.assert(
      fc.property(word64, leafLevel, (drawn, at) => {
        const word = at === 0 ? drawn | 1n : (drawn & (FRAME[at] | ~FRAME[0])) | 0x81n
        if ((word & 0x18n) === 0x8n) return
        const entry = format.decode(word, at)
        if (entry.kind !== 'leaf') throw new Error(`0x${word.toString(16)} is ${entry.kind}`)
        expect(format.encode(entry, at)).toBe(word & ~UNTOLD[at])
      }),
    )
  })

  it('are the same word again for a decoded hidden leaf, software bits aside', () => {
    fc.assert(
      fc.property(word64, leafLevel, (drawn, at) => {
        const word = (drawn & (FRAME[at] | 0x7ff0_0000_0000_0e60n)) | format.leafBits(0 as MappingFlags, at)
        const entry = format.decode(word, at)
        if (entry.kind !== 'leaf') throw new Error(`0x${word.toString(16)} is ${entry.kind}`)
        expect(format.encode(entry, at)).toBe(word & ~0x7ff0_0000_0000_0e00n)
      }),
    )
  })
})

describe('F4: the frame', () => {
  it('does not change what a leaf is', () => {
    fc.assert(
      fc.property(word64, word64, leafLevel, (word, other, at) => {
        const moved = (word & ~FRAME[at]) | (other & FRAME[at])
        expect(classOf(moved, at)).toBe(classOf(word, at))
        expect(format.flagsOf(low(moved), high(moved), at)).toBe(format.flagsOf(low(word), high(word), at))
      }),
    )
  })
})

describe('F5, F6: the bits of flags', () => {
  const all = Array.from({ length: ALL_FLAGS + 1 }, (_, bits) => bits as MappingFlags)

  it('say what is granted', () => {
    for (const flags of all) {
      const grant = format.grant(flags)
      if (grant.kind === 'refused') continue
      for (const at of LEAF_LEVELS) {
        const bits = format.leafBits(flags, at)
        expect(format.flagsOf(low(bits), high(bits), at)).toBe(grant.flags)
        expect(bits & (FRAME[at] | format.accessedBit | format.dirtyBit)).toBe(0n)
      }
    }
  })

  it('are the same outside the mask', () => {
    for (const at of LEAF_LEVELS) {
      const rest = all.filter((flags) => format.grant(flags).kind === 'granted').map((flags) => format.leafBits(flags, at) & ~format.flagMask(at))
      expect(new Set(rest)).toEqual(new Set([at === 0 ? 0n : 0x80n]))
    }
  })

  it('replace one another in any leaf', () => {
    fc.assert(
      fc.property(leafLevel.chain((at) => fc.tuple(fc.constant(at), leafAt(at))), fc.constantFrom(...GRANTED), ([at, entry], flags) => {
        const mask = format.flagMask(at)
        const changed = (format.encode(entry, at) & ~mask) | (format.leafBits(flags, at) & mask)
        expect(changed).toBe(format.encode({ ...entry, flags }, at))
      }),
    )
  })
})
