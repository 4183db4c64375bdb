/**
 * What comes after an undo that was refused: no work where the table cannot be trusted, until the set is told that it can
 * again, and work as usual everywhere else.
 */

import type { MappingResult, MemorySet } from '@addrspace/memory-set'
import type { Bench, Piece } from '../bench.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { check, checkEqual, checkOk, checkRefused } from '../check.ts'
import { flip, LAYOUT_VERBS, mapLayout } from './layout.ts'
import type { LayoutVerb } from './layout.ts'

/** More backend calls than any operation on the layout makes. */
const MOST_CALLS = 64
/** The granules that the verbs of the layout reach. */
const FIRST = -4
const END = 40

export const setUntrustedCases: readonly ConformanceCase[] = [
  {
    id: 'set/undo-refused-remembered',
    title: 'where undoing was refused, every operation is refused before anything is done; next to it, all goes on',
    law: 'all or nothing',
    catches: ['B2 pages stay mapped that no area owns'],
    run({ open, manifest }) {
      forEachRefusedUndo(open, manifest.isTransactional, (bench, set, what) => {
        const before = bench.state(set)
        let calls = 0
        bench.onCall = () => { calls += 1; return 'through' }
        for (let granule = FIRST; granule < END; granule++) {
          if (!isUntrusted(bench, set, granule)) continue
          for (const [verb, result] of operationsAt(bench, set, granule)) {
            const error = checkRefused(result, 'BadState', 'untrusted', `${verb} at granule ${granule} after ${what}`)
            check(error.range !== undefined && error.range.start <= bench.at(granule) && bench.at(granule) < error.range.end, `${verb} at granule ${granule} after ${what}: expected the untrusted range`)
          }
        }
        checkRefused(set.clear(), 'BadState', 'untrusted', `clear after ${what}`)
        checkEqual(calls, 0, `backend calls where nothing is trusted, after ${what}`)
        bench.checkUnchanged(before, set, `work where nothing is trusted, after ${what}`)
        checkOk(bench.map(set, END, END + 4, 0), `map elsewhere after ${what}`)
        checkOk(flip(bench, set, END, END + 2), `protect elsewhere after ${what}`)
        checkOk(bench.unmap(set, END, END + 4), `unmap elsewhere after ${what}`)
        bench.checkUnchanged(before, set, `work elsewhere, after ${what}`)
      })
    },
  },
  {
    id: 'set/undo-refused-not-offered',
    title: 'a search for free space offers nothing of where undoing was refused',
    law: 'all or nothing',
    run({ open, manifest }) {
      forEachRefusedUndo(open, manifest.isTransactional, (bench, set, what) => {
        const isFree = (granule: number): boolean => !set.overlaps(bench.range(granule, granule + 1)) && !isUntrusted(bench, set, granule)
        const limit = bench.range(FIRST, END)
        for (let granule = FIRST; granule < END; granule++) {
          const lowest = set.findFreeArea(bench.granule, { limit, hint: bench.at(granule) })
          const highest = set.findFreeArea(bench.granule, { limit, hint: bench.at(granule + 1), direction: 'down' })
          let up = granule
          while (up < END && !isFree(up)) up += 1
          let down = granule
          while (down >= FIRST && !isFree(down)) down -= 1
          checkEqual(lowest, up < END ? bench.at(up) : undefined, `lowest free granule from ${granule} on, after ${what}`)
          checkEqual(highest, down >= FIRST ? bench.at(down) : undefined, `highest free granule up to ${granule}, after ${what}`)
        }
      })
    },
  },
  {
    id: 'set/undo-refused-trusted-again',
    title: 'once the table is in order and the set told so, the operation that failed succeeds',
    law: 'all or nothing',
    run({ open, manifest }) {
      forEachRefusedUndo(open, manifest.isTransactional, (bench, set, what, verb) => {
        const areas = bench.areas(set)
        for (let granule = FIRST; granule < END; granule++) {
          if (!isUntrusted(bench, set, granule)) continue
          if (manifest.hasTable) putInOrder(bench, areas, granule)
          set.trust(bench.range(granule, granule + 1))
        }
        checkEqual(set.untrusted.length, 0, `untrusted ranges, all of them trusted again, after ${what}`)
        bench.checkCommon(`put in order after ${what}`)
        checkOk(verb.act(bench, set), `${verb.name} again, after ${what}`)
        bench.checkCommon(`after ${verb.name} again, after ${what}`)
      })
    },
  },
]

/** Has every operation fail so that undoing is refused, too, from each of its calls on. */
function forEachRefusedUndo<F, P>(
  open: CaseContext<F, P>['open'], isTransactional: boolean,
  visit: (bench: Bench<F, P>, set: MemorySet<F, P>, what: string, verb: LayoutVerb) => void,
): void {
  for (const verb of LAYOUT_VERBS) {
    for (let failing = 2; failing < MOST_CALLS; failing++) {
      const bench = open()
      const set = bench.set()
      mapLayout(bench, set)
      let calls = 0
      bench.onCall = () => {
        calls += 1
        return calls >= failing ? false : 'through'
      }
      const result = verb.act(bench, set)
      bench.onCall = () => 'through'
      if (calls < failing) break
      const what = `${verb.name} with every call from ${failing} on refused`
      if (isTransactional) {
        checkEqual(set.untrusted.length, 0, `untrusted ranges of a table that can roll back, after ${what}`)
        continue
      }
      const error = checkRefused(result, 'BadState', 'undo-refused', what)
      for (const { start, end } of error.untrusted) {
        check(set.untrusted.some((known) => known.start <= start && end <= known.end), `${what}: expected the set to remember the ranges of the error`)
      }
      visit(bench, set, what, verb)
      bench.distrust()
    }
  }
}

function isUntrusted<F, P>(bench: Bench<F, P>, set: MemorySet<F, P>, granule: number): boolean {
  return set.untrusted.some(({ start, end }) => start <= bench.at(granule) && bench.at(granule) < end)
}

/** One of each operation that touches a granule, made one after the other. */
function* operationsAt<F, P>(bench: Bench<F, P>, set: MemorySet<F, P>, granule: number): Generator<readonly [string, MappingResult<unknown>]> {
  yield ['map', bench.map(set, granule, granule + 1)]
  yield ['replacing map', set.map(bench.at(granule - 1), bench.size(2), bench.flags(0), bench.backend, { onOverlap: 'replace' })]
  yield ['unmap', bench.unmap(set, granule, granule + 2)]
  yield ['protect', flip(bench, set, granule, granule + 1)]
  yield ['fault', set.fault(bench.at(granule), 'read')]
}

/** Makes the table show a granule as the areas have it, by the subject's own backend. */
function putInOrder<F, P>(bench: Bench<F, P>, areas: readonly Piece[], granule: number): void {
  const flagsIn = (pieces: readonly Piece[]): number | undefined => pieces.find(({ start, end }) => start <= granule && granule < end)?.flags
  const mapped = flagsIn(bench.table())
  const wanted = flagsIn(areas)
  if (mapped !== undefined) checkEqual(bench.bare.unmap(bench.at(granule), bench.granule, bench.pageTable), true, `unmap of granule ${granule} by the backend`)
  if (wanted !== undefined) checkEqual(bench.bare.map(bench.at(granule), bench.granule, bench.flags(wanted), bench.pageTable), true, `map of granule ${granule} by the backend`)
}
