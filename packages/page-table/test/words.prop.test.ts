// The loops over words against the same done with bigints, one word at a time.
import { PhysMemory } from '@addrspace/page-table'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fillTable } from '../src/internal/fill-table.ts'
import { longOf } from '../src/internal/halves.ts'
import { areZero, runLength } from '../src/internal/longs.ts'
import * as tableWords from '../src/internal/table-words.ts'
import { fillProgression, progressionLength, rewrite, zeroRun } from '../src/internal/words.ts'
import { wasmMemory } from './support/wasm.ts'

const MASK = 2n ** 64n - 1n
const anyWord = fc.oneof(
  fc.bigInt({ min: 0n, max: MASK }),
  // Close to where the low half carries.
  fc.tuple(fc.bigInt({ min: 0n, max: 0xffff_ffffn }), fc.bigInt({ min: -70000n, max: 70000n })).map(([high, low]) => ((high << 32n) + low) & MASK),
)
const anyStep = fc.oneof(fc.constantFrom(0n, 1n, 0x1000n, 0x20_0000n, 0x4000_0000n, 0x8000_0000n, 1n << 32n, 1n << 39n, 0x1_0000_1000n), fc.bigInt({ min: 0n, max: 2n ** 50n }))
const anyCount = fc.integer({ min: 1, max: 40 })
const anyStart = fc.integer({ min: 0, max: 7 })

const low = (word: bigint): number => Number(word & 0xffff_ffffn) | 0
const high = (word: bigint): number => Number(word >> 32n) | 0

/** Words in the middle of an array, so that what lies beside them can be looked at too. */
function arrayOf(words: readonly bigint[], start: number): Int32Array {
  const array = new Int32Array(2 * (start + words.length + 8)).fill(-1)
  words.forEach((word, i) => {
    array[2 * (start + i)] = low(word)
    array[2 * (start + i) + 1] = high(word)
  })
  return array
}

function wordsIn(array: Int32Array, start: number, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => (BigInt(array[2 * (start + i) + 1]! >>> 0) << 32n) | BigInt(array[2 * (start + i)]! >>> 0))
}

describe('filling', () => {
  it('stores first + i × step, carrying into the high half, and nothing beside', () => {
    fc.assert(
      fc.property(anyWord, anyStep, anyCount, anyStart, (first, step, count, start) => {
        const array = arrayOf(new Array<bigint>(count).fill(0n), start)
        fillProgression(array, 2 * start, count, low(first), high(first), Number(step & 0xffff_ffffn), Number(step >> 32n))
        expect(wordsIn(array, 0, start + count + 8)).toEqual([
          ...new Array<bigint>(start).fill(MASK),
          ...Array.from({ length: count }, (_, i) => (first + BigInt(i) * step) & MASK),
          ...new Array<bigint>(8).fill(MASK),
        ])
      }),
      { numRuns: 2000 },
    )
  })
  it('carries at 4 GiB, where frames lie in place', () => {
    const array = new Int32Array(2 * 512)
    fillProgression(array, 0, 512, 0xfff0_0063 | 0, 7, 0x1000, 0)
    expect(wordsIn(array, 255, 3)).toEqual([0x7_ffff_f063n, 0x8_0000_0063n, 0x8_0000_1063n])
    expect(wordsIn(array, 511, 1)).toEqual([0x8_000f_f063n])
  })
  it('does not carry with a last word right below 4 GiB', () => {
    const array = new Int32Array(2 * 512)
    fillProgression(array, 0, 512, 0xffe0_0fff | 0, 7, 0x1000, 0)
    expect(wordsIn(array, 511, 1)).toEqual([0x7_ffff_ffffn])
  })
})

describe('counting progressions', () => {
  it('counts as many words as go on by the step', () => {
    fc.assert(
      fc.property(anyWord, anyStep, anyCount, anyCount, anyWord, anyStart, (first, step, count, broken, other, start) => {
        const words = Array.from({ length: count }, (_, i) => (i === broken ? other : (first + BigInt(i) * step) & MASK))
        let expected = 1
        while (expected < count && words[expected] === ((words[expected - 1]! + step) & MASK)) expected++
        expect(progressionLength(arrayOf(words, start), 2 * start, count, Number(step & 0xffff_ffffn), Number(step >> 32n))).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('filling a table', () => {
  const memory = new PhysMemory({ size: 0x1000n })
  const at = memory.writableIndexOf(0)

  it('stores the same words as filling by halves, whatever number their bits are as a double', () => {
    // Denormal, normal, the largest exponent, no number; each with either sign, and lows that carry.
    const anyHigh = fc.oneof(fc.constantFrom(0, 1, 0x8000_0000, 0x000f_ffff, 0x0010_0000, 0x7fe0_0000, 0x7fef_ffff, 0x7ff0_0000, 0x7ff8_0001, 0xfff0_0000, 0xffff_ffff), fc.nat(0xffff_ffff))
    const anyLow = fc.oneof(fc.nat(0xffff_ffff), fc.constantFrom(0, 1, 0xffff_ffff, 0xffff_f067))
    fc.assert(
      fc.property(anyLow, anyHigh, fc.integer({ min: 0, max: 25 }), fc.constantFrom(0, 1), fc.integer({ min: 1, max: 512 }), (first, top, shift, stepHigh, count) => {
        const expected = new Int32Array(1024)
        fillProgression(expected, 0, count, first | 0, top | 0, 2 ** shift, stepHigh)
        memory.words.fill(0, at, at + 1024)
        fillTable(memory, at, count, first | 0, top | 0, 2 ** shift, stepHigh)
        expect(memory.words.subarray(at, at + 1024)).toEqual(expected)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('looking for words that are not zero', () => {
  it('counts the zeros before the first', () => {
    fc.assert(
      fc.property(anyCount, fc.nat(44), anyWord, anyStart, (count, place, word, start) => {
        const words = Array.from({ length: count }, (_, i) => (i === place ? word : 0n))
        const expected = words.findIndex((candidate) => candidate !== 0n)
        const array = arrayOf(words, start)
        expect(zeroRun(array, 2 * start, count)).toBe(expected < 0 ? count : expected)
        expect(areZero(new BigInt64Array(array.buffer), 2 * start, count)).toBe(expected < 0)
      }),
      { numRuns: 2000 },
    )
  })
  it('sees a single bit in either half of every word', () => {
    for (let i = 0; i < 32; i++) {
      const array = new Int32Array(32)
      array[i] = 1 << i
      expect(zeroRun(array, 0, 16)).toBe(i >>> 1)
      expect(areZero(new BigInt64Array(array.buffer), 0, 16)).toBe(false)
    }
    expect(areZero(new BigInt64Array(4), 0, 0)).toBe(true)
  })
})

describe('counting words that agree', () => {
  it('compares the masked bits of both halves', () => {
    fc.assert(
      fc.property(anyWord, anyCount, fc.nat(44), anyWord, anyWord, anyStart, (word, count, place, other, mask, start) => {
        // Differing outside of the mask, but for one.
        const words = Array.from({ length: count }, (_, i) => (i === place ? other : (word & mask) | (BigInt(i) & ~mask & MASK)))
        let expected = 1
        while (expected < count && ((words[expected]! ^ words[0]!) & mask) === 0n) expected++
        expect(runLength(new BigInt64Array(arrayOf(words, start).buffer), 2 * start, count, longOf({ low: low(mask), high: high(mask) }))).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('rewriting', () => {
  it('keeps the bits to keep, sets those to set, and touches nothing beside', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 1, maxLength: 40 }), anyWord, anyWord, anyStart, (words, keep, set, start) => {
        const array = arrayOf(words, start)
        rewrite(array, 2 * start, words.length, low(keep), low(set))
        rewrite(array, 2 * start + 1, words.length, high(keep), high(set))
        expect(wordsIn(array, 0, start + words.length + 8)).toEqual([...new Array<bigint>(start).fill(MASK), ...words.map((word) => (word & keep) | set), ...new Array<bigint>(8).fill(MASK)])
      }),
      { numRuns: 2000 },
    )
  })
})

describe.each([
  ['by the kernel', () => wasmMemory({ initial: 1, maximum: 1 }), true],
  ['without one', () => new ArrayBuffer(65_536), false],
] as const)('many words of a memory, %s', (_, newSource, hasKernel) => {
  /** A table's worth of words in the middle of a window that does not begin where its memory does. */
  const memory = new PhysMemory({ size: 0x2000n, source: newSource(), offset: 24 })
  const COUNT = 512
  const anyFew = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: COUNT }))
  const anyFirst = fc.nat(300)

  function store(words: readonly bigint[], first: number): void {
    memory.words.fill(-1)
    words.forEach((word, i) => {
      memory.words[2 * (first + i)] = low(word)
      memory.words[2 * (first + i) + 1] = high(word)
    })
  }

  it('are those of a memory that has a kernel, or has none', () => {
    expect(memory.kernel !== undefined).toBe(hasKernel)
  })
  it('are filled with first + i × step, and nothing beside', () => {
    fc.assert(
      fc.property(anyWord, anyStep, anyFew, anyFirst, (word, step, count, first) => {
        store([], 0)
        tableWords.fillWords(memory, 2 * first, count, low(word), high(word), low(step), high(step))
        const expected = Array.from({ length: COUNT * 2 }, (_, i) => (i < first || i >= first + count ? MASK : (word + BigInt(i - first) * step) & MASK))
        expect(wordsIn(memory.words, 0, COUNT * 2)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })
  it('are zero only if each is', () => {
    fc.assert(
      fc.property(anyFew, fc.nat(600), anyWord, anyFirst, (count, place, word, first) => {
        const words = Array.from({ length: count }, (_, i) => (i === place ? word : 0n))
        store(words, first)
        expect(tableWords.areZero(memory, 2 * first, count)).toBe(words.every((each) => each === 0n))
      }),
      { numRuns: 1000 },
    )
  })
  it('have a single bit seen in either half of each', () => {
    for (let i = 0; i < 2 * COUNT; i++) {
      store(new Array<bigint>(COUNT).fill(0n), 1)
      memory.words[2 + i] = 1 << i % 32
      expect(tableWords.areZero(memory, 2, COUNT)).toBe(false)
      expect(tableWords.areZero(memory, 2, i >> 1)).toBe(true)
    }
  })
  it('are counted as long as they agree with the first in the masked bits', () => {
    fc.assert(
      fc.property(anyWord, anyFew, fc.nat(600), anyWord, anyWord, anyFirst, (word, count, place, other, mask, first) => {
        const words = Array.from({ length: count }, (_, i) => (i === place ? other : (word & mask) | (BigInt(i) & ~mask & MASK)))
        store(words, first)
        let expected = 1
        while (expected < count && ((words[expected]! ^ words[0]!) & mask) === 0n) expected++
        const halves = { low: low(mask), high: high(mask) }
        expect(tableWords.runLength(memory, 2 * first, count, { ...halves, long: longOf(halves) })).toBe(expected)
      }),
      { numRuns: 1000 },
    )
  })
  it('are given other bits where the mask has them, and nothing beside is touched', () => {
    fc.assert(
      fc.property(anyWord, anyWord, anyWord, anyFew, anyFirst, (word, mask, bits, count, first) => {
        const words = Array.from({ length: count }, (_, i) => (word & mask) | (BigInt(i * 0x1_0000_1001) & ~mask & MASK))
        store(words, first)
        const set = bits & mask
        tableWords.rewriteAlike(memory, 2 * first, count, low(word), high(word), { low: low(mask), high: high(mask) }, { low: low(set), high: high(set) })
        const expected = Array.from({ length: COUNT * 2 }, (_, i) => (i < first || i >= first + count ? MASK : (words[i - first]! & ~mask & MASK) | set))
        expect(wordsIn(memory.words, 0, COUNT * 2)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })
})
