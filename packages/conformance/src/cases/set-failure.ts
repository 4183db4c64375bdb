/**
 * All or nothing: whatever fails in the middle of an operation, a backend or a callback, set and table are as before.
 */

import type { MappingResult } from '@addrspace/memory-set'
import { CheckFailure, check, checkEqual, checkOk, checkRefused, checkThrows } from '../check.ts'
import type { Bench, Piece } from '../bench.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { flip, LAYOUT_VERBS, mapLayout } from './layout.ts'
import type { LayoutVerb } from './layout.ts'

/** More backend calls than any operation on the layout makes. */
const MOST_CALLS = 64
const BOOM = new Error('thrown by the case')

export const setFailureCases: readonly ConformanceCase[] = [
  {
    id: 'set/fail-each-call',
    title: 'whichever backend call is refused, of any operation, the operation is refused and nothing has changed',
    law: 'all or nothing',
    catches: ['B1', 'B2', 'B3', 'B4', 'B8', 'B9'],
    run({ open }) {
      for (const verb of LAYOUT_VERBS) {
        for (const merge of ['never', 'equal-neighbours'] as const) {
          forEachCall(open, verb, merge, () => false, (act, what) => {
            checkRefused(act(), 'BadState', 'backend-refused', `${what} refused`)
          })
        }
      }
    },
  },
  {
    id: 'set/fail-each-call-thrown',
    title: 'whichever backend call throws, of any operation, that is thrown on and nothing has changed',
    law: 'all or nothing',
    catches: ['memory_set loses areas when a callback panics'],
    run({ open }) {
      for (const verb of LAYOUT_VERBS) {
        forEachCall(open, verb, 'never', () => { throw BOOM }, (act, what) => {
          check(checkThrows(act, `${what} throwing`) === BOOM, `${what} throwing: expected what the backend threw`)
        })
      }
    },
  },
  {
    id: 'set/undo-refused',
    title: 'if even the undoing is refused, the error names ranges outside of which table and set agree',
    law: 'all or nothing',
    catches: ['B2 pages stay mapped that no area owns'],
    run({ open, manifest }) {
      for (const verb of LAYOUT_VERBS) {
        for (let failing = 2; failing < MOST_CALLS; failing++) {
          const bench = open()
          const set = bench.set()
          mapLayout(bench, set)
          const before = bench.areas(set)
          const what = `${verb.name} with every call from ${failing} on refused`
          const calls = failFrom(bench, failing)
          const result = verb.act(bench, set)
          bench.onCall = () => 'through'
          checkEqual(bench.areas(set), result.ok ? bench.areas(set) : before, `areas after ${what}`)
          if (calls() < failing) break
          if (manifest.isTransactional) {
            checkRefused(result, 'BadState', 'backend-refused', what)
            continue
          }
          const error = checkRefused(result, 'BadState', 'undo-refused', what)
          check(error.untrusted.length > 0, `${what}: expected ranges that are not trusted`)
          bench.distrust()
          checkTrusted(bench, before, error.untrusted, what)
        }
      }
    },
  },
  {
    id: 'set/callback-throws',
    title: 'whichever call of the function given to protect throws, that is thrown on and nothing has changed',
    law: 'all or nothing',
    catches: ['memory_set loses the pieces cut off before update_flags panics'],
    run({ open }) {
      for (let failing = 1; ; failing++) {
        const bench = open()
        const set = bench.set()
        mapLayout(bench, set)
        const before = bench.state(set)
        let asked = 0
        const protect = (): unknown => set.protect(bench.at(4), bench.size(24), (flags) => {
          asked += 1
          if (asked === failing) throw BOOM
          return bench.flags(1 - bench.flagsIndex(flags))
        })
        if (failing > before.areas.length) {
          protect()
          checkEqual(asked, before.areas.length, 'calls of the function')
          return
        }
        check(checkThrows(protect, `call ${failing} throwing`) === BOOM, `call ${failing} throwing: expected what the function threw`)
        bench.checkUnchanged(before, set, `call ${failing} throwing`)
      }
    },
  },
  {
    id: 'set/reentrant-call',
    title: 'a set called from inside its own callbacks throws, and neither call has changed anything by that',
    law: 'mistakes',
    run({ open }) {
      for (const place of ['protect', 'backend', 'permits'] as const) {
        for (const [name, act] of innerCalls()) {
          const bench = open()
          const errors: unknown[] = []
          let isArmed = false
          const callBack = (): void => {
            if (!isArmed) return
            isArmed = false
            errors.push(checkThrows(() => act(bench, set), `${name} from inside ${place}`))
          }
          const set = bench.set({ permits: () => { callBack(); return false } })
          mapLayout(bench, set)
          const before = bench.state(set)
          bench.onCall = () => { if (place === 'backend') callBack(); return 'through' }
          isArmed = true
          if (place === 'permits') checkRefused(set.fault(bench.at(1), 'read'), 'BadState', 'access-denied', 'a fault whose check calls back')
          else if (place === 'backend') checkOk(bench.map(set, 12, 16, 0), 'map whose backend calls back')
          else checkOk(set.protect(bench.at(0), bench.size(8), () => { callBack(); return undefined }), 'protect whose function calls back')
          bench.onCall = () => 'through'
          if (place === 'backend') checkOk(bench.unmap(set, 12, 16), 'unmap of what was mapped')
          checkEqual(errors.length, 1, `calls of ${name} from inside ${place}`)
          check(errors[0] instanceof Error && !(errors[0] instanceof CheckFailure), `${name} from inside ${place} must throw`)
          bench.checkUnchanged(before, set, `${name} from inside ${place}`)
          checkOk(bench.map(set, 12, 16, 0), 'map afterwards')
        }
      }
    },
  },
]

/** Calls of a set: those that would change it, and those that only ask. */
function innerCalls(): readonly (readonly [string, <F, P>(bench: Bench<F, P>, set: ReturnType<Bench<F, P>['set']>) => unknown])[] {
  return [
    ['map', (bench, set) => bench.map(set, 40, 44)],
    ['unmap', (bench, set) => bench.unmap(set, 0, 4)],
    ['protect', (bench, set) => flip(bench, set, 0, 4)],
    ['clear', (_bench, set) => set.clear()],
    ['transaction', (_bench, set) => set.transaction(() => ({ ok: true, value: undefined }))],
    ['find', (bench, set) => set.find(bench.at(0))],
    ['overlaps', (bench, set) => set.overlaps(bench.range(0, 4))],
    ['findFreeArea', (bench, set) => set.findFreeArea(bench.size(1))],
    ['snapshot', (_bench, set) => set.snapshot()],
  ]
}

/** Has every backend call of an operation fail in turn; afterwards the operation, tried again, must succeed. */
function forEachCall<F, P>(
  open: CaseContext<F, P>['open'], verb: LayoutVerb, merge: 'never' | 'equal-neighbours', fail: () => false,
  expectFailure: (act: () => MappingResult, what: string) => void,
): void {
  const all = callsOf(open, verb, merge)
  for (let failing = 1; failing <= all; failing++) {
    const bench = open()
    const set = bench.set({ merge })
    mapLayout(bench, set)
    const before = bench.state(set)
    let calls = 0
    bench.onCall = () => {
      calls += 1
      return calls === failing ? fail() : 'through'
    }
    const what = `${verb.name} with call ${failing}`
    expectFailure(() => verb.act(bench, set), what)
    bench.onCall = () => 'through'
    bench.checkUnchanged(before, set, what)
    set.checkInvariants()
    checkOk(verb.act(bench, set), `${verb.name} again, after ${what}`)
  }
}

/** How many backend calls an operation makes when none fails. */
function callsOf<F, P>(open: CaseContext<F, P>['open'], verb: LayoutVerb, merge: 'never' | 'equal-neighbours'): number {
  const bench = open()
  const set = bench.set({ merge })
  mapLayout(bench, set)
  const calls = bench.recorded(() => checkOk(verb.act(bench, set), verb.name)).length
  check(calls > 0 && calls < MOST_CALLS, `${verb.name}: expected some backend calls, got ${calls}`)
  return calls
}

/** Refuses every call from the n-th on; gives how many there were. */
function failFrom<F, P>(bench: Bench<F, P>, failing: number): () => number {
  let calls = 0
  bench.onCall = () => {
    calls += 1
    return calls >= failing ? false : 'through'
  }
  return () => calls
}

/** Granule by granule, the table agrees with the areas except where the error says it may not. */
function checkTrusted<F, P>(
  bench: Bench<F, P>, areas: readonly Piece[], untrusted: readonly { readonly start: bigint; readonly end: bigint }[], what: string,
): void {
  if (!bench.manifest.hasTable || bench.manifest.isLazy) return
  const table = bench.table()
  const shown = bench.shown(areas)
  for (let granule = -4; granule < 40; granule++) {
    if (untrusted.some(({ start, end }) => start <= bench.at(granule) && bench.at(granule) < end)) continue
    checkEqual(flagsIn(table, granule), flagsIn(shown, granule), `flags of the trusted granule ${granule} after ${what}`)
  }
}

function flagsIn(pieces: readonly Piece[], granule: number): number | undefined {
  return pieces.find(({ start, end }) => start <= granule && granule < end)?.flags
}
