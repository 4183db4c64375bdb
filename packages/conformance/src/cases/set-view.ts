/**
 * What can be asked of a set: lookups, ranges, iteration, areas as values, snapshots.
 */

import { check, checkEqual, checkOk, checkThrows } from '../check.ts'
import type { ConformanceCase } from '../case.ts'

/** Enough for any index to have several levels. */
const MANY = 600

export const setViewCases: readonly ConformanceCase[] = [
  {
    id: 'set/find',
    title: 'find gives the area that contains the address: its first and last byte do, its end does not',
    law: 'find',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 4, 8, 0), 'map [4, 8)')
      checkOk(bench.map(set, 8, 10, 1), 'map [8, 10)')
      const found = [3, 4, 7, 8, 9, 10].map((at) => {
        const area = set.find(bench.at(at))
        return area === undefined ? undefined : bench.piece(area).start
      })
      checkEqual(found, [undefined, 4, 4, 8, 8, undefined], 'starts of the areas at 3, 4, 7, 8, 9, 10')
    },
  },
  {
    id: 'set/overlaps-empty-range',
    title: 'an empty range overlaps nothing, whether inside, at the edge of or outside an area',
    law: 'size 0',
    catches: ['memory_set answers true for an empty range inside an area'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 4, 8), 'map [4, 8)')
      for (const at of [0, 4, 6, 8, 12]) {
        checkEqual(set.overlaps(bench.range(at, at)), false, `overlaps of the empty range at ${at}`)
        checkEqual(Array.from(set.areasIn(bench.range(at, at))).length, 0, `areas in the empty range at ${at}`)
      }
      const answers = [[0, 4], [0, 5], [5, 6], [7, 12], [8, 12], [0, 12]].map(([start = 0, end = 0]) => set.overlaps(bench.range(start, end)))
      checkEqual(answers, [false, true, true, true, false, true], 'overlaps of ranges with something in them')
    },
  },
  {
    id: 'set/iterate-range',
    title: 'iteration in a range gives the areas that intersect it, uncut and in order',
    law: 'iteration',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      for (let start = 0; start < 40; start += 4) checkOk(bench.map(set, start, start + 3, start / 4), `map at ${start}`)
      const starts = (start: number, end: number): number[] => Array.from(set.areasIn(bench.range(start, end)), (area) => bench.piece(area).start)
      checkEqual(starts(5, 14), [4, 8, 12], 'areas in [5, 14)')
      checkEqual(starts(7, 12), [8], 'areas in [7, 12)')
      checkEqual(starts(3, 4), [], 'areas in a hole')
      checkEqual(starts(-8, 80), bench.areas(set).map(({ start }) => start), 'areas in a range around all')
    },
  },
  {
    id: 'set/areas-are-values',
    title: 'an area once given stays what it was, whatever happens to the set',
    law: 'areas',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 12, 0), 'map [0, 12)')
      const area = set.find(bench.at(0))
      check(area !== undefined, 'the area at 0')
      check(set.find(bench.at(5))?.equals(area) === true, 'two lookups of one area give equal ones')
      checkOk(bench.protect(set, 4, 8, 1), 'protect [4, 8)')
      checkOk(set.clear(), 'clear')
      for (let start = 0; start < 200; start += 2) checkOk(bench.map(set, start, start + 1, 1), `map at ${start}`)
      checkEqual([bench.piece(area), area.size], [{ start: 0, end: 12, flags: 0 }, bench.size(12)], 'the area after later changes')
    },
  },
  {
    id: 'set/snapshot',
    title: 'a snapshot answers all queries as of its moment, beside later changes and other snapshots',
    law: 'snapshot',
    catches: ['B24 Unicorn#2043: snapshots and protect exclude each other'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      for (let start = 0; start < 80; start += 4) checkOk(bench.map(set, start, start + 3, start / 4), `map at ${start}`)
      const areasThen = bench.areas(set)
      const snapshot = set.snapshot()
      checkOk(bench.unmap(set, 2, 50), 'unmap [2, 50)')
      const second = set.snapshot()
      const areasBetween = bench.areas(set)
      checkOk(bench.map(set, 2, 48, 1, bench.other), 'map [2, 48)')
      checkOk(bench.protect(set, 52, 61, 1), 'protect [52, 61)')
      const all = (view: typeof snapshot): unknown => Array.from(view, (area) => bench.piece(area))
      checkEqual([all(snapshot), snapshot.size, snapshot.isEmpty], [areasThen, 20, false], 'areas of the snapshot')
      checkEqual(all(second), areasBetween, 'areas of the second snapshot')
      checkEqual(snapshot.find(bench.at(5))?.start, bench.at(4), 'an area found in the snapshot')
      checkEqual([snapshot.overlaps(bench.range(3, 4)), set.overlaps(bench.range(3, 4))], [false, true], 'overlaps of snapshot and set')
      const limit = bench.range(0, 80)
      checkEqual(snapshot.findFreeArea(bench.size(1), { limit, align: bench.granule }), bench.at(3), 'free space of the snapshot')
      checkEqual(Array.from(snapshot.areasIn(bench.range(3, 8)), (area) => bench.piece(area).start), [4], 'areas in a range of the snapshot')
      snapshot.dispose()
      checkEqual(all(second), areasBetween, 'areas of the second snapshot after the first is released')
      second.dispose()
      checkOk(set.clear(), 'clear after all are released')
    },
  },
  {
    id: 'set/many-areas',
    title: 'hundreds of areas, made and removed in scattered order, are kept in order and found again',
    law: 'cost',
    run({ open, manifest }) {
      const bench = open()
      const set = bench.set()
      // A multiplier without a common factor visits every place once, far from the one before.
      const places = Array.from({ length: MANY }, (_, index) => (index * 7 + 3) * 241 % MANY)
      const isRoomy = manifest.space.end - manifest.space.start >= bench.size(MANY * 2 + 1024)
      const step = isRoomy ? 2 : 1
      for (const place of places) checkOk(bench.map(set, place * step, place * step + 1, place % 2), `map at ${place * step}`)
      set.checkInvariants()
      const all = Array.from({ length: MANY }, (_, place) => ({ start: place * step, end: place * step + 1, flags: place % 2 }))
      checkEqual(bench.areas(set), all, 'areas')
      for (const place of places) checkEqual(set.find(bench.at(place * step))?.start, bench.at(place * step), `area at ${place * step}`)
      for (const place of places.slice(0, MANY / 2)) checkOk(bench.unmap(set, place * step, place * step + 1), `unmap at ${place * step}`)
      set.checkInvariants()
      const left = new Set(places.slice(MANY / 2))
      checkEqual(bench.areas(set), all.filter((_, place) => left.has(place)), 'areas left')
    },
  },
  {
    id: 'set/caller-mistakes',
    title: 'what is no address, size or range is thrown, naming the argument, and changes nothing',
    law: 'mistakes',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 4), 'map [0, 4)')
      const before = bench.state(set)
      const mistakes: readonly [string, () => unknown][] = [
        ['"size"', () => set.map(bench.at(8), -1n, bench.flags(0), bench.backend)],
        ['"size"', () => set.unmap(bench.at(0), -1n)],
        ['"size"', () => set.protect(bench.at(0), -1n, () => undefined)],
        ['range', () => set.overlaps({ start: bench.at(4), end: bench.at(0) })],
        ['range', () => set.areasIn({ start: bench.at(4), end: bench.at(0) })],
      ]
      for (const [name, act] of mistakes) {
        const thrown = checkThrows(act, `a call with a wrong ${name}`)
        check(thrown instanceof RangeError || thrown instanceof TypeError, `a wrong ${name}: expected a RangeError or TypeError`)
        check(thrown.message.includes(name), `a wrong ${name} must be named, got: ${thrown.message}`)
      }
      bench.checkUnchanged(before, set, 'mistakes of the caller')
    },
  },
]
