/**
 * `fault` of a set: finds the area, asks its flags, then its backend.
 */

import { checkEqual, checkOk, checkRefused } from '../check.ts'
import type { ConformanceCase } from '../case.ts'

export const setFaultCases: readonly ConformanceCase[] = [
  {
    id: 'set/fault-checks',
    title: 'a fault outside of all areas, or one the flags do not permit, is refused before any backend hears of it',
    law: 'fault',
    run({ open }) {
      const bench = open()
      const set = bench.set({ permits: (flags, access) => flags === 0 || access === 'read' })
      checkOk(bench.map(set, 0, 4, 0), 'map [0, 4)')
      checkOk(bench.map(set, 4, 8, 1), 'map [4, 8) with flags that permit reading only')
      const before = bench.state(set)
      const calls = bench.recorded(() => {
        checkRefused(set.fault(bench.at(8), 'read'), 'BadState', 'no-area', 'a fault behind the last area')
        const error = checkRefused(set.fault(bench.at(5), 'write'), 'BadState', 'access-denied', 'a write that the flags deny')
        checkEqual(error.area?.start, bench.at(4), 'start of the area that denies')
      })
      checkEqual(calls, [], 'backend calls for refused faults')
      bench.checkUnchanged(before, set, 'refused faults')
    },
  },
  {
    id: 'set/fault-answered',
    title: 'a permitted fault is answered by the backend, twice as well as once; without a handler it is refused',
    law: 'fault',
    catches: ['B19 axmm replaces the page of a spurious fault by a zeroed one'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 4, 0), 'map [0, 4)')
      if (bench.bare.fault === undefined) {
        checkRefused(set.fault(bench.at(1), 'read'), 'BadState', 'no-fault-handler', 'a fault without a handler')
        return
      }
      const first = set.fault(bench.at(1), 'read')
      checkOk(first, 'a permitted fault')
      const after = bench.state(set)
      const second = set.fault(bench.at(1), 'read')
      checkOk(second, 'the same fault again')
      checkEqual(second.value, 'present', 'the answer to a spurious fault')
      bench.checkUnchanged(after, set, 'a spurious fault')
    },
  },
]
