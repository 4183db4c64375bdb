// Writing words past the page table, as a guest or a bug does.
import { pa, type PhysAddr } from '@addrspace/memory-addr'
import type { PageTable } from '@addrspace/page-table'

/** Where an entry of a table lies. */
export function entryAt(table: PhysAddr, slot: number): PhysAddr {
  return pa(table + 8n * BigInt(slot))
}

/** Lets an entry point to a table. */
export function forge<C>(page: PageTable<C>, table: PhysAddr, slot: number, child: PhysAddr, level: number): void {
  page.memory.writeWord(entryAt(table, slot), page.format.encode({ kind: 'table', frame: child }, level))
}

/** The frame of the table below an entry on the way to an address, at the level given. */
export function tableAt<C>(page: PageTable<C>, vaddr: bigint, level: number): PhysAddr {
  const step = page.walk(vaddr as never).find((candidate) => candidate.level === level)
  if (step === undefined) throw new Error('there is no such table')
  return pa(step.entryAddress & ~0xfffn)
}
