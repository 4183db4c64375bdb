/**
 * `unmap`: one page, holes, parts of huge leaves, tables that go.
 */

import { check, checkEqual } from '../../check.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE, SPACE } from '../shape.ts'
import { needs, needsHuge } from './needs.ts'
import { partOfHugeCases } from './part-of-huge.ts'

const OPERATIONS = 'operations'
/** In milliseconds; a loop over pages passes it long before the widest hole. */
const LONGEST_STEP = 500

export const unmapCases: readonly PageTableCase[] = [
  {
    id: 'unmap/one',
    title: 'a page that is unmapped is absent, its neighbours are not',
    law: OPERATIONS,
    run({ open }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, 3n * PAGE, 0x9000n, 'rw')
      bench.unmap(home + PAGE, PAGE)
      bench.checkMeaning('unmapping the middle of three pages')
      checkEqual(bench.table.query(home + PAGE), undefined, 'query of the page')
      bench.map(home + PAGE, PAGE, 0x7_7000n, 'rx')
      bench.checkMeaning('mapping another page there')
    },
  },
  {
    id: 'unmap/absent',
    title: 'unmapping what is not mapped is refused, or skipped where that is asked for, and ends',
    law: OPERATIONS,
    catches: ['B23 coconut-svsm#1118: unmap of an absent page never advances'],
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      const probe = (): void => {
        for (let level = 0; level < manifest.levels; level++) {
          const vaddr = shape.home(level) + 16n * PAGE
          bench.refuses('unmap of an absent page', () => bench.table.unmap(vaddr, PAGE), 'not-mapped')
          const before = bench.image()
          bench.unmap(vaddr, PAGE, { holes: 'skip' })
          bench.checkImage(before, 'an unmap of nothing that skips holes')
        }
      }
      probe()
      for (let level = 0; level < manifest.levels; level++) bench.map(shape.home(level), PAGE, 0x9000n, 'r')
      probe()
    },
  },
  {
    id: 'unmap/over-holes',
    title: 'an unmap that skips holes takes what is there, at every level, and nothing outside',
    law: OPERATIONS,
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      for (let level = 0; level < manifest.levels; level++) {
        const boundary = shape.home(level)
        bench.map(boundary - PAGE, PAGE, 0x1_0000n, 'r')
        bench.map(boundary + PAGE, PAGE, 0x2_0000n, 'rw')
        bench.map(boundary + 9n * PAGE, PAGE, 0x3_0000n, 'rx')
      }
      for (let level = 0; level < manifest.levels; level++) {
        bench.unmap(shape.home(level), 8n * PAGE, { holes: 'skip' })
        bench.checkMeaning(`an unmap over holes at level ${level}`)
      }
      bench.unmap(0n, shape.lowerEnd - PAGE, { holes: 'skip' })
      bench.checkMeaning('an unmap of all but the last page')
    },
  },
  {
    id: 'unmap/hole-late',
    title: 'a range with a hole on its last page is refused whole',
    law: OPERATIONS,
    run({ open }) {
      const bench = open()
      const { shape } = bench
      const start = shape.home(1) - 4n * PAGE
      bench.map(start, 8n * PAGE, 0x9000n, 'rw')
      bench.refuses('unmap with a hole at its end', () => bench.table.unmap(start, 9n * PAGE), 'not-mapped')
      bench.refuses('unmap with a hole at its front', () => bench.table.unmap(start - PAGE, 9n * PAGE), 'not-mapped')
      bench.refuses('unmap up to a hole in another table', () => bench.table.unmap(start, shape.span(1) + 8n * PAGE), 'not-mapped')
    },
  },
  ...partOfHugeCases('unmap', (bench, start, size) => bench.unmap(start, size), (bench, start, size) => bench.table.unmap(start, size)),
  {
    id: 'unmap/split-stride',
    title: 'when a huge leaf is split, each child lies at base + i × its own size, at every level on the way down',
    law: OPERATIONS,
    catches: ['B22 asterinas#3920: splitting above level 2 used the wrong stride'],
    unsupported: needsHuge('splits'),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        const bench = open()
        const { shape } = bench
        const [vaddr, paddr] = [shape.home(level), shape.frame(level)]
        bench.map(vaddr, shape.span(level), paddr, 'rw')
        // Base pages at the very bottom, so that every level below is split too.
        const hole = vaddr + 3n * shape.span(level - 1)
        bench.unmap(hole, PAGE)
        bench.checkMeaning(`splitting a leaf of level ${level} down to a base page`)
        for (let below = 0; below < level; below++) {
          const probe = vaddr + 3n * shape.span(level - 1) + shape.span(below) + 8n
          checkEqual(bench.table.query(probe)?.paddr, paddr + (probe - vaddr), `frame of the second child at level ${below}`)
        }
      }
    },
  },
  {
    id: 'unmap/frees-tables',
    title: 'with its last page a table goes, never the root, and no table that still holds a page',
    law: OPERATIONS,
    catches: ['B17 page_table_multiarch never frees tables', 'B20 rust-osdev/x86_64#468: clean_up panics at the canonical hole'],
    unsupported: needs('freesTables', 'hasFrames'),
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      const empty = bench.frames.inUse()
      checkEqual(empty, manifest.halves === 'two-roots' ? 2 : 1, 'frames of an empty table')
      const pages = [shape.home(0), shape.home(0) + PAGE, shape.home(0) + shape.span(1), shape.upperHome(1), 0n, SPACE - PAGE]
      for (const vaddr of pages) bench.map(vaddr, PAGE, 0x9000n, 'r')
      for (const vaddr of pages) {
        bench.unmap(vaddr, PAGE)
        bench.checkMeaning('unmapping one of several pages')
        checkEqual(bench.frames.inUse(), shape.tablesFor(bench.leaves()), 'frames in use after an unmap')
      }
      checkEqual(bench.frames.inUse(), empty, 'frames in use at the end')
    },
  },
  {
    id: 'unmap/wide-hole-cost',
    title: 'an unmap over a wide hole costs by the tables in it, not by its pages',
    law: 'cost',
    catches: ['B19 page_table_multiarch steps through a hole of 16 GiB page by page'],
    run({ open }) {
      const bench = open()
      const { shape } = bench
      const widest = shape.lowerEnd / 2n
      for (let size = 1n << 24n; size <= widest; size *= 8n) {
        bench.map(shape.lowerEnd - PAGE, PAGE, 0x9000n, 'r')
        bench.map(0n, PAGE, 0xa000n, 'r')
        const begun = Date.now()
        bench.unmap(PAGE, size, { holes: 'skip' })
        bench.unmap(shape.lowerEnd - PAGE - size, size, { holes: 'skip' })
        const spent = Date.now() - begun
        check(spent <= LONGEST_STEP, `holes of ${size} bytes took ${spent} ms`)
        bench.unmap(0n, PAGE)
        bench.unmap(shape.lowerEnd - PAGE, PAGE)
      }
    },
  },
  {
    id: 'unmap/whole-space',
    title: 'after both halves are unmapped there is nothing left, in memory either',
    law: OPERATIONS,
    unsupported: needs('freesTables'),
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      const before = bench.image()
      for (let level = 0; level < manifest.levels; level++) {
        bench.map(shape.home(level), PAGE, 0x9000n, 'r')
        bench.map(shape.upperHome(level), 3n * PAGE, 0x9000n, 'rw')
        const isHuge = manifest.leafLevels.includes(level) && level > 0
        if (isHuge) bench.map(shape.home(level) + shape.span(level), shape.span(level), shape.frame(level), 'rx')
      }
      bench.unmap(0n, shape.lowerEnd, { holes: 'skip' })
      bench.unmap(shape.upperStart, SPACE - shape.upperStart, { holes: 'skip' })
      checkEqual(bench.leaves(), [], 'leaves')
      bench.checkImage(before, 'unmapping everything')
    },
  },
]
