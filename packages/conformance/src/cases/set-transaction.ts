/**
 * Transactions of a set: several operations as one.
 */

import type { MappingResult } from '@addrspace/memory-set'
import { check, checkEqual, checkOk, checkThrows } from '../check.ts'
import type { Bench } from '../bench.ts'
import type { ConformanceCase } from '../case.ts'
import { flip, mapLayout, someRefusal } from './layout.ts'

const OK: MappingResult = { ok: true, value: undefined }

export const setTransactionCases: readonly ConformanceCase[] = [
  {
    id: 'set/transaction-commit',
    title: 'a transaction that succeeds keeps what its operations did, and gives the value of its function',
    law: 'transaction',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      mapLayout(bench, set)
      const result = set.transaction(() => {
        changeMuch(bench, set)
        return { ok: true, value: 'told' }
      })
      checkOk(result, 'transaction')
      checkEqual(result.value, 'told', 'value of the transaction')
      const wanted = [
        { start: 0, end: 4, flags: 1 }, { start: 4, end: 6, flags: 0 },
        { start: 10, end: 16, flags: 1 }, { start: 24, end: 32, flags: 0 },
      ]
      checkEqual(bench.areas(set), wanted, 'areas after the transaction')
    },
  },
  {
    id: 'set/transaction-refused',
    title: 'a transaction whose function gives a refusal gives it on, and set and table are as before',
    law: 'transaction',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      mapLayout(bench, set)
      const before = bench.state(set)
      const refusal = someRefusal()
      const result = set.transaction(() => {
        changeMuch(bench, set)
        return refusal
      })
      check(!result.ok && result.error === refusal.error, 'the transaction must give the refusal of its function')
      bench.checkUnchanged(before, set, 'a refused transaction')
      changeMuch(bench, set)
    },
  },
  {
    id: 'set/transaction-thrown',
    title: 'a transaction whose function throws throws that on, and set and table are as before',
    law: 'transaction',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      mapLayout(bench, set)
      const before = bench.state(set)
      const boom = new Error('thrown by the case')
      const thrown = checkThrows(() => set.transaction(() => {
        changeMuch(bench, set)
        throw boom
      }), 'a transaction whose function throws')
      check(thrown === boom, 'the transaction must throw what its function threw')
      bench.checkUnchanged(before, set, 'a transaction that threw')
      changeMuch(bench, set)
    },
  },
  {
    id: 'set/transaction-inner-refusal',
    title: 'an operation refused inside a transaction has changed nothing, and the function may go on',
    law: 'transaction',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      mapLayout(bench, set)
      const result = set.transaction(() => {
        checkOk(bench.unmap(set, 0, 4), 'unmap [0, 4)')
        const between = bench.state(set)
        let calls = 0
        bench.onCall = () => ((calls += 1) === 3 ? false : 'through')
        const refused = flip(bench, set, 4, 28)
        bench.onCall = () => 'through'
        check(!refused.ok, 'protect with a refused call must be refused')
        bench.checkUnchanged(between, set, 'the refused operation')
        return bench.unmap(set, 28, 32)
      })
      checkOk(result, 'transaction')
      checkEqual(bench.areas(set)[0], { start: 4, end: 8, flags: 0 }, 'first area after the transaction')
    },
  },
  {
    id: 'set/transaction-nested',
    title: 'transactions nest: an inner one rolled back keeps the outer work, the outer one undoes inner commits',
    law: 'transaction',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      mapLayout(bench, set)
      const before = bench.state(set)
      const outer = set.transaction(() => {
        checkOk(bench.unmap(set, 2, 6), 'unmap [2, 6)')
        const between = bench.state(set)
        const inner = set.transaction(() => {
          checkOk(set.clear(), 'clear')
          return someRefusal()
        })
        check(!inner.ok, 'the inner transaction must be refused')
        bench.checkUnchanged(between, set, 'the inner transaction')
        checkOk(set.transaction(() => flip(bench, set, 0, 32)), 'a second inner transaction')
        checkOk(bench.map(set, 3, 5, 1), 'map [3, 5)')
        return someRefusal()
      })
      check(!outer.ok, 'the outer transaction must be refused')
      bench.checkUnchanged(before, set, 'the outer transaction')
      checkOk(set.transaction(() => OK), 'an empty transaction')
    },
  },
  {
    id: 'set/transaction-snapshot',
    title: 'a snapshot taken inside a transaction keeps what it saw when the transaction is rolled back',
    law: 'snapshot',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      mapLayout(bench, set)
      const seen: number[] = []
      const result = set.transaction(() => {
        checkOk(bench.unmap(set, 0, 16), 'unmap [0, 16)')
        const snapshot = set.snapshot()
        seen.push(...Array.from(snapshot, (area) => bench.piece(area).start))
        snapshot.dispose()
        return someRefusal()
      })
      check(!result.ok, 'the transaction must be refused')
      checkEqual(seen, [16, 20, 24], 'areas of the snapshot')
      checkEqual(bench.areas(set).map(({ start }) => start), [0, 8, 16, 20, 24], 'areas after the rollback')
    },
  },
]

/** Operations of every verb on the layout, all of which succeed. */
function changeMuch<F, P>(bench: Bench<F, P>, set: ReturnType<Bench<F, P>['set']>): void {
  checkOk(bench.unmap(set, 6, 24), 'unmap [6, 24)')
  checkOk(bench.map(set, 10, 16, 1, bench.other), 'map [10, 16)')
  checkOk(flip(bench, set, 0, 4), 'protect [0, 4)')
}
