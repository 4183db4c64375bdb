/**
 * `protect` of a set: which areas are asked and changed, holes, the function from old flags to new ones.
 */

import { check, checkEqual, checkOk, checkRefused } from '../check.ts'
import type { ConformanceCase } from '../case.ts'

export const setProtectCases: readonly ConformanceCase[] = [
  {
    id: 'set/protect-pieces',
    title: 'protect changes the head, the middle, the tail or all of an area, in set and table',
    law: 'protect',
    run({ open }) {
      //  0           12
      //  [-----------)
      const requests = [
        [0, 4, [[0, 4, 1], [4, 12, 0]]], [4, 8, [[0, 4, 0], [4, 8, 1], [8, 12, 0]]], [8, 12, [[0, 8, 0], [8, 12, 1]]],
        [0, 12, [[0, 12, 1]]], [-4, 16, [[0, 12, 1]]], [-4, 0, [[0, 12, 0]]], [12, 16, [[0, 12, 0]]],
      ] as const
      for (const [start, end, wanted] of requests) {
        const bench = open()
        const set = bench.set()
        checkOk(bench.map(set, 0, 12, 0), 'map [0, 12)')
        checkOk(bench.protect(set, start, end, 1), `protect [${start}, ${end})`)
        checkEqual(bench.areas(set), wanted.map(([from, to, flags]) => ({ start: from, end: to, flags })), `areas after protect [${start}, ${end})`)
        bench.checkCommon(`after protect [${start}, ${end})`)
      }
    },
  },
  {
    id: 'set/protect-callback-scope',
    title: 'the function is called once for each area that intersects the range, in order, and for no other',
    law: 'protect',
    catches: ['B11 memory_set calls it for areas outside of the range'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      for (let start = 0; start < 40; start += 4) checkOk(bench.map(set, start, start + 3, (start / 4) % 2), `map at ${start}`)
      for (const answer of ['new flags', 'undefined'] as const) {
        const seen: [number, number][] = []
        const result = set.protect(bench.at(9), bench.size(9), (flags, area) => {
          check(bench.flagsIndex(flags) === bench.flagsIndex(area.flags), 'the flags given are the flags of the area given')
          seen.push([bench.granuleOf(area.start), bench.flagsIndex(flags)])
          return answer === 'undefined' ? undefined : flags
        })
        checkOk(result, 'protect [9, 18)')
        checkEqual(seen.map(([start]) => Math.floor(start / 4)), [2, 3, 4], `areas asked, answering ${answer}`)
        checkEqual(seen.map(([, flags]) => flags), [0, 1, 0], `flags given, answering ${answer}`)
      }
      let asked = 0
      checkOk(set.protect(bench.at(3), bench.size(1), () => { asked += 1; return undefined }), 'protect of a hole between two areas')
      checkEqual(asked, 0, 'calls for a hole between two areas')
    },
  },
  {
    id: 'set/protect-undefined-leaves-alone',
    title: 'an area for which the function answers undefined is neither cut nor shown to its backend',
    law: 'protect',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 8, 0), 'map [0, 8)')
      checkOk(bench.map(set, 8, 16, 1), 'map [8, 16)')
      const before = bench.state(set)
      const untouched = bench.recorded(() => checkOk(set.protect(bench.at(4), bench.size(8), () => undefined), 'protect that leaves all alone'))
      checkEqual(untouched, [], 'backend calls')
      bench.checkUnchanged(before, set, 'a protect that leaves all alone')
      const one = bench.recorded(() => {
        const result = set.protect(bench.at(4), bench.size(8), (_flags, area) => (area.start === bench.at(0) ? bench.flags(1) : undefined))
        checkOk(result, 'protect that changes the first area only')
      })
      checkEqual(one, [{ verb: 'protect', start: 4, end: 8, flags: 1 }], 'backend calls')
      checkEqual(bench.areas(set), [{ start: 0, end: 4, flags: 0 }, { start: 4, end: 8, flags: 1 }, { start: 8, end: 16, flags: 1 }], 'areas')
    },
  },
  {
    id: 'set/protect-holes-skipped',
    title: 'protect skips holes unless told otherwise, and succeeds where there is nothing at all',
    law: 'holes',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.protect(set, 0, 20, 1), 'protect of an empty set')
      checkOk(bench.map(set, 2, 6, 0), 'map [2, 6)')
      checkOk(bench.map(set, 10, 14, 0), 'map [10, 14)')
      checkOk(bench.protect(set, 0, 20, 1), 'protect over holes')
      checkEqual(bench.areas(set), [{ start: 2, end: 6, flags: 1 }, { start: 10, end: 14, flags: 1 }], 'areas')
      checkOk(bench.protect(set, 6, 10, 0), 'protect of a hole')
      checkEqual(bench.areas(set), [{ start: 2, end: 6, flags: 1 }, { start: 10, end: 14, flags: 1 }], 'areas after protect of a hole')
    },
  },
  {
    id: 'set/protect-holes-refused',
    title: 'asked to refuse holes, protect refuses one at the start, inside or at the end, before any change',
    law: 'holes',
    catches: ['B21 tgoskits changes the part in front of the hole', 'Linux leaves the prefix changed'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 2, 6, 0), 'map [2, 6)')
      checkOk(bench.map(set, 6, 8, 1), 'map [6, 8)')
      checkOk(bench.map(set, 10, 14, 0), 'map [10, 14)')
      const before = bench.state(set)
      const protect = (start: number, end: number): ReturnType<typeof set.protect> =>
        set.protect(bench.at(start), bench.size(end - start), () => bench.flags(1), { holes: 'refuse' })
      const calls = bench.recorded(() => {
        for (const [start, end] of [[1, 4], [4, 12], [12, 15], [8, 10], [20, 24], [0, 40]] as const) {
          checkRefused(protect(start, end), 'InvalidParam', 'hole', `protect [${start}, ${end})`)
          bench.checkUnchanged(before, set, `a refused protect of [${start}, ${end})`)
        }
      })
      checkEqual(calls, [], 'backend calls for refused protects')
      checkOk(protect(3, 8), 'protect [3, 8), without a hole')
      const changed = [{ start: 2, end: 3, flags: 0 }, { start: 3, end: 6, flags: 1 }, { start: 6, end: 8, flags: 1 }, { start: 10, end: 14, flags: 0 }]
      checkEqual(bench.areas(set), changed, 'areas')
    },
  },
  {
    id: 'set/protect-there-and-back',
    title: 'protecting part of an area there and back leaves the same table, and the same areas where neighbours merge',
    law: 'merging',
    run({ open, manifest }) {
      for (const merge of ['never', 'equal-neighbours'] as const) {
        const bench = open()
        const set = bench.set({ merge })
        checkOk(bench.map(set, 0, 12, 0), 'map [0, 12)')
        const before = bench.state(set)
        checkOk(bench.protect(set, 4, 8, 1), 'protect [4, 8)')
        checkOk(bench.protect(set, 4, 8, 0), 'protect [4, 8) back')
        const isMerged = merge === 'equal-neighbours' && manifest.canMerge
        const pieces = [{ start: 0, end: 4, flags: 0 }, { start: 4, end: 8, flags: 0 }, { start: 8, end: 12, flags: 0 }]
        checkEqual(bench.areas(set), isMerged ? before.areas : pieces, `areas after protect there and back, merging ${merge}`)
        checkEqual(bench.table(), before.table, 'table after protect there and back')
      }
    },
  },
]
