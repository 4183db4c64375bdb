/**
 * How page tables are broken: by a format that says something else, by operations that do something else, by what stands
 * between a table and its allocator or its sink.
 */

import { runPageTableConformance } from '@addrspace/conformance'
import type { PageTableInstance } from '@addrspace/conformance'
import { pageTableSubjectOf } from '@addrspace/conformance/page-table'
import type { MachineDescription, SubjectHooks } from '@addrspace/conformance/page-table'
import type { PteFormat } from '@addrspace/page-table'
import type { Fault } from '../base.ts'
import { AARCH64 } from '../machines/aarch64.ts'
import { RISCV_SV39 } from '../machines/riscv.ts'
import { vectorSubjectOf } from '../machines/vector-subject.ts'
import { X86_64 } from '../machines/x86-64.ts'
import type { Mutant } from '../mutant.ts'

export { AARCH64, RISCV_SV39, X86_64 }
export type { Fault }

export const PAGE = 0x1000n
/** What an entry of level 1 spans. */
export const HUGE = 0x20_0000n

/** A mutant whose format is broken. */
export function formatMutant<C extends object>(machine: MachineDescription<C>, fault: Fault, change: (format: PteFormat<C>) => Partial<PteFormat<C>>): Mutant {
  const format = changed(machine.format, change(machine.format))
  return { ...mutantOf('format', { ...machine, format }, fault, () => ({})), vectors: vectorSubjectOf(format) }
}

/** A mutant whose operations are broken. */
export function walkerMutant<C>(machine: MachineDescription<C>, fault: Fault, change: (table: PageTableInstance) => Partial<PageTableInstance>): Mutant {
  return mutantOf('walker', machine, fault, () => ({ operations: (table) => changed(table, change(table)) }))
}

/** A mutant with something wrong between the table and its allocator or its sink. Hooks are made for each table. */
export function hookMutant<C>(kind: 'frames' | 'sink', machine: MachineDescription<C>, fault: Fault, makeHooks: () => SubjectHooks): Mutant {
  return mutantOf(kind, machine, fault, makeHooks)
}

export function mutantOf<C>(kind: string, machine: MachineDescription<C>, { name, ...fault }: Fault, makeHooks: () => SubjectHooks): Mutant {
  const subject = pageTableSubjectOf({ ...machine, name }, makeHooks)
  return { ...fault, name: `${kind}/${name}`, report: (filter = () => true) => runPageTableConformance(subject, { filter }) }
}

/** The same object but for some members. */
export function changed<T extends object>(base: T, changes: Partial<T>): T {
  const members = new Map<string | symbol, unknown>(Object.entries(changes))
  return new Proxy(base, {
    get(target, key): unknown {
      if (members.has(key)) return members.get(key)
      const member: unknown = Reflect.get(target, key, target)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

/** Signed 32-bit halves of a word. */
export function lowOf(word: bigint): number {
  return Number(BigInt.asIntN(32, word))
}

export function highOf(word: bigint): number {
  return Number(BigInt.asIntN(32, word >> 32n))
}

/** Where the entry of a level lies, on a path of x86-64's pointers. */
export function entryOfX86(table: PageTableInstance, vaddr: bigint, level: number): bigint {
  const memory = table.memory!
  let at = memory.roots[0]!
  for (let above = 3; ; above--) {
    const entry = at + 8n * ((vaddr >> BigInt(12 + 9 * above)) & 511n)
    if (above === level) return entry
    at = memory.readWord(entry) & 0x000f_ffff_ffff_f000n
  }
}
