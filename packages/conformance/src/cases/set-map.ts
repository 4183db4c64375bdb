/**
 * `map` of a set: overlaps, replacing, what a refusal tells.
 */

import { check, checkEqual, checkOk, checkRefused } from '../check.ts'
import type { ConformanceCase } from '../case.ts'

export const setMapCases: readonly ConformanceCase[] = [
  {
    id: 'set/map-beside',
    title: 'an area may touch others on both sides',
    law: 'overlap',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkEqual([set.size, set.isEmpty], [0, true], 'size of a fresh set')
      checkOk(bench.map(set, 8, 12, 0), 'map [8, 12)')
      checkOk(bench.map(set, 0, 4, 0), 'map [0, 4)')
      checkOk(bench.map(set, 4, 8, 1), 'map [4, 8)')
      checkEqual([set.size, set.isEmpty], [3, false], 'size of the set')
      const all = [{ start: 0, end: 4, flags: 0 }, { start: 4, end: 8, flags: 1 }, { start: 8, end: 12, flags: 0 }]
      checkEqual(bench.areas(set), all, 'areas in address order')
    },
  },
  {
    id: 'set/overlap-refused',
    title: 'a map over any part of an area is refused, names the first area in the way, and calls no backend',
    law: 'overlap',
    catches: ['B21 StarryOS unmaps for MAP_FIXED before it validates'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 4, 8, 0), 'map [4, 8)')
      checkOk(bench.map(set, 10, 12, 1), 'map [10, 12)')
      const before = bench.state(set)
      //        4   8 10 12
      //        [---) [--)
      const requests = [[4, 8, 4], [5, 6, 4], [0, 20, 4], [0, 5, 4], [7, 9, 4], [7, 11, 4], [9, 11, 10], [11, 20, 10]] as const
      const calls = bench.recorded(() => {
        for (const [start, end, inTheWay] of requests) {
          const error = checkRefused(bench.map(set, start, end), 'AlreadyExists', 'overlap', `map [${start}, ${end})`)
          checkEqual(error.area?.start, bench.at(inTheWay), `area in the way of [${start}, ${end})`)
          bench.checkUnchanged(before, set, `a refused map of [${start}, ${end})`)
        }
      })
      checkEqual(calls, [], 'backend calls for refused maps')
    },
  },
  {
    id: 'set/overlap-replaced',
    title: 'a replacing map cuts what it meets and leaves the rest as it was',
    law: 'overlap',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 6, 0), 'map [0, 6)')
      checkOk(bench.map(set, 8, 10, 1), 'map [8, 10)')
      checkOk(bench.map(set, 12, 20, 0), 'map [12, 20)')
      //  0     6  8 10  12      20
      //  [-----)  [-)   [-------)   old
      //      [--------------)       request [4, 16)
      checkOk(set.map(bench.at(4), bench.size(12), bench.flags(1), bench.other, { onOverlap: 'replace' }), 'replacing map of [4, 16)')
      const wanted = [{ start: 0, end: 4, flags: 0 }, { start: 4, end: 16, flags: 1 }, { start: 16, end: 20, flags: 0 }]
      checkEqual(bench.areas(set), wanted, 'areas after a replacing map')
      check(set.find(bench.at(5))?.backend === bench.other, 'the new area must have the new backend')
    },
  },
  {
    id: 'set/replace-inside',
    title: 'a replacing map inside one area leaves both of its sides',
    law: 'overlap',
    catches: ['B27 dosemu2#575: MAP_FIXED over what is mapped is not supported'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 12, 0), 'map [0, 12)')
      checkOk(set.map(bench.at(4), bench.size(4), bench.flags(1), bench.backend, { onOverlap: 'replace' }), 'replacing map of [4, 8)')
      const wanted = [{ start: 0, end: 4, flags: 0 }, { start: 4, end: 8, flags: 1 }, { start: 8, end: 12, flags: 0 }]
      checkEqual(bench.areas(set), wanted, 'areas after a replacing map')
    },
  },
  {
    id: 'set/replace-free-space',
    title: 'a replacing map where nothing is in the way is an ordinary map',
    law: 'overlap',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      const calls = bench.recorded(() => {
        checkOk(set.map(bench.at(0), bench.size(4), bench.flags(0), bench.backend, { onOverlap: 'replace' }), 'replacing map of free space')
      })
      checkEqual(calls, [{ verb: 'map', start: 0, end: 4, flags: 0 }], 'backend calls')
    },
  },
  {
    id: 'set/refusal-tells-reason',
    title: 'a refusal of the backend is handed on with its own reason, the range and the code BadState',
    law: 'refusals',
    catches: ['memory_set loses the cause: backends answer a bare bool'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 4), 'map [0, 4)')
      const before = bench.state(set)
      const refusal = { reason: 'out-of-frames', cause: 'told by the case' } as const
      bench.onCall = ({ verb }) => (verb === 'map' ? refusal : 'through')
      const error = checkRefused(bench.map(set, 8, 12), 'BadState', 'backend-refused', 'map that the backend refuses')
      checkEqual(error.refusal, refusal, 'the refusal handed on')
      checkEqual([error.range?.start, error.range?.end], [bench.at(8), bench.at(12)], 'the range of the request')
      bench.onCall = ({ verb }) => (verb === 'map' ? false : 'through')
      const bare = checkRefused(bench.map(set, 8, 12), 'BadState', 'backend-refused', 'map refused with false')
      checkEqual(bare.refusal, undefined, 'a refusal without a reason')
      bench.checkUnchanged(before, set, 'refused maps')
    },
  },
]
