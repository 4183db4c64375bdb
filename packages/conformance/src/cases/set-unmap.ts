/**
 * `unmap` and `clear` of a set: holes, cuts, which calls a backend gets.
 */

import { checkEqual, checkOk } from '../check.ts'
import type { ConformanceCase } from '../case.ts'

export const setUnmapCases: readonly ConformanceCase[] = [
  {
    id: 'set/unmap-pieces',
    title: 'unmap takes the head, the middle, the tail or all of an area',
    law: 'unmap',
    catches: ['B27 Emscripten: munmap takes exactly what mmap gave, and no part of it'],
    run({ open }) {
      //  0           12
      //  [-----------)
      const requests = [
        [0, 4, [[4, 12]]], [4, 8, [[0, 4], [8, 12]]], [8, 12, [[0, 8]]], [0, 12, []], [-4, 4, [[4, 12]]], [8, 16, [[0, 8]]], [-4, 16, []],
        [-4, 0, [[0, 12]]], [12, 16, [[0, 12]]],
      ] as const
      for (const [start, end, left] of requests) {
        const bench = open()
        const set = bench.set()
        checkOk(bench.map(set, 0, 12, 1), 'map [0, 12)')
        checkOk(bench.unmap(set, start, end), `unmap [${start}, ${end})`)
        checkEqual(bench.areas(set), left.map(([from, to]) => ({ start: from, end: to, flags: 1 })), `areas after unmap [${start}, ${end})`)
      }
    },
  },
  {
    id: 'set/unmap-holes',
    title: 'unmap ignores holes, and calls each backend once for exactly what it holds of the range',
    law: 'holes',
    catches: ['B23 coconut-svsm never gets past an absent page'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      for (const [start, end] of [[2, 6], [8, 10], [14, 20]] as const) checkOk(bench.map(set, start, end, 0), `map [${start}, ${end})`)
      const calls = bench.recorded(() => checkOk(bench.unmap(set, 4, 16), 'unmap [4, 16)'))
      const ranges = calls.map(({ verb, start, end }) => [verb, start, end]).sort((a, b) => Number(a[1]) - Number(b[1]))
      checkEqual(ranges, [['unmap', 4, 6], ['unmap', 8, 10], ['unmap', 14, 16]], 'backend calls')
      checkEqual(bench.areas(set), [{ start: 2, end: 4, flags: 0 }, { start: 16, end: 20, flags: 0 }], 'areas left')
      checkEqual(bench.recorded(() => checkOk(bench.unmap(set, 5, 15), 'unmap of nothing')), [], 'backend calls for nothing')
    },
  },
  {
    id: 'set/clear',
    title: 'clear unmaps every area, and the set is as good as new',
    law: 'clear',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(set.clear(), 'clear of an empty set')
      for (let start = 0; start < 40; start += 4) {
        checkOk(bench.map(set, start, start + 3, start / 4, start % 8 === 0 ? bench.backend : bench.other), `map at ${start}`)
      }
      checkOk(set.clear(), 'clear')
      checkEqual([set.size, set.isEmpty, bench.areas(set), bench.table()], [0, true, [], []], 'set and table after clear')
      checkOk(bench.map(set, 0, 40, 0), 'map over all that was cleared')
    },
  },
]
