/**
 * Where a backend works: its granule, the edges of its space, wide ranges.
 */

import type { VirtAddr } from '@addrspace/memory-addr'
import { virtAddr } from '@addrspace/memory-addr'
import { check, checkEqual } from '../check.ts'
import type { ConformanceCase } from '../case.ts'
import { checkDeclinedUnchanged, checkDone, Direct } from './direct.ts'

const FIRST_WIDTH = 20n
const LAST_WIDTH = 40n
const WIDTH_STEP = 2n
/** Per size, in milliseconds; a loop over bytes or pages passes it long before 2^40. */
const LONGEST_STEP = 1000

export const lawSpaceCases: readonly ConformanceCase[] = [
  {
    id: 'law/granule-stated',
    title: 'the backend states the granule of its manifest, 1 if it states none',
    law: 'granule',
    run({ open, manifest }) {
      checkEqual(open().bare.granule ?? 1n, manifest.granule, 'granule of the backend')
    },
  },
  {
    id: 'law/granule-misaligned',
    title: 'a start or size that is not a multiple of the granule is refused and changes nothing',
    law: 'granule',
    unsupported: ({ granule, canRefuse }) =>
      granule === 1n ? 'everything is a multiple of a granule of 1' : canRefuse ? undefined : 'it accepts everything',
    run({ open }) {
      const bench = open()
      const { bare, pageTable, granule } = bench
      checkDone(new Direct(bench).map(0, 8, 0), 'map [0, 8)')
      const inside = virtAddr(bench.at(1) + 1n)
      const free = virtAddr(bench.at(16) + 1n)
      const odd = granule + 1n
      checkDeclinedUnchanged(bench, () => bare.map(free, granule, bench.flags(1), pageTable), 'map from inside a granule')
      checkDeclinedUnchanged(bench, () => bare.map(bench.at(16), odd, bench.flags(1), pageTable), 'map of a granule and a byte')
      checkDeclinedUnchanged(bench, () => bare.unmap(inside, granule, pageTable), 'unmap from inside a granule')
      checkDeclinedUnchanged(bench, () => bare.unmap(bench.at(1), odd, pageTable), 'unmap of a granule and a byte')
      checkDeclinedUnchanged(bench, () => bare.protect(inside, granule, bench.flags(1), pageTable), 'protect from inside a granule')
      checkDeclinedUnchanged(bench, () => bare.protect(bench.at(1), odd, bench.flags(1), pageTable), 'protect of a granule and a byte')
    },
  },
  {
    id: 'law/first-and-last-granule',
    title: 'the first and the last granule of the space are mapped, changed and unmapped like any other',
    law: 'end of space',
    catches: ['memory_set cannot express an end of 2^64', 'B25 Unicorn reports the end of the last page as 0'],
    run({ open, manifest }) {
      for (const edge of ['first', 'last'] as const) {
        const bench = open()
        bench.base = edge === 'first' ? manifest.space.start : manifest.space.end - bench.granule
        const direct = new Direct(bench)
        checkDone(direct.map(0, 1, 0), `map the ${edge} granule`)
        checkDone(direct.protect(0, 1, 1), `protect the ${edge} granule`)
        if (manifest.hasTable && !manifest.isLazy) {
          checkEqual(bench.table(), bench.shown([{ start: 0, end: 1, flags: 1 }]), `table with the ${edge} granule`)
        }
        checkDone(direct.unmap(0, 1), `unmap the ${edge} granule`)
        checkEqual(bench.table(), [], 'table after unmap')
      }
    },
  },
  {
    id: 'law/edges-apart',
    title: 'what happens at the last granule of the space leaves the first alone',
    law: 'end of space',
    catches: ['B25 Unicorn changes both ends of the space for a range that reaches the upper one'],
    run({ open, manifest }) {
      const bench = open()
      const { bare, pageTable, granule } = bench
      const first = virtAddr(manifest.space.start)
      const last = virtAddr(manifest.space.end - granule)
      checkDone(bare.map(first, granule, bench.flags(0), pageTable), 'map the first granule')
      checkDone(bare.map(last, granule, bench.flags(0), pageTable), 'map the last granule')
      checkDone(bare.protect(last, granule, bench.flags(1), pageTable), 'protect the last granule')
      checkDone(bare.unmap(last, granule, pageTable), 'unmap the last granule')
      if (manifest.hasTable && !manifest.isLazy) {
        bench.base = first
        checkEqual(bench.table(), bench.shown([{ start: 0, end: 1, flags: 0 }]), 'table with the first granule left')
      }
      checkDone(bare.unmap(first, granule, pageTable), 'unmap the first granule')
    },
  },
  {
    id: 'law/wide-range-cost',
    title: 'a range of 2^40 bytes costs about what one granule does',
    law: 'cost',
    unsupported: ({ takesWideRanges, space, granule }) =>
      !takesWideRanges ? 'wide ranges cost frames'
        : space.end - space.start < 1n << (LAST_WIDTH + 1n) || granule > 1n << FIRST_WIDTH ? 'the space is too narrow' : undefined,
    run({ open, manifest }) {
      const bench = open()
      const { bare, pageTable } = bench
      const start: VirtAddr = virtAddr(manifest.space.start)
      for (let width = FIRST_WIDTH; width <= LAST_WIDTH; width += WIDTH_STEP) {
        const size = 1n << width
        const begun = Date.now()
        checkDone(bare.map(start, size, bench.flags(0), pageTable), `map 2^${width} bytes`)
        checkDone(bare.protect(start, size, bench.flags(1), pageTable), `protect 2^${width} bytes`)
        checkDone(bare.unmap(start, size, pageTable), `unmap 2^${width} bytes`)
        const spent = Date.now() - begun
        check(spent <= LONGEST_STEP, `2^${width} bytes took ${spent} ms`)
      }
    },
  },
]
