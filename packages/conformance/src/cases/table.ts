/**
 * The optional part of a page table's contract: transactions. Law T1; T2 is about frames and invalidations, which a
 * mapping backend does not show.
 */

import type { TransactionalPageTable } from '@addrspace/memory-set'
import { check, checkEqual } from '../check.ts'
import type { ConformanceCase } from '../case.ts'
import type { Capabilities } from '../subject.ts'
import { checkDone, Direct } from './direct.ts'

const METHODS: readonly (keyof TransactionalPageTable)[] = ['beginTransaction', 'commitTransaction', 'rollbackTransaction']

const needsTransactions = ({ isTransactional }: Capabilities): string | undefined =>
  isTransactional ? undefined : 'the page table cannot roll back'

export const tableCases: readonly ConformanceCase[] = [
  {
    id: 'table/transactions-as-declared',
    title: 'the page table has the three methods of a transaction exactly if its manifest says so',
    law: 'T1',
    run({ open, manifest }) {
      checkEqual(transactional(open().pageTable) !== undefined, manifest.isTransactional, 'a page table with transactions')
    },
  },
  {
    id: 'table/rollback',
    title: 'a rollback restores the table of the matching begin, whatever was done since',
    law: 'T1',
    unsupported: needsTransactions,
    run({ open }) {
      const bench = open()
      const direct = new Direct(bench)
      const table = required(bench.pageTable)
      checkDone(direct.map(0, 8, 0), 'map [0, 8)')
      const before = bench.state()
      table.beginTransaction()
      checkDone(direct.unmap(2, 4), 'unmap [2, 4)')
      checkDone(direct.protect(5, 8, 1), 'protect [5, 8)')
      checkDone(direct.map(12, 16, 1), 'map [12, 16)')
      checkDone(direct.unmap(12, 13), 'unmap [12, 13)')
      table.rollbackTransaction()
      bench.checkUnchanged(before, undefined, 'a rollback')
      checkDone(direct.map(12, 16, 0), 'map after the rollback')
    },
  },
  {
    id: 'table/commit',
    title: 'a commit keeps what was done',
    law: 'T1',
    unsupported: needsTransactions,
    run({ open, manifest }) {
      const bench = open()
      const direct = new Direct(bench)
      const table = required(bench.pageTable)
      table.beginTransaction()
      checkDone(direct.map(0, 8, 0), 'map [0, 8)')
      checkDone(direct.unmap(2, 4), 'unmap [2, 4)')
      table.commitTransaction()
      if (manifest.hasTable && !manifest.isLazy) {
        checkEqual(bench.table(), bench.shown([{ start: 0, end: 2, flags: 0 }, { start: 4, end: 8, flags: 0 }]), 'table after a commit')
      }
    },
  },
  {
    id: 'table/nested',
    title: 'brackets nest: an inner rollback keeps the outer work, an outer one undoes inner commits',
    law: 'T1',
    unsupported: needsTransactions,
    run({ open }) {
      const bench = open()
      const direct = new Direct(bench)
      const table = required(bench.pageTable)
      const empty = bench.state()
      table.beginTransaction()
      checkDone(direct.map(0, 4, 0), 'map [0, 4)')
      const outer = bench.state()
      table.beginTransaction()
      checkDone(direct.unmap(0, 4), 'unmap [0, 4)')
      table.rollbackTransaction()
      bench.checkUnchanged(outer, undefined, 'an inner rollback')
      table.beginTransaction()
      checkDone(direct.map(8, 12, 1), 'map [8, 12)')
      table.commitTransaction()
      table.rollbackTransaction()
      bench.checkUnchanged(empty, undefined, 'the outer rollback')
    },
  },
]

function transactional(pageTable: unknown): TransactionalPageTable | undefined {
  return isTransactional(pageTable) ? pageTable : undefined
}

function isTransactional(pageTable: unknown): pageTable is TransactionalPageTable {
  return typeof pageTable === 'object' && pageTable !== null &&
    METHODS.every((method) => typeof Reflect.get(pageTable, method) === 'function')
}

function required(pageTable: unknown): TransactionalPageTable {
  const table = transactional(pageTable)
  check(table !== undefined, 'the page table lacks a method of transactions')
  return table
}
