/**
 * The search for free space: hints, limits, alignment, gaps, guards, both directions, against a finder that tries every
 * start.
 */

import type { Bench } from '../bench.ts'
import { check, checkEqual, checkOk } from '../check.ts'
import type { ConformanceCase } from '../case.ts'
import { findFreeByTrying } from '../model/free-space.ts'
import type { FreeQuery, Taken } from '../model/free-space.ts'
import { Random } from '../model/random.ts'

const WINDOW = 64
const ROUNDS = 40
const QUERIES = 40

type Place = 'start' | 'middle' | 'end'

export const setFindFreeCases: readonly ConformanceCase[] = [
  {
    id: 'set/find-free-limit',
    title: 'the result lies inside the limit, also in front of a later area, and behind a hint beyond it there is none',
    law: 'find free',
    catches: ['B6 memory_set ignores the upper end of the limit when a later area exists'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 16, 32), 'map [16, 32)')
      checkOk(bench.map(set, 144, 160), 'map [144, 160)')
      const find = (size: number, hint: number, start: number, end: number): bigint | undefined =>
        set.findFreeArea(bench.size(size), { hint: bench.at(hint), limit: bench.range(start, end), align: bench.granule })
      checkEqual(find(16, 16, 16, 32), undefined, 'free space inside a full limit')
      checkEqual(find(17, 32, 32, 48), undefined, 'free space larger than the limit')
      checkEqual(find(16, 32, 32, 48), bench.at(32), 'free space that fills the limit')
      checkEqual(find(16, 64, 32, 64), undefined, 'free space at a hint behind the limit')
      checkEqual(find(4, 0, 32, 64), bench.at(32), 'free space with a hint in front of the limit')
      checkEqual(find(1, 16, 0, 160), bench.at(32), 'free space with a hint inside an area')
    },
  },
  {
    id: 'set/find-free-align',
    title: 'a start moved up for its alignment does not jump over an area',
    law: 'find free',
    catches: ['B7 memory_set skips areas between the old and the aligned candidate'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 24), 'map [0, 24)')
      checkOk(bench.map(set, 24, 80), 'map [24, 80)')
      const limit = bench.range(0, 256)
      const find = (hint: number, size: number): bigint | undefined =>
        set.findFreeArea(bench.size(size), { hint: bench.at(hint), limit, align: bench.size(16) })
      checkEqual(find(16, 16), bench.at(80), 'aligned free space behind two areas')
      checkOk(bench.unmap(set, 24, 28), 'unmap [24, 28)')
      checkEqual(find(16, 16), bench.at(80), 'aligned free space with a gap too small')
      checkOk(bench.unmap(set, 28, 49), 'unmap [28, 49)')
      checkEqual(find(0, 16), bench.at(32), 'aligned free space inside the gap')
      checkEqual(find(33, 16), bench.at(80), 'aligned free space with a hint behind the fit')
      checkEqual(set.findFreeArea(bench.size(17), { limit, align: bench.size(16) }), undefined, 'a size that is no multiple of the alignment')
    },
  },
  {
    id: 'set/find-free-down',
    title: 'downwards, the highest start whose end is at or below the hint, or the end of the limit',
    law: 'find free',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 16, 32), 'map [16, 32)')
      const find = (size: number, hint: number | undefined, start: number, end: number): bigint | undefined =>
        set.findFreeArea(bench.size(size), {
          direction: 'down', limit: bench.range(start, end), align: bench.granule, ...(hint !== undefined && { hint: bench.at(hint) }),
        })
      checkEqual(find(4, undefined, 0, 64), bench.at(60), 'the highest free space of the limit')
      checkEqual(find(4, 50, 0, 64), bench.at(46), 'the highest free space below a hint')
      checkEqual(find(4, 35, 0, 64), bench.at(12), 'free space below the area')
      checkEqual(find(4, 36, 0, 64), bench.at(32), 'free space that fits exactly above the area')
      checkEqual(find(17, 48, 0, 64), undefined, 'free space that fits nowhere below')
      checkEqual(find(4, 200, 0, 64), bench.at(60), 'free space with a hint above the limit')
    },
  },
  {
    id: 'set/find-free-gap',
    title: 'a gap keeps areas away below and above, guards of areas do the same, and a fixed map ignores guards',
    law: 'find free',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      const limit = bench.range(0, 64)
      const find = (size: number, direction: 'up' | 'down', below: number, above: number): bigint | undefined =>
        set.findFreeArea(bench.size(size), { direction, limit, align: bench.granule, gap: { below: bench.size(below), above: bench.size(above) } })
      const guards = { below: bench.size(2), above: bench.size(3) }
      checkOk(set.map(bench.at(10), bench.size(10), bench.flags(0), bench.backend, { guards }), 'map [10, 20) with guards')
      checkEqual(find(8, 'up', 0, 0), bench.at(0), 'free space below the guard')
      checkEqual(find(9, 'up', 0, 0), bench.at(23), 'free space above the guard')
      checkEqual(find(9, 'up', 5, 0), bench.at(25), 'free space with a gap wider than the guard')
      checkEqual(find(41, 'down', 0, 0), bench.at(23), 'the rest of the limit above the guard')
      checkEqual(find(42, 'down', 0, 0), undefined, 'more than there is above the guard')
      checkEqual(find(6, 'up', 0, 5), bench.at(23), 'free space with a gap above that does not fit below the area')
      checkOk(bench.map(set, 20, 22), 'a fixed map inside the guard')
      checkEqual(set.find(bench.at(12))?.guards, guards, 'guards of the area')
    },
  },
  {
    id: 'set/find-free-offset',
    title: 'with an offset to the alignment, the start is that much above a multiple',
    law: 'find free',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      const limit = bench.range(0, 64)
      checkOk(bench.map(set, 0, 4), 'map [0, 4)')
      const options = { limit, align: bench.size(16), alignOffset: bench.size(3) }
      checkEqual(set.findFreeArea(bench.size(16), options), bench.at(19), 'lowest free space at 3 above a multiple of 16')
      checkEqual(set.findFreeArea(bench.size(16), { ...options, direction: 'down' }), bench.at(35), 'highest one')
    },
  },
  {
    id: 'set/find-free-mistakes',
    title: 'an alignment that is no power of two is a mistake of the calling program',
    law: 'find free',
    catches: ['memory_set divides by an alignment of 0, and answers 1 for an alignment of 3'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      for (const align of [0n, 3n, 6n, -1n]) {
        let thrown: unknown
        try {
          set.findFreeArea(bench.size(1), { align })
        } catch (error) {
          thrown = error
        }
        check(thrown instanceof RangeError, `alignment ${align}: expected a RangeError`)
      }
    },
  },
  ...(['start', 'middle', 'end'] as const).map((place): ConformanceCase => ({
    id: `set/find-free-model-${place}`,
    title: `random areas at the ${place} of the space: the start found is the one that trying all finds`,
    law: 'find free',
    catches: ['B6', 'B7', 'memory_set wraps to 0 when it rounds up at the end of the space'],
    run({ open }) {
      for (let seed = 1; seed <= ROUNDS; seed++) againstTrying(open(), place, seed)
    },
  })),
]

function againstTrying<F, P>(bench: Bench<F, P>, place: Place, seed: number): void {
  const random = new Random(seed)
  const { space } = bench.manifest
  if (place === 'start') bench.base = space.start
  if (place === 'end') bench.base = space.end - bench.size(WINDOW)
  const set = bench.set()
  const areas: Taken[] = []
  for (let at = random.below(6); at < WINDOW; at += random.below(9)) {
    const end = Math.min(WINDOW, at + random.between(1, 6))
    const isGuarded = random.oneIn(4)
    const area = { start: at, end, below: isGuarded ? random.below(3) : 0, above: isGuarded ? random.below(3) : 0 }
    const guards = { below: bench.size(area.below), above: bench.size(area.above) }
    checkOk(set.map(bench.at(at), bench.size(end - at), bench.flags(0), bench.backend, { guards }), `map [${at}, ${end})`)
    areas.push(area)
    at = end
  }
  const origin = Number((bench.base / bench.granule) % 64n)
  for (let count = 0; count < QUERIES; count++) {
    const query = randomQuery(random)
    const expected = findFreeByTrying(areas, query, origin)
    const found = set.findFreeArea(bench.size(query.size), {
      limit: bench.range(query.limit.start, query.limit.end),
      align: bench.size(query.align),
      alignOffset: bench.size(query.alignOffset),
      direction: query.direction,
      gap: { below: bench.size(query.gap.below), above: bench.size(query.gap.above) },
      ...(query.hint !== undefined && { hint: bench.base + bench.size(query.hint) }),
    })
    checkEqual(found === undefined ? undefined : bench.granuleOf(found), expected,
      `seed ${seed}, free space for ${JSON.stringify(query)} among ${JSON.stringify(areas)}`)
  }
}

function randomQuery(random: Random): FreeQuery {
  const [one, other] = [random.between(0, WINDOW), random.between(0, WINDOW)]
  const isWide = random.oneIn(2)
  const align = random.pick([1, 1, 2, 4, 8])
  const hasGap = random.oneIn(3)
  return {
    size: random.oneIn(8) ? random.between(1, 12) : align * random.between(1, 3),
    limit: isWide ? { start: 0, end: WINDOW } : { start: Math.min(one, other), end: Math.max(one, other) },
    align,
    alignOffset: random.oneIn(3) ? random.below(align) : 0,
    direction: random.pick(['up', 'down']),
    gap: { below: hasGap ? random.below(4) : 0, above: hasGap ? random.below(4) : 0 },
    ...(random.oneIn(2) && { hint: random.between(0, WINDOW) }),
  }
}
