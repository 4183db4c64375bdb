/**
 * `map` where it succeeds: one page, every size of leaf, the edges of the space, ranges.
 */

import { check, checkEqual } from '../../check.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE, SPACE } from '../shape.ts'
import { needs, needsHuge } from './needs.ts'

const OPERATIONS = 'operations'

export const mapCases: readonly PageTableCase[] = [
  {
    id: 'map/base-4k',
    title: 'a page is mapped by one path of tables, and the query tells frame, size and flags',
    law: OPERATIONS,
    run({ open }) {
      const bench = open()
      const vaddr = bench.shape.home(0)
      checkEqual(bench.table.query(vaddr), undefined, 'query before')
      bench.map(vaddr, PAGE, 0x1_2345_6000n, 'rw')
      checkEqual(bench.table.query(vaddr + 0x123n), { paddr: 0x1_2345_6123n, size: PAGE, flags: 'rw' }, 'query inside the page')
      const leaf = bench.leafAt(vaddr)
      checkEqual([leaf.start, leaf.size, leaf.paddr, leaf.leafSize], [vaddr, PAGE, 0x1_2345_6000n, PAGE], 'the leaf')
    },
  },
  {
    id: 'map/each-leaf-size',
    title: 'every size of leaf is one leaf, true from its first to its last byte',
    law: OPERATIONS,
    unsupported: needsHuge(),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels) {
        const bench = open()
        const { shape } = bench
        const [vaddr, size, paddr] = [shape.home(level), shape.span(level), shape.frame(level)]
        bench.map(vaddr, size, paddr, 'ru')
        for (const offset of [0n, size / 2n + 8n, size - 1n]) {
          checkEqual(bench.table.query(vaddr + offset), { paddr: paddr + offset, size, flags: 'ru' }, `query at byte ${offset} of a leaf at level ${level}`)
        }
      }
    },
  },
  {
    id: 'map/first-last-of-space',
    title: 'the lowest and the highest page of each half are mapped, changed and unmapped like any other',
    law: OPERATIONS,
    catches: ['B25 Unicorn: the last page reports end 0, a protect of it hits both ends', 'aarch64 kernels with the wrong root for the upper half'],
    run({ open }) {
      const bench = open()
      const { lowerEnd, upperStart } = bench.shape
      const pages = [0n, lowerEnd - PAGE, upperStart, SPACE - PAGE]
      pages.forEach((vaddr, number) => bench.map(vaddr, PAGE, 0x40_0000n + BigInt(number) * PAGE, 'r'))
      bench.checkMeaning('mapping the four edges')
      for (const vaddr of pages) {
        bench.protect(vaddr, PAGE, 'rw')
        bench.checkMeaning('a protect at an edge')
      }
      for (const vaddr of pages) {
        bench.unmap(vaddr, PAGE)
        bench.checkMeaning('an unmap at an edge')
      }
    },
  },
  {
    id: 'map/halves-apart',
    title: 'addresses that differ in the half alone are different pages',
    law: OPERATIONS,
    catches: ['an upper half that is walked from the root of the lower one'],
    run({ open }) {
      const bench = open()
      const { shape } = bench
      bench.map(shape.home(0), PAGE, 0x50_0000n, 'ru')
      checkEqual(bench.table.query(shape.upperHome(0)), undefined, 'the same page of the upper half')
      bench.map(shape.upperHome(0), PAGE, 0x60_0000n, 'rw')
      bench.checkMeaning('mapping in both halves')
      bench.unmap(shape.home(0), PAGE)
      bench.checkMeaning('unmapping in the lower half')
    },
  },
  {
    id: 'map/alias',
    title: 'one frame may have two addresses, and losing one keeps the other',
    law: OPERATIONS,
    run({ open }) {
      const bench = open()
      const { shape } = bench
      bench.map(shape.home(0), PAGE, 0x7000n, 'rw')
      bench.map(shape.home(1), PAGE, 0x7000n, 'r')
      bench.map(shape.upperHome(0), PAGE, 0x7000n, 'rx')
      bench.unmap(shape.home(0), PAGE)
      bench.checkMeaning('unmapping one of three aliases')
      bench.protect(shape.home(1), PAGE, 'rw')
    },
  },
  {
    id: 'map/frame-zero',
    title: 'the frame at physical address 0 is a frame like any other, at every size',
    law: OPERATIONS,
    catches: ['B19 page_table_multiarch takes a leaf at physical address 0 for absent'],
    run({ open, manifest }) {
      for (const level of manifest.leafLevels) {
        const bench = open()
        const { shape } = bench
        const [vaddr, size] = [shape.home(level), shape.span(level)]
        bench.map(vaddr, size, 0n, 'r')
        bench.checkMeaning(`mapping physical address 0 at level ${level}`)
        bench.refuses('map over it', () => bench.table.map(vaddr, PAGE, 0x9000n, 'r'), 'already-mapped')
        bench.protect(vaddr, size, 'rw')
        bench.unmap(vaddr, size)
      }
    },
  },
  {
    id: 'map/range-largest-leaves',
    title: 'a range with ragged ends takes exactly the largest leaves that fit',
    law: OPERATIONS,
    unsupported: needsHuge(),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0 && candidate < manifest.levels - 1)) {
        const bench = open()
        const { shape } = bench
        // Ragged at both ends by some leaves of the size below.
        const [span, below] = [shape.span(level), shape.span(level - 1)]
        const start = shape.home(level) - 3n * below
        const size = 2n * span + 5n * below
        const paddr = shape.frame(level) - 3n * below
        bench.map(start, size, paddr, 'rw')
        bench.checkMeaning('mapping a ragged range')
        const places = bench.leaves().flatMap((run) =>
          Array.from({ length: Number(run.size / run.leafSize) }, (_, i) => ({ start: run.start + BigInt(i) * run.leafSize, level: shape.levelOf(run.leafSize) })))
        checkEqual(places, shape.largestLeaves(start, size, paddr), `leaves of a range ragged at level ${level}`)
      }
    },
  },
  {
    id: 'map/no-huge-on-small-frame',
    title: 'a range whose frames are not aligned to a huge leaf takes none',
    law: OPERATIONS,
    catches: ['B18 page_table_multiarch installs a 2 MiB block on a 4 KiB frame'],
    run({ open }) {
      const bench = open()
      const { shape } = bench
      const paddr = shape.frame(1) + PAGE
      bench.map(shape.home(1), shape.span(1), paddr, 'r')
      bench.checkMeaning('mapping a huge page on misaligned frames')
      for (const { leafSize } of bench.leaves()) checkEqual(leafSize, PAGE, 'size of a leaf')
    },
  },
  {
    id: 'map/across-tables',
    title: 'a range goes on where a table ends, at every level',
    law: OPERATIONS,
    catches: ['walkers that step by the wrong level when an index wraps'],
    run({ open }) {
      const bench = open()
      const { shape } = bench
      for (let level = 1; level <= shape.top; level++) {
        // Page-misaligned frames, so that base pages lie on either side of the boundary.
        const boundary = shape.home(level)
        bench.map(boundary - 3n * PAGE, 6n * PAGE, shape.frame(0) + BigInt(level) * 0x10_1000n, 'rw')
        bench.checkMeaning(`mapping across a boundary of level ${level}`)
        bench.protect(boundary - PAGE, 2n * PAGE, 'r')
        bench.checkMeaning(`protecting across a boundary of level ${level}`)
        bench.unmap(boundary - 2n * PAGE, 3n * PAGE)
        bench.checkMeaning(`unmapping across a boundary of level ${level}`)
      }
    },
  },
  {
    id: 'map/carry',
    title: 'frames and addresses go on over powers of two, 4 GiB among them',
    law: OPERATIONS,
    catches: ['a frame number whose carry out of 32 bits is lost'],
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      const highest = BigInt(manifest.physBits) - 1n
      for (const [number, bit] of [31n, 32n, 33n, 36n, 40n, highest].filter((candidate) => candidate <= highest).entries()) {
        const vaddr = shape.home(1) + BigInt(number) * shape.span(1) - 8n * PAGE
        bench.map(vaddr, 16n * PAGE, (1n << bit) - 8n * PAGE, 'rw')
        bench.checkMeaning(`mapping frames on both sides of 2^${bit}`)
        check(bench.leafAt(vaddr + 8n * PAGE).paddr <= 1n << bit, `the frame behind 2^${bit} is lost`)
      }
      const boundary = 1n << 32n
      bench.map(boundary - 2n * PAGE, 4n * PAGE, 0x1234_5000n, 'r')
      bench.checkMeaning('mapping addresses on both sides of 2^32')
    },
  },
  {
    id: 'map/huge-over-emptied',
    title: 'a huge leaf goes where a whole table of pages was, once that is empty',
    law: OPERATIONS,
    catches: ['B17 page_table_multiarch never frees tables: a 2 MiB map after 512 unmaps is AlreadyMapped for ever'],
    unsupported: needsHuge('freesTables'),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        const bench = open()
        const { shape } = bench
        const [vaddr, span, below] = [shape.home(level), shape.span(level), shape.span(level - 1)]
        for (let i = 0n; i < BigInt(shape.entries); i += 101n) bench.map(vaddr + i * below, below, shape.frame(level - 1), 'rw')
        for (let i = 0n; i < BigInt(shape.entries); i += 101n) bench.unmap(vaddr + i * below, below)
        bench.map(vaddr, span, shape.frame(level), 'rw')
        checkEqual(bench.leafAt(vaddr).leafSize, span, 'size of the leaf')
      }
    },
  },
  {
    id: 'map/no-table-wasted',
    title: 'mapping takes the tables that the leaves need, and no other',
    law: OPERATIONS,
    unsupported: needs('hasFrames'),
    run({ open }) {
      const bench = open()
      const { shape } = bench
      for (const [vaddr, size] of [[shape.home(0), PAGE], [shape.home(0) + PAGE, PAGE], [shape.home(1), 3n * PAGE], [shape.upperHome(1), 5n * PAGE]] as const) {
        bench.map(vaddr, size, 0x1_0000_1000n, 'rw')
        checkEqual(bench.frames.inUse(), shape.tablesFor(bench.leaves()), 'frames in use after a map')
      }
    },
  },
]
