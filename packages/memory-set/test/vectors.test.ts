/**
 * Replays every recorded operation of the original (vectors/README.md). What is recorded is what happens here, apart from
 * the differences below; how many operations fall under each is typed in by hand for each file, so none is passed over.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Replay, type Sequence, type Tally } from './support/vector-replay.ts'

/** Where we differ on purpose: by the tag of the vectors, what is promised and checked instead. */
const DIFFERENCES: { readonly [tag: string]: string } = {
  'ffa-limit-end-ignored': 'the answer is the documented one: it lies within the limit',
  'ffa-skips-straddling-area': 'the answer is the documented one: it is free',
  'ffa-align-wrap': 'the answer is the documented one: rounding up does not wrap',
  'ffa-align-zero-panics': 'an alignment of 0 is a RangeError, not a division by zero',
  'ffa-align-not-pow2': 'an alignment that is no power of two is a RangeError',
  'ffa-size-zero': 'nothing is found for a size of 0',
  'overlaps-empty-range': 'an empty range overlaps nothing',
  'end-at-2^64': 'a range may end at 2^64: done, compared with the expected areas, and rolled back',
  'start + size > 2^64: a refusal instead of a panic': 'InvalidParam, as for the other operations',
  'protect-zero-size-corrupts': 'a protect of size 0 changes nothing and calls no backend',
  'unmap-contained-panics': 'BadState, set and table as before',
  'unmap-split-failure-loses-right': 'BadState, set and table as before',
  'unmap-shrink-left-failure-loses-area': 'BadState, set and table as before',
  'unmap-partial-failure': 'BadState, set and table as before',
  'shrink-failure-partial-pt': 'BadState, set and table as before',
  'map-overlap-failure-loses-old': 'BadState, set and table as before',
  'map-failure-no-rollback': 'BadState, set and table as before',
  'protect-ignores-backend-failure': 'BadState, set and table as before',
  'clear-partial-failure': 'BadState, set and table as before',
  'map-overlap-failure-loses-old, and undoing is refused as well':
    'the address whose mapping is refused lies in the old area too: BadState, set as before, untrusted is what could not be mapped again',
  'protect-ignores-backend-failure, and undoing is refused as well':
    'flags 0 are unmapped in this mock: BadState, set as before, untrusted is what could not be protected back',
  'after a corrupt state':
    'three hand-made sequences go on with a set that no set of ours can be, since it has an empty area (told in oddities.test.ts)',
}

const OVERFLOW = 'start + size > 2^64: a refusal instead of a panic'

/** By file: the number of sequences, and of operations by what becomes of them. */
const FILES: { readonly [name: string]: readonly [sequences: number, operations: Tally] } = {
  'mock-page': [50, { 'agreed': 5980, [OVERFLOW]: 14, 'overlaps-empty-range': 4, 'ffa-limit-end-ignored': 2 }],
  'mock-byte': [50, { 'agreed': 7469, [OVERFLOW]: 14, 'overlaps-empty-range': 2, 'ffa-limit-end-ignored': 15 }],
  'mock-mixed': [
    34,
    { 'agreed': 4058, [OVERFLOW]: 8, 'overlaps-empty-range': 1, 'ffa-limit-end-ignored': 4, 'ffa-skips-straddling-area': 9 },
  ],
  'null-small': [60, { 'agreed': 8960, [OVERFLOW]: 21, 'overlaps-empty-range': 3, 'ffa-limit-end-ignored': 16 }],
  'null-calls': [20, { 'agreed': 1796, [OVERFLOW]: 3, 'overlaps-empty-range': 1 }],
  'null-extreme': [
    27,
    {
      'agreed': 2493, [OVERFLOW]: 20, 'end-at-2^64': 143, 'overlaps-empty-range': 1, 'ffa-align-wrap': 40,
      'ffa-skips-straddling-area': 3,
    },
  ],
  'free': [
    40,
    {
      'agreed': 8155, 'ffa-limit-end-ignored': 360, 'ffa-skips-straddling-area': 48, 'ffa-align-wrap': 18,
      'ffa-align-zero-panics': 98, 'ffa-align-not-pow2': 99, 'ffa-size-zero': 102,
    },
  ],
  'mmap': [14, { 'agreed': 3639, [OVERFLOW]: 2, 'overlaps-empty-range': 1 }],
  'null-large': [1, { 'agreed': 5794, [OVERFLOW]: 2, 'overlaps-empty-range': 2, 'ffa-limit-end-ignored': 7 }],
  'mock-fail': [
    87,
    {
      'agreed': 3286, [OVERFLOW]: 3, 'overlaps-empty-range': 2, 'ffa-limit-end-ignored': 3, 'unmap-contained-panics': 62,
      'unmap-split-failure-loses-right': 3, 'unmap-shrink-left-failure-loses-area': 5, 'unmap-partial-failure': 1,
      'shrink-failure-partial-pt': 3, 'map-overlap-failure-loses-old': 2, 'map-failure-no-rollback': 21,
      'protect-ignores-backend-failure': 42, 'protect-ignores-backend-failure, and undoing is refused as well': 1,
      'clear-partial-failure': 15,
    },
  ],
  'fault': [
    87,
    {
      'agreed': 4828, [OVERFLOW]: 11, 'overlaps-empty-range': 2, 'ffa-limit-end-ignored': 2, 'unmap-contained-panics': 21,
      'unmap-split-failure-loses-right': 1, 'unmap-partial-failure': 3, 'map-overlap-failure-loses-old': 4,
      'map-overlap-failure-loses-old, and undoing is refused as well': 12, 'protect-ignores-backend-failure': 16,
      'clear-partial-failure': 8,
    },
  ],
  'directed': [
    67,
    {
      'agreed': 1306, [OVERFLOW]: 3, 'ffa-limit-end-ignored': 2, 'unmap-contained-panics': 10,
      'unmap-split-failure-loses-right': 32, 'unmap-shrink-left-failure-loses-area': 27, 'unmap-partial-failure': 4,
      'shrink-failure-partial-pt': 9, 'map-overlap-failure-loses-old': 1, 'map-failure-no-rollback': 5,
      'protect-ignores-backend-failure': 2, 'clear-partial-failure': 2,
    },
  ],
  'zero-protect': [14, { 'agreed': 282, [OVERFLOW]: 1, 'overlaps-empty-range': 1, 'protect-zero-size-corrupts': 14 }],
  'oddities': [
    33,
    {
      'agreed': 109, [OVERFLOW]: 1, 'end-at-2^64': 4, 'overlaps-empty-range': 3, 'ffa-limit-end-ignored': 3,
      'ffa-skips-straddling-area': 1, 'ffa-align-wrap': 3, 'ffa-align-zero-panics': 2, 'ffa-align-not-pow2': 3,
      'ffa-size-zero': 4, 'protect-zero-size-corrupts': 3, 'after a corrupt state': 11, 'unmap-contained-panics': 5,
      'unmap-split-failure-loses-right': 1, 'unmap-shrink-left-failure-loses-area': 1, 'unmap-partial-failure': 1,
      'map-overlap-failure-loses-old, and undoing is refused as well': 1, 'map-failure-no-rollback': 1,
      'protect-ignores-backend-failure': 3, 'clear-partial-failure': 2,
    },
  ],
}

function read(name: string): Sequence[] {
  const lines = gunzipSync(readFileSync(new URL(`vectors/set-${name}.jsonl.gz`, import.meta.url))).toString().trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Sequence)
}

describe('the recorded sequences', () => {
  it.each(Object.entries(FILES))('of %s', (name, [count, expected]) => {
    const sequences = read(name)
    const tally: Tally = {}
    for (const sequence of sequences) new Replay(sequence, tally).run()
    expect(sequences.length).toBe(count)
    expect(tally).toEqual(expected)
    // Every operation is counted exactly once.
    expect(Object.values(tally).reduce((sum, n) => sum + n, 0)).toBe(sequences.reduce((sum, { ops }) => sum + ops.length, 0))
  })

  it('have no difference without a reason, and no reason without a difference', () => {
    const tags = new Set(Object.values(FILES).flatMap(([, tally]) => Object.keys(tally)))
    tags.delete('agreed')
    expect([...tags].sort()).toEqual(Object.keys(DIFFERENCES).sort())
  })

  it('are 59627 operations, of which 58155 agree', () => {
    const tallies = Object.values(FILES).map(([, tally]) => tally)
    expect(tallies.reduce((sum, { agreed = 0 }) => sum + agreed, 0)).toBe(58155)
    expect(tallies.flatMap((tally) => Object.values(tally)).reduce((sum, n) => sum + n, 0)).toBe(59627)
  })
})
