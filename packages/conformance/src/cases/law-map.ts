/**
 * `map` of a backend: laws L1 and L2.
 */

import { checkEqual } from '../check.ts'
import type { ConformanceCase } from '../case.ts'
import { checkDeclined, checkDeclinedUnchanged, checkDone, Direct } from './direct.ts'
import { needsEagerTable, needsRefusals, needsRefusalsAndTable } from './needs.ts'

export const lawMapCases: readonly ConformanceCase[] = [
  {
    id: 'law/map-covers-range',
    title: 'map covers the first and the last byte of the range and nothing beside it',
    law: 'L4',
    unsupported: needsEagerTable,
    run({ open }) {
      const bench = open()
      checkDone(new Direct(bench).map(4, 8, 1), 'map [4, 8)')
      checkEqual(bench.table(), bench.shown([{ start: 4, end: 8, flags: 1 }]), 'table after map [4, 8)')
    },
  },
  {
    id: 'law/map-beside-mapped',
    title: 'map takes a range that touches mapped ones on both sides',
    law: 'L2',
    run({ open, manifest }) {
      const bench = open()
      const direct = new Direct(bench)
      checkDone(direct.map(0, 4, 0), 'map [0, 4)')
      checkDone(direct.map(8, 12, 0), 'map [8, 12)')
      checkDone(direct.map(4, 8, 1), 'map [4, 8) between the two')
      if (manifest.hasTable && !manifest.isLazy) {
        const all = [{ start: 0, end: 4, flags: 0 }, { start: 4, end: 8, flags: 1 }, { start: 8, end: 12, flags: 0 }]
        checkEqual(bench.table(), bench.shown(all), 'table after three maps')
      }
    },
  },
  {
    id: 'law/map-needs-unmapped',
    title: 'map refuses a range of which any part is mapped',
    law: 'L2',
    unsupported: needsRefusals,
    run({ open }) {
      //        4   8
      //        [---)          mapped
      //  same  [---)  inside  5 6  around [0, 12)  head [0, 5)  tail [7, 12)
      for (const [start, end] of [[4, 8], [5, 6], [0, 12], [0, 5], [7, 12]] as const) {
        const bench = open()
        const direct = new Direct(bench)
        checkDone(direct.map(4, 8), 'map [4, 8)')
        checkDeclined(direct.map(start, end), `map [${start}, ${end}) over [4, 8)`)
      }
    },
  },
  {
    id: 'law/map-refused-changed-nothing',
    title: 'a map refused for its first, a middle or its last granule leaves the table as it was',
    law: 'L1',
    catches: ['the mock of memory_set writes the entries in front of the one in the way'],
    unsupported: needsRefusalsAndTable,
    run({ open }) {
      for (const taken of [0, 3, 7]) {
        const bench = open()
        const direct = new Direct(bench)
        checkDone(direct.map(taken, taken + 1, 1), `map granule ${taken}`)
        checkDeclinedUnchanged(bench, () => direct.map(0, 8, 0), `map [0, 8) with granule ${taken} taken`)
      }
    },
  },
  {
    id: 'law/every-flags-is-mapped',
    title: 'a range mapped with any flags, 0 among them, counts as mapped until it is unmapped',
    law: 'L2',
    catches: ['the mock of memory_set cannot tell flags 0 from unmapped'],
    run({ open, manifest }) {
      for (const index of manifest.flags.keys()) {
        const bench = open()
        const direct = new Direct(bench)
        checkDone(direct.map(0, 4, index), `map with flags #${index}`)
        if (manifest.hasTable && !manifest.isLazy) {
          checkEqual(bench.table(), bench.shown([{ start: 0, end: 4, flags: index }]), `table after map with flags #${index}`)
        }
        if (needsRefusals(manifest) === undefined) checkDeclined(direct.map(1, 2, 0), `map over flags #${index}`)
        checkDone(direct.unmap(0, 4), `unmap of flags #${index}`)
        checkDone(direct.map(0, 4, index), `map again with flags #${index}`)
        checkDone(direct.unmap(0, 4), `unmap again of flags #${index}`)
        checkEqual(bench.table(), [], 'table after unmap')
      }
    },
  },
]
