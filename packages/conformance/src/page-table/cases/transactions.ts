/**
 * Transactions: what is told of several changes that are committed as one, and what those who share a half may do
 * with each other's pages and changes.
 */

import { check, checkEqual, checkThrows } from '../../check.ts'
import type { TableBench } from '../bench.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE } from '../shape.ts'
import { both, needs, needsHuge, needsInvalidations } from './needs.ts'

/** Which entries were told to be broken while `act` ran, and for which addresses. */
export function breaksOf(bench: TableBench, act: () => void): readonly unknown[] {
  const first = bench.events.length
  act()
  return bench.events.slice(first).filter((event) => event.kind === 'break').map(({ entry, start, size }) => ({ entry, start, size }))
}

/** What replaces an entry that was unmapped in the same transaction. */
interface Replacement {
  readonly what: string
  readonly before: (bench: TableBench, home: bigint) => void
  readonly after: (bench: TableBench, home: bigint) => void
}

/** At a level with huge leaves. */
function replacementsAt(level: number): Replacement[] {
  const leaf = (number: number) => (bench: TableBench, home: bigint): void => bench.map(home, bench.shape.span(level), bench.shape.frame(level, number), 'rw')
  const page = (paddr: bigint) => (bench: TableBench, home: bigint): void => bench.map(home + PAGE, PAGE, paddr, 'rw')
  return [
    { what: 'a huge leaf by another one', before: leaf(0), after: leaf(1) },
    { what: 'a huge leaf by a table', before: leaf(0), after: page(0x9000n) },
    { what: 'a table by a huge leaf', before: page(0x9000n), after: leaf(0) },
  ]
}

const PAGES: Replacement = {
  what: 'a page by another one',
  before: (bench, home) => bench.map(home, PAGE, 0x9000n, 'rw'),
  after: (bench, home) => bench.map(home, PAGE, 0xa000n, 'rw'),
}

export const transactionCases: readonly PageTableCase[] = [
  {
    id: 'res/bbm-transaction',
    title: 'an entry that was live before a transaction and is another live one after it is broken once, however it came about; no other is, on no machine',
    law: 'DDI 0487, "Using break-before-make"',
    catches: ['a page unmapped and mapped elsewhere in one step of software, which hardware sees as one write'],
    unsupported: both(needsInvalidations, both(needs('transacts'), needsHuge('splits', 'hasMemory', 'hasCodec'))),
    run({ open, manifest }) {
      const isNeeded = manifest.features.breaksBeforeMaking
      for (const level of manifest.leafLevels) {
        for (const { what, before, after } of level === 0 ? [PAGES] : replacementsAt(level)) {
          const bench = open()
          const { shape, table } = bench
          const [home, span] = [shape.home(level), shape.span(level)]
          // A neighbour, for whose sake the table of the entry stays.
          bench.map(home + span, PAGE, 0x1_0000n, 'r')
          before(bench, home)
          const entry = bench.entryAddress(home, level)
          const steps = isNeeded ? [{ entry, start: home, size: span }] : []
          const replaced = breaksOf(bench, () => {
            table.begin!()
            bench.unmap(home, span, { holes: 'skip' })
            after(bench, home)
            table.commit!()
          })
          checkEqual(replaced, steps, `breaks for replacing ${what} at level ${level}`)
          bench.unmap(home, span, { holes: 'skip' })
          before(bench, home)
          const gone = breaksOf(bench, () => {
            table.begin!()
            bench.unmap(home, span, { holes: 'skip' })
            after(bench, home)
            bench.unmap(home, span, { holes: 'skip' })
            table.commit!()
          })
          checkEqual(gone, [], `breaks for replacing ${what} at level ${level}, and unmapping that`)
          const appeared = breaksOf(bench, () => {
            table.begin!()
            before(bench, home)
            bench.unmap(home, span, { holes: 'skip' })
            after(bench, home)
            table.commit!()
          })
          checkEqual(appeared, [], `breaks for what was not live before, ${what} at level ${level}`)
        }
      }
    },
  },
  {
    id: 'res/shared-pages',
    title: 'pages that were allocated through one of the tables that share a half can be given back through any, once, and not while they may be rolled back',
    law: 'operations',
    catches: ['frames of kernel pages that a process mapped and that nobody could give back after it'],
    unsupported: needs('sharesUpperHalf', 'disposes', 'transacts', 'allocatesPages', 'hasFrames'),
    run({ open }) {
      const bench = open()
      bench.countsTables = false
      const first = bench.table
      const second = first.share!()
      const third = first.share!()
      const used = bench.frames.inUse()
      const page = first.allocatePage!()
      check(page !== undefined, 'a page must be had')
      second.freePage!(page)
      checkEqual(bench.frames.inUse(), used, 'frames in use after a page was given back through another table')
      checkThrows(() => first.freePage!(page), 'a page that is given back twice')
      const orphan = third.allocatePage!()
      check(orphan !== undefined, 'a page must be had')
      third.dispose!()
      const left = bench.frames.inUse()
      first.freePage!(orphan)
      checkEqual(bench.frames.inUse(), left - 1, 'frames in use after a page of a table that is gone was given back')
      second.begin!()
      const pending = second.allocatePage!()
      check(pending !== undefined, 'a page must be had')
      checkThrows(() => first.freePage!(pending), 'a page that another table may yet roll back')
      second.rollback!()
      checkEqual(bench.frames.inUse(), left - 1, 'frames in use after the rollback')
      second.dispose!()
    },
  },
  {
    id: 'res/shared-rollback',
    title: 'what one table changes in a shared half is not lost when another one rolls its own changes back',
    law: 'operations',
    catches: ['an undo log that restores a table which somebody else has filled since'],
    unsupported: needs('sharesUpperHalf', 'disposes', 'transacts'),
    run({ open }) {
      const bench = open()
      bench.countsTables = false
      const { shape, table } = bench
      const other = table.share!()
      const [first, second] = [shape.upperHome(0), shape.upperHome(0) + PAGE]
      table.begin!()
      check(table.map(first, PAGE, 0x9000n, 'r').ok, 'a map in the transaction must succeed')
      check(other.map(shape.home(0), PAGE, 0xb000n, 'rw').ok, 'a map in the lower half of the other must succeed')
      let isMapped: boolean
      try {
        isMapped = other.map(second, PAGE, 0xa000n, 'r').ok
      } catch {
        isMapped = false
      }
      table.rollback!()
      checkEqual([other.query(first), other.query(second)?.paddr], [undefined, isMapped ? 0xa000n : undefined], 'what the second table sees after the rollback')
      if (!isMapped) check(other.map(second, PAGE, 0xa000n, 'r').ok, 'a map after the rollback must succeed')
      bench.model.map(second, second + PAGE, 0xa000n, 'r')
      bench.checkMeaning('a map by the other table')
      other.dispose!()
    },
  },
]
