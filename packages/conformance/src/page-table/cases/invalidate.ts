/**
 * What machines are told after each change: everything that may be stale in a TLB, and little else.
 */

import { check, checkEqual, CheckFailure, show } from '../../check.ts'
import { isHidden, rangeText } from '../bench.ts'
import type { TableBench } from '../bench.ts'
import type { PageTableCase } from '../case.ts'
import { lettersBeyond } from '../letters.ts'
import { PAGE } from '../shape.ts'
import type { SpaceModel } from '../space-model.ts'
import type { TableLeaf } from '../subject.ts'
import { needsInvalidations } from './needs.ts'

interface Range {
  readonly start: bigint
  readonly end: bigint
}

/** A change of a range, done on the bench. */
interface Step extends Range {
  readonly verb: 'map' | 'unmap' | 'protect'
  readonly act: (bench: TableBench) => void
}

export const invalidateCases: readonly PageTableCase[] = [
  {
    id: 'res/invalidate-exact',
    title: 'after each change machines are told of every address whose old translation no longer holds, and of nothing that was not touched',
    law: 'invalidations',
    catches: ['B14 page_table_multiarch invalidates one core only', 'page_table_multiarch#21: wrong bits in the operand', 'zephyr#98344', 'unikraft#1149'],
    unsupported: needsInvalidations,
    run({ open, manifest }) {
      const bench = open()
      for (const step of stepsFor(bench)) {
        const before = bench.model.copy()
        const leaves = bench.leaves()
        const first = bench.events.length
        step.act(bench)
        const told = bench.events.slice(first).flatMap((event) => (event.kind === 'invalidate' ? event.ranges : [])).map(({ start, size }) => ({ start, end: start + size }))
        const what = `${step.verb} of ${rangeText(step.start, step.end - step.start)}`
        for (const stale of staleRanges(before, bench.model, step)) {
          const missing = firstOutside(stale, told)
          if (missing !== undefined) throw new CheckFailure(`${what}: the old translation of ${show(missing)} may be cached, and nobody was told`)
        }
        if (manifest.features.invalidations !== 'exact') continue
        const touched = step.verb === 'map' ? [] : [{ start: step.start, end: step.end }, ...extentsCutBy(leaves, step)]
        for (const range of told) {
          const excess = firstOutside(range, touched)
          if (excess !== undefined) throw new CheckFailure(`${what}: machines were told of ${show(excess)}, which was not touched`)
        }
      }
      check(bench.events.some(({ kind }) => kind === 'invalidate'), 'nothing was told at all')
    },
  },
  {
    id: 'res/invalidate-merged',
    title: 'one change is told as ranges that are in order and do not touch',
    law: 'invalidations',
    unsupported: ({ features }) => (features.invalidations === 'exact' ? undefined : 'more may be told than is stale'),
    run({ open }) {
      const bench = open()
      const { shape } = bench
      const home = shape.home(1) - 4n * PAGE
      bench.map(home, 8n * PAGE, 0x12_3000n, 'rw')
      for (const i of [1n, 4n, 5n]) bench.unmap(home + i * PAGE, PAGE)
      const first = bench.events.length
      bench.protect(home, 8n * PAGE, 'r', { holes: 'skip' })
      const told = bench.events.slice(first).flatMap((event) => (event.kind === 'invalidate' ? [event.ranges] : []))
      checkEqual(told, [[{ start: home, size: PAGE }, { start: home + 2n * PAGE, size: 2n * PAGE }, { start: home + 6n * PAGE, size: 2n * PAGE }]], 'what was told of a protect over holes')
    },
  },
]

/** Changes of pages and huge leaves, whole and in part, seen and hidden. */
function stepsFor({ shape, manifest }: TableBench): Step[] {
  const steps: Step[] = []
  const map = (start: bigint, size: bigint, paddr: bigint): void => {
    steps.push({ verb: 'map', start, end: start + size, act: (bench) => bench.map(start, size, paddr, 'rwu') })
  }
  const unmap = (start: bigint, size: bigint): void => {
    steps.push({ verb: 'unmap', start, end: start + size, act: (bench) => bench.unmap(start, size, { holes: 'skip' }) })
  }
  const protect = (start: bigint, size: bigint, flags: string): void => {
    steps.push({ verb: 'protect', start, end: start + size, act: (bench) => bench.protect(start, size, flags, { holes: 'skip' }) })
  }
  for (const home of [shape.home(1) - 8n * PAGE, shape.upperHome(1) - 8n * PAGE]) {
    map(home, 24n * PAGE, 0x12_3000n)
    protect(home + 2n * PAGE, 12n * PAGE, 'ru')
    protect(home + 2n * PAGE, 3n * PAGE, '')
    protect(home, 6n * PAGE, 'rxu')
    unmap(home + PAGE, 2n * PAGE)
    map(home + PAGE, PAGE, 0x99_9000n)
    unmap(home, 24n * PAGE)
  }
  const isSplit = manifest.features.splits && manifest.features.picksLargest
  for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
    const [home, span] = [shape.home(level), shape.span(level)]
    map(home, 2n * span, shape.frame(level))
    protect(home, 2n * span, 'ru')
    if (isSplit) {
      protect(home + 3n * PAGE, PAGE, 'rwu')
      unmap(home + span + shape.span(level - 1), 2n * shape.span(level - 1))
    }
    unmap(home, 2n * span)
  }
  return steps
}

/** Pages that hardware could see and that mean something else now, or allow less. */
function staleRanges(before: SpaceModel, after: SpaceModel, { start, end }: Range): Range[] {
  return before.within(start, end).flatMap((old) => {
    if (isHidden(old.flags)) return []
    const kept = after.within(old.start, old.end).filter(({ start: from, paddr, flags }) => paddr === old.paddr + (from - old.start) && lettersBeyond(old.flags, flags) === '')
    const stale: Range[] = []
    let at = old.start
    for (const run of kept) {
      if (at < run.start) stale.push({ start: at, end: run.start })
      at = run.end
    }
    return at < old.end ? [...stale, { start: at, end: old.end }] : stale
  })
}

/** The whole of each leaf that a range cuts. */
function extentsCutBy(leaves: readonly TableLeaf[], { start, end }: Range): Range[] {
  return leaves.flatMap((run) => {
    const isCut = (at: bigint): boolean => run.start < at && at < run.start + run.size && (at - run.start) % run.leafSize !== 0n
    return [start, end].filter(isCut).map((at) => {
      const from = at - ((at - run.start) % run.leafSize)
      return { start: from, end: from + run.leafSize }
    })
  })
}

/** The first address of a range that none of the others covers. */
function firstOutside(range: Range, others: readonly Range[]): bigint | undefined {
  let at = range.start
  for (let moved = true; moved; ) {
    moved = false
    for (const { start, end } of others) {
      if (start <= at && at < end) {
        at = end
        moved = true
      }
    }
  }
  return at < range.end ? at : undefined
}
