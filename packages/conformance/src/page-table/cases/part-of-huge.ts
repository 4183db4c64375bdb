/**
 * Changes of a part of a huge leaf: its head, its middle, its tail. The rest keeps its frames and its flags; or, where
 * huge leaves are not split, all of it does.
 *
 *     leaf      |------------------------|
 *     head      |##|                     |
 *     middle    |         |##|           |
 *     tail      |                     |##|
 */

import type { TableBench } from '../bench.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE } from '../shape.ts'
import type { TableOutcome } from '../subject.ts'
import { needsHuge } from './needs.ts'

type Change = (bench: TableBench, start: bigint, size: bigint) => void
type Attempt = (bench: TableBench, start: bigint, size: bigint) => TableOutcome

const PLACES = ['head', 'mid', 'tail'] as const

/** The three cases of a verb. */
export function partOfHugeCases(verb: 'unmap' | 'protect', change: Change, attempt: Attempt): readonly PageTableCase[] {
  return PLACES.map((place) => ({
    id: `${verb}/part-of-huge-${place}`,
    title: `a change of the ${place} of a huge leaf leaves the rest as it was, or is refused if leaves are not split`,
    law: 'operations',
    catches: [
      'B13 page_table_multiarch clears or changes the whole 2 MiB leaf', 'B16 RacOS#56: munmap walked a 2 MiB leaf',
      ...(verb === 'protect' ? ['B24 Unicorn#1028, #1549: protecting a part of an area gives it a copy of the memory'] : []),
    ],
    unsupported: needsHuge(),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        for (const part of new Set([PAGE, 3n * PAGE, PAGE << BigInt((level - 1) * manifest.indexBits)])) {
          const bench = open()
          const { shape } = bench
          const [home, span] = [shape.home(level), shape.span(level)]
          bench.map(home - span, 3n * span, shape.frame(level), 'rw')
          const start = place === 'head' ? home : place === 'mid' ? home + span / 2n : home + span - part
          if (manifest.features.splits) change(bench, start, part)
          else bench.refuses(`${verb} of the ${place} of a huge leaf`, () => attempt(bench, start, part))
          bench.checkMeaning(`${verb} of ${part} bytes at the ${place} of a leaf of level ${level}`)
        }
      }
    },
  }))
}
