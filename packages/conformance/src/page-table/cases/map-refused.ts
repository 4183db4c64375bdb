/**
 * `map` where it is refused: nothing has changed then, to the byte.
 */

import { checkEqual } from '../../check.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE, SPACE } from '../shape.ts'
import { needsHuge } from './needs.ts'

const OPERATIONS = 'operations'

export const mapRefusedCases: readonly PageTableCase[] = [
  {
    id: 'map/non-canonical',
    title: 'an address that the machine does not translate, or a range that reaches one, is refused',
    law: OPERATIONS,
    catches: ['page_table_multiarch aliases addresses in the canonical hole', 'B26 unicorn.js#21 lost the top 16 bits of addresses'],
    run({ open }) {
      const bench = open()
      const { lowerEnd, upperStart } = bench.shape
      bench.map(0n, PAGE, 0x5000n, 'r')
      for (const [start, size] of [
        [lowerEnd, PAGE], [upperStart - PAGE, PAGE], [1n << 63n, PAGE], [lowerEnd - PAGE, 2n * PAGE], [upperStart - PAGE, 2n * PAGE],
        [lowerEnd - PAGE, upperStart - lowerEnd + 2n * PAGE], [(1n << 62n) + 0x1000n, PAGE],
      ] as const) {
        if (bench.shape.isCanonical(start) && bench.shape.isCanonical(start + size - 1n) && start >> 63n === (start + size - 1n) >> 63n) continue
        bench.refuses(`map of ${start.toString(16)}`, () => bench.table.map(start, size, 0x9000n, 'rw'), 'non-canonical')
        bench.refuses(`unmap of ${start.toString(16)}`, () => bench.table.unmap(start, size, { holes: 'skip' }), 'non-canonical')
        bench.refuses(`protect of ${start.toString(16)}`, () => bench.table.protect(start, size, 'rw', { holes: 'skip' }), 'non-canonical')
        if (!bench.shape.isCanonical(start)) checkEqual(bench.table.query(start), undefined, 'query of an address in the hole')
      }
      bench.refuses('map past the end of the space', () => bench.table.map(SPACE - PAGE, 2n * PAGE, 0x9000n, 'rw'), 'non-canonical')
    },
  },
  {
    id: 'map/frame-too-wide',
    title: 'the last frame of the physical width is mapped, one beyond it is refused and not truncated',
    law: OPERATIONS,
    catches: ['frames cut to the width of a narrower machine'],
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      const end = 1n << BigInt(manifest.physBits)
      bench.map(shape.home(0), PAGE, end - PAGE, 'rw')
      bench.checkMeaning('mapping the last frame')
      bench.refuses('map beyond the physical width', () => bench.table.map(shape.home(1), PAGE, end, 'rw'), 'too-wide')
      bench.refuses('map that ends beyond it', () => bench.table.map(shape.home(1), 2n * PAGE, end - PAGE, 'rw'), 'too-wide')
      bench.refuses('map of bit 63', () => bench.table.map(shape.home(1), PAGE, 1n << 63n, 'rw'), 'too-wide')
    },
  },
  {
    id: 'map/frame-misaligned',
    title: 'a frame that is no multiple of 4096 is refused',
    law: OPERATIONS,
    run({ open }) {
      const bench = open()
      for (const low of [1n, 8n, 0x200n, 0x800n, 0xfffn]) {
        bench.refuses(`map to a frame at offset ${low}`, () => bench.table.map(bench.shape.home(0), PAGE, 0x9000n + low, 'rw'), 'misaligned')
      }
    },
  },
  {
    id: 'map/va-misaligned',
    title: 'an address or a size that is no multiple of 4096 is refused by every operation',
    law: OPERATIONS,
    catches: ['B10 memory_set checks no alignment'],
    run({ open }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, 4n * PAGE, 0x9000n, 'rw')
      for (const [start, size] of [[home + 8n, PAGE], [home + 0x800n, PAGE], [home, 0x800n], [home, PAGE + 1n], [home + 0x800n, 0x800n]] as const) {
        bench.refuses('misaligned map', () => bench.table.map(start + 0x10_0000n, size, 0x9000n, 'rw'), 'misaligned')
        bench.refuses('misaligned unmap', () => bench.table.unmap(start, size), 'misaligned')
        bench.refuses('misaligned protect', () => bench.table.protect(start, size, 'r'), 'misaligned')
      }
    },
  },
  {
    id: 'map/zero-length',
    title: 'a size of 0 is refused by every operation',
    law: OPERATIONS,
    run({ open }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rw')
      bench.refuses('map of nothing', () => bench.table.map(home + PAGE, 0n, 0xa000n, 'rw'), 'empty-range')
      bench.refuses('unmap of nothing', () => bench.table.unmap(home, 0n), 'empty-range')
      bench.refuses('protect of nothing', () => bench.table.protect(home, 0n, 'r'), 'empty-range')
    },
  },
  {
    id: 'map/over-same',
    title: 'mapping a page again is refused, with another frame and with the same',
    law: OPERATIONS,
    catches: ['redox rmm overwrites what is mapped without a check'],
    run({ open, manifest }) {
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const bench = open()
        const [vaddr, size] = [bench.shape.home(level), bench.shape.span(level)]
        bench.map(vaddr, size, bench.shape.frame(level), 'r')
        for (const paddr of [bench.shape.frame(level), bench.shape.frame(level, 1)]) {
          const outcome = bench.refuses('map of the same page', () => bench.table.map(vaddr, size, paddr, 'rw'), 'already-mapped')
          if (!outcome.ok && outcome.level !== undefined) checkEqual(outcome.level, level, 'level of the entry in the way')
        }
      }
    },
  },
  {
    id: 'map/small-under-huge',
    title: 'a smaller page where a huge leaf is, is refused, and leaves the leaf as it is',
    law: OPERATIONS,
    catches: ['B20 rust-osdev/x86_64 widens the flags of a huge leaf before it refuses to map below it', 'B19 MappedToHugePage told as NotMapped'],
    unsupported: needsHuge(),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        const bench = open()
        const { shape } = bench
        bench.map(shape.home(level), shape.span(level), shape.frame(level), 'r')
        for (let below = 0; below < level; below++) {
          const vaddr = shape.home(level) + 3n * shape.span(below)
          const outcome = bench.refuses('map below a huge leaf', () => bench.table.map(vaddr, shape.span(below), shape.frame(below), 'rwxu'), 'already-mapped')
          if (!outcome.ok && outcome.level !== undefined) checkEqual(outcome.level, level, 'level of the entry in the way')
        }
      }
    },
  },
  {
    id: 'map/huge-over-small',
    title: 'a huge page over a table that holds one small page anywhere is refused',
    law: OPERATIONS,
    catches: ['a leaf written over a table pointer, losing the table'],
    unsupported: needsHuge(),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        const bench = open()
        const { shape } = bench
        const [home, span] = [shape.home(level), shape.span(level)]
        for (const small of [home, home + 7n * PAGE, home + span - PAGE]) {
          bench.map(small, PAGE, 0x9000n, 'rw')
          bench.refuses('huge map over a small page', () => bench.table.map(home, span, shape.frame(level), 'rw'), 'already-mapped')
          bench.unmap(small, PAGE)
        }
      }
    },
  },
  {
    id: 'map/range-conflict-late',
    title: 'a range whose last page is mapped already is refused, and none of its front is left behind',
    law: OPERATIONS,
    catches: ['B21 StarryOS: MAP_FIXED unmapped before validating', 'a prefix left mapped when a later page refuses'],
    run({ open }) {
      const bench = open()
      const { shape } = bench
      for (const size of [4n * PAGE, shape.span(1) + 4n * PAGE]) {
        const start = shape.home(1) - 2n * PAGE
        const last = start + size - PAGE
        bench.map(last, PAGE, 0x9000n, 'r')
        bench.refuses('map with a conflict on its last page', () => bench.table.map(start, size, shape.frame(0) + 0x10_0000n, 'rw'), 'already-mapped')
        bench.unmap(last, PAGE)
      }
    },
  },
]
