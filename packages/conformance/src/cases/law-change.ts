/**
 * `unmap` and `protect` of a backend: laws L1, L3, L4 and L5.
 */

import { AddrRange } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { Bench } from '../bench.ts'
import { checkEqual } from '../check.ts'
import type { ConformanceCase } from '../case.ts'
import { checkDeclined, checkDeclinedUnchanged, checkDone, Direct } from './direct.ts'
import { needsEagerTable, needsRefusalsAndTable } from './needs.ts'

/** Unmapped granules of [0, 8): at its start, inside, at its end. */
const HOLES = [0, 3, 7]

const acceptsEverything = ({ canRefuse, isLazy }: { canRefuse: boolean; isLazy: boolean }): string | undefined =>
  canRefuse || isLazy ? undefined : 'it accepts everything'

export const lawChangeCases: readonly ConformanceCase[] = [
  {
    id: 'law/unmap-covers-range',
    title: 'unmap clears the first and the last byte of the range and nothing beside it',
    law: 'L4',
    unsupported: needsEagerTable,
    run({ open }) {
      const bench = open()
      const direct = new Direct(bench)
      checkDone(direct.map(0, 12, 1), 'map [0, 12)')
      checkDone(direct.unmap(4, 8), 'unmap [4, 8)')
      const left = [{ start: 0, end: 4, flags: 1 }, { start: 8, end: 12, flags: 1 }]
      checkEqual(bench.table(), bench.shown(left), 'table after unmap [4, 8)')
    },
  },
  {
    id: 'law/protect-covers-range',
    title: 'protect changes the first and the last byte of the range and nothing beside it',
    law: 'L4',
    unsupported: needsEagerTable,
    run({ open }) {
      const bench = open()
      const direct = new Direct(bench)
      checkDone(direct.map(0, 12, 0), 'map [0, 12)')
      checkDone(direct.protect(4, 8, 1), 'protect [4, 8)')
      const wanted = [{ start: 0, end: 4, flags: 0 }, { start: 4, end: 8, flags: 1 }, { start: 8, end: 12, flags: 0 }]
      checkEqual(bench.table(), bench.shown(wanted), 'table after protect [4, 8)')
    },
  },
  {
    id: 'law/protect-each-pair',
    title: 'protect leads from any flags to any others, as if mapped with them',
    law: 'L3',
    unsupported: needsEagerTable,
    run({ open, manifest }) {
      for (const from of manifest.flags.keys()) {
        for (const to of manifest.flags.keys()) {
          const bench = open()
          const direct = new Direct(bench)
          checkDone(direct.map(0, 4, from), `map with flags #${from}`)
          checkDone(direct.protect(0, 4, to), `protect from flags #${from} to #${to}`)
          checkEqual(bench.table(), bench.shown([{ start: 0, end: 4, flags: to }]), `table after protect #${from} to #${to}`)
        }
      }
    },
  },
  {
    id: 'law/unmap-needs-mapped',
    title: 'unmap refuses a range with a hole; of a lazy backend, it takes untouched pages',
    law: 'L3',
    unsupported: acceptsEverything,
    run({ open, manifest }) {
      const untouched = new Direct(open()).unmap(0, 8)
      if (manifest.isLazy) {
        checkDone(untouched, 'unmap of untouched pages')
        return
      }
      checkDeclined(untouched, 'unmap of nothing')
      for (const hole of HOLES) {
        const bench = open()
        const direct = new Direct(bench)
        checkDone(direct.map(0, 8), 'map [0, 8)')
        checkDone(direct.unmap(hole, hole + 1), `unmap granule ${hole}`)
        checkDeclined(direct.unmap(0, 8), `unmap [0, 8) with a hole at ${hole}`)
      }
    },
  },
  {
    id: 'law/protect-needs-mapped',
    title: 'protect refuses a range with a hole; of a lazy backend, it takes untouched pages',
    law: 'L3',
    unsupported: acceptsEverything,
    run({ open, manifest }) {
      const untouched = new Direct(open()).protect(0, 8, 1)
      if (manifest.isLazy) {
        checkDone(untouched, 'protect of untouched pages')
        return
      }
      checkDeclined(untouched, 'protect of nothing')
      for (const hole of HOLES) {
        const bench = open()
        const direct = new Direct(bench)
        checkDone(direct.map(0, 8), 'map [0, 8)')
        checkDone(direct.unmap(hole, hole + 1), `unmap granule ${hole}`)
        checkDeclined(direct.protect(0, 8, 1), `protect [0, 8) with a hole at ${hole}`)
      }
    },
  },
  {
    id: 'law/unmap-refused-changed-nothing',
    title: 'an unmap refused for a hole at its start, inside or at its end leaves the table as it was',
    law: 'L1',
    catches: ['the mock of memory_set clears the entries in front of the hole'],
    unsupported: needsRefusalsAndTable,
    run({ open }) {
      for (const hole of HOLES) {
        const bench = open()
        const direct = new Direct(bench)
        checkDone(direct.map(0, 8, 1), 'map [0, 8)')
        checkDone(direct.unmap(hole, hole + 1), `unmap granule ${hole}`)
        checkDeclinedUnchanged(bench, () => direct.unmap(0, 8), `unmap [0, 8) with a hole at ${hole}`)
      }
    },
  },
  {
    id: 'law/protect-refused-changed-nothing',
    title: 'a protect refused for a hole at its start, inside or at its end leaves the table as it was',
    law: 'L1',
    unsupported: needsRefusalsAndTable,
    run({ open }) {
      for (const hole of HOLES) {
        const bench = open()
        const direct = new Direct(bench)
        checkDone(direct.map(0, 8, 0), 'map [0, 8)')
        checkDone(direct.unmap(hole, hole + 1), `unmap granule ${hole}`)
        checkDeclinedUnchanged(bench, () => direct.protect(0, 8, 1), `protect [0, 8) with a hole at ${hole}`)
      }
    },
  },
  {
    id: 'law/map-undoes-unmap',
    title: 'mapping again what was unmapped leads back to the same table',
    law: 'L5',
    run({ open }) {
      const bench = open()
      const direct = new Direct(bench)
      checkDone(direct.map(0, 12, 1), 'map [0, 12)')
      const before = bench.state()
      checkDone(direct.unmap(4, 8), 'unmap [4, 8)')
      checkDone(direct.map(4, 8, 1), 'map [4, 8) again')
      checkEqual(bench.state().table, before.table, 'table after unmap and map')
    },
  },
  {
    id: 'law/protect-undoes-protect',
    title: 'protecting with the old flags leads back to the same table',
    law: 'L5',
    run({ open }) {
      const bench = open()
      const direct = new Direct(bench)
      checkDone(direct.map(0, 12, 0), 'map [0, 12)')
      const before = bench.state()
      checkDone(direct.protect(4, 8, 1), 'protect [4, 8)')
      checkDone(direct.protect(4, 8, 0), 'protect [4, 8) back')
      checkEqual(bench.state().table, before.table, 'table after protect there and back')
    },
  },
  {
    id: 'law/pieces',
    title: 'what was mapped at once is changed and unmapped in pieces, by the same object or its slices',
    law: 'L4',
    catches: ['B27 Emscripten: munmap takes exactly what mmap gave, mprotect is a stub'],
    run({ open, manifest }) {
      const bench = open()
      checkDone(new Direct(bench).map(0, 16, 0), 'map [0, 16)')
      for (const [start, end] of [[5, 7], [0, 1], [15, 16], [1, 5]] as const) {
        checkDone(pieceOf(bench, start, end).protect(start, end, 1), `protect [${start}, ${end}) of [0, 16)`)
      }
      for (const [start, end] of [[6, 8], [15, 16], [0, 3]] as const) {
        checkDone(pieceOf(bench, start, end).unmap(start, end), `unmap [${start}, ${end}) of [0, 16)`)
      }
      if (manifest.hasTable && !manifest.isLazy) {
        const left = [{ start: 3, end: 6, flags: 1 }, { start: 8, end: 15, flags: 0 }]
        checkEqual(bench.table(), bench.shown(left), 'table with pieces left')
      }
      for (const [start, end] of [[8, 15], [3, 6]] as const) {
        checkDone(pieceOf(bench, start, end).unmap(start, end), `unmap [${start}, ${end}), the rest`)
      }
      checkEqual(bench.table(), [], 'table after all pieces')
    },
  },
  {
    id: 'law/pieces-across-maps',
    title: 'neighbours mapped one by one are changed and unmapped in one call, where their areas may merge',
    law: 'L4',
    unsupported: ({ canMerge }) => (canMerge ? undefined : 'areas never merge'),
    run({ open, manifest }) {
      const bench = open()
      const direct = new Direct(bench)
      for (const start of [0, 4, 8]) checkDone(direct.map(start, start + 4, 0), `map [${start}, ${start + 4})`)
      checkDone(direct.protect(2, 10, 1), 'protect [2, 10) across three maps')
      checkDone(direct.unmap(1, 6), 'unmap [1, 6) across two maps')
      if (manifest.hasTable && !manifest.isLazy) {
        const left = [{ start: 0, end: 1, flags: 0 }, { start: 6, end: 10, flags: 1 }, { start: 10, end: 12, flags: 0 }]
        checkEqual(bench.table(), bench.shown(left), 'table after calls across maps')
      }
    },
  },
]

/** The calls of whoever serves a piece of an area: a slice where the backend makes slices, else the same object. */
function pieceOf<F, P>(bench: Bench<F, P>, start: number, end: number): Direct<F, P> {
  const range = new AddrRange<VirtAddr>(bench.at(start), bench.at(end))
  return new Direct(bench, bench.bare.slice?.(range) ?? bench.bare)
}
