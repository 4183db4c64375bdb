/**
 * Merging of equal neighbours: off unless asked for, then an invariant, and only where the backend allows it.
 */

import { checkEqual, checkOk } from '../check.ts'
import type { ConformanceCase } from '../case.ts'

const needsMerging = ({ canMerge }: { canMerge: boolean }): string | undefined => (canMerge ? undefined : 'areas never merge')

export const setMergeCases: readonly ConformanceCase[] = [
  {
    id: 'set/merge-off',
    title: 'unless asked for, equal neighbours stay apart',
    law: 'merging',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      for (const start of [0, 8, 4]) checkOk(bench.map(set, start, start + 4, 0), `map at ${start}`)
      checkEqual(bench.areas(set).map(({ start, end }) => [start, end]), [[0, 4], [4, 8], [8, 12]], 'areas')
    },
  },
  {
    id: 'set/merge-on',
    title: 'asked for, equal neighbours are one area, whichever operation made them neighbours; otherwise they stay apart',
    law: 'merging',
    run({ open, manifest }) {
      const bench = open()
      const set = bench.set({ merge: 'equal-neighbours' })
      const bounds = (): unknown => bench.areas(set).map(({ start, end }) => [start, end])
      checkOk(bench.map(set, 0, 4, 0), 'map [0, 4)')
      checkOk(bench.map(set, 8, 12, 0), 'map [8, 12)')
      checkEqual(bounds(), [[0, 4], [8, 12]], 'areas with a hole between them')
      checkOk(bench.map(set, 4, 8, 1), 'map [4, 8) with other flags')
      checkEqual(bounds(), [[0, 4], [4, 8], [8, 12]], 'neighbours with other flags')
      checkOk(bench.protect(set, 4, 8, 0), 'protect [4, 8) to the same flags')
      checkEqual(bounds(), manifest.canMerge ? [[0, 12]] : [[0, 4], [4, 8], [8, 12]], 'neighbours made equal by protect')
      checkOk(set.map(bench.at(4), bench.size(4), bench.flags(0), bench.backend, { onOverlap: 'replace' }), 'replacing map of [4, 8)')
      checkEqual(bounds(), manifest.canMerge ? [[0, 12]] : [[0, 4], [4, 8], [8, 12]], 'neighbours made equal by a replacing map')
      checkOk(bench.unmap(set, 5, 6), 'unmap [5, 6)')
      checkOk(bench.map(set, 5, 6, 0), 'map [5, 6)')
      checkEqual(bounds(), manifest.canMerge ? [[0, 12]] : [[0, 4], [4, 5], [5, 6], [6, 8], [8, 12]], 'neighbours made equal by a map')
      set.checkInvariants()
    },
  },
  {
    id: 'set/merge-needs-permission',
    title: 'neighbours with different flags or different backends are never merged',
    law: 'merging',
    catches: ['B22 phoenix-rtos merges an area with pages shared by a forked child'],
    run({ open }) {
      const bench = open()
      const set = bench.set({ merge: 'equal-neighbours' })
      checkOk(bench.map(set, 0, 4, 0), 'map [0, 4)')
      checkOk(bench.map(set, 4, 8, 1), 'map [4, 8) with other flags')
      checkOk(bench.map(set, 8, 12, 1, bench.other), 'map [8, 12) with another backend')
      const areas = [{ start: 0, end: 4, flags: 0 }, { start: 4, end: 8, flags: 1 }, { start: 8, end: 12, flags: 1 }]
      checkEqual(bench.areas(set), areas, 'areas')
    },
  },
  {
    id: 'set/merge-then-cut',
    title: 'a merged area is cut and changed like one that was mapped at once',
    law: 'merging',
    catches: ['B22 asterinas removes the next area while it merges in protect'],
    unsupported: needsMerging,
    run({ open }) {
      const bench = open()
      const set = bench.set({ merge: 'equal-neighbours' })
      for (const start of [0, 4, 8, 12]) checkOk(bench.map(set, start, start + 4, 0), `map at ${start}`)
      checkOk(bench.protect(set, 2, 6, 1), 'protect [2, 6)')
      checkOk(bench.unmap(set, 7, 13), 'unmap [7, 13)')
      const cut = [{ start: 0, end: 2, flags: 0 }, { start: 2, end: 6, flags: 1 }, { start: 6, end: 7, flags: 0 }, { start: 13, end: 16, flags: 0 }]
      checkEqual(bench.areas(set), cut, 'areas after cuts')
      checkOk(bench.protect(set, 0, 16, 1), 'protect [0, 16)')
      checkEqual(bench.areas(set), [{ start: 0, end: 7, flags: 1 }, { start: 13, end: 16, flags: 1 }], 'areas after protect of all')
    },
  },
]
