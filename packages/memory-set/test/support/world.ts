/** A set with areas in it, its page table and its backend, made of lines like `0x1000-0x3000 7`. */
import { va, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingBackend, type MemorySetOptions } from '@addrspace/memory-set'
import { AcceptAll } from './accept-all.ts'
import { DenseBackend, DenseTable, TransactionalDenseTable } from './dense.ts'
import { Gate } from './gate.ts'
import { show } from './show.ts'

export interface State {
  readonly areas: string[]
  readonly table: string[]
}

export interface World<T extends DenseTable = DenseTable> {
  readonly set: MemorySet<number, T>
  readonly table: T
  readonly backend: DenseBackend
  readonly gate: Gate
  /** All that an operation can change. */
  readonly state: () => State
}

type Options<P> = Partial<Omit<MemorySetOptions<number, P>, 'pageTable'>>

/** Areas in the first 0x10000 addresses, over a table that shows what is mapped. */
export function world(areas: readonly string[] = [], options: Options<DenseTable> = {}): World {
  return worldOn(new DenseTable(), areas, options)
}

/** The same over a table that can roll back. */
export function transactionalWorld(areas: readonly string[] = [], options: Options<DenseTable> = {}): World<TransactionalDenseTable> {
  return worldOn(new TransactionalDenseTable(), areas, options)
}

/** Areas anywhere in the address space, over nothing. */
export function space(areas: readonly string[] = [], options: Options<null> = {}): { set: MemorySet<number, null>; backend: AcceptAll; gate: Gate } {
  const gate = new Gate()
  const backend = new AcceptAll(gate)
  const set = new MemorySet<number, null>({ pageTable: null, ...options })
  fill(set, areas, backend)
  gate.takeCalls()
  return { set, backend, gate }
}

function worldOn<T extends DenseTable>(table: T, areas: readonly string[], options: Options<DenseTable>): World<T> {
  const gate = new Gate()
  const backend = new DenseBackend(gate)
  const set = new MemorySet<number, T>({ pageTable: table, ...options })
  fill(set, areas, backend)
  gate.takeCalls()
  if (table instanceof TransactionalDenseTable) table.brackets.length = 0
  return { set, table, backend, gate, state: () => ({ areas: show(set), table: table.dump() }) }
}

/** Maps each line with the backend. */
export function fill<P>(set: MemorySet<number, P>, areas: readonly string[], backend: MappingBackend<number, P>): void {
  for (const line of areas) {
    const { start, size, flags } = parseArea(line)
    unwrap(set.map(start, size, flags, backend))
  }
}

export function parseArea(line: string): { start: VirtAddr; size: bigint; flags: number } {
  const [, start, end, flags] = /^(0x[0-9a-f]+)-(0x[0-9a-f]+) (\d+)$/.exec(line) ?? []
  if (start === undefined || end === undefined) throw new Error(`no area: ${line}`)
  return { start: va(BigInt(start)), size: BigInt(end) - BigInt(start), flags: Number(flags) }
}
