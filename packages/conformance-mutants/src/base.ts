/**
 * The lawful subjects that mutants are made of, and how: by another backend, another page table, or another set.
 */

import { runConformance } from '@addrspace/conformance'
import type { Manifest, SetOptions, Subject } from '@addrspace/conformance'
import { MockBackend, MockPageTable } from '@addrspace/backend-mock'
import type { MappingBackend, MemorySet } from '@addrspace/memory-set'
import { RollbackTable } from './rollback-table.ts'
import type { Mutant } from './mutant.ts'
import { PagedMock } from './paged-mock.ts'

export type MockOf = MappingBackend<number, MockPageTable>
export type MockSet = MemorySet<number, MockPageTable>
export type MockSetOptions = SetOptions<number, MockPageTable>
export type MockSubject = Subject<number, MockPageTable>

/** Bits r=1 w=2 x=4; 0 is an ordinary value. */
const FLAGS: readonly [number, number, number, number] = [3, 1, 0, 5]

const MANIFEST: Manifest<number> = {
  granule: 1n, space: { start: 0n, end: 2n ** 64n }, flags: FLAGS,
  hasTable: true, canRefuse: true, isLazy: false, isTransactional: false, canMerge: true, takesWideRanges: true,
}

/** The mock: bytes. */
export const mock: MockSubject = subjectOf('mock', MANIFEST, () => new MockBackend(), () => new MockPageTable())
/** The mock in pages of 4 KiB. */
export const pagedMock: MockSubject = subjectOf('paged mock', { ...MANIFEST, granule: 0x1000n }, () => new PagedMock(), () => new MockPageTable())
/** The mock over a table that rolls back. */
export const rollbackMock: MockSubject = subjectOf(
  'mock with rollback', { ...MANIFEST, isTransactional: true }, () => new MockBackend(), () => new RollbackTable(),
)

/** All of them; the suite must pass each. */
export const LAWFUL: readonly MockSubject[] = [mock, pagedMock, rollbackMock]

/** What every kind of mutant is told. */
export interface Fault {
  readonly name: string
  readonly fault: string
  readonly repeats?: string
  readonly meant: string
}

/** A mutant whose backend is broken. `hangs` lists cases that it would never leave. */
export function backendMutant(fault: Fault, createBackend: () => MockOf, options: { base?: MockSubject; hangs?: readonly string[] } = {}): Mutant {
  const { base = mock, hangs = [] } = options
  return mutantOf(fault, 'backend', subjectOf(fault.name, base.manifest, createBackend, () => new MockPageTable()), hangs)
}

/** A mutant whose page table is broken in what it rolls back. */
export function tableMutant(fault: Fault, createTable: () => MockPageTable): Mutant {
  return mutantOf(fault, 'table', subjectOf(fault.name, rollbackMock.manifest, () => new MockBackend(), createTable), [])
}

/** A mutant whose set is broken. */
export function setMutant(fault: Fault, createSet: (options: MockSetOptions) => MockSet): Mutant {
  return mutantOf(fault, 'set', { ...mock, name: fault.name, createSet }, [])
}

function mutantOf({ name, ...fault }: Fault, kind: string, subject: MockSubject, hangs: readonly string[]): Mutant {
  return {
    ...fault,
    name: `${kind}/${name}`,
    report: (filter = () => true) => runConformance(subject, { filter: (id) => filter(id) && !hangs.includes(id) }),
  }
}

function subjectOf(name: string, manifest: Manifest<number>, createBackend: () => MockOf, createTable: () => MockPageTable): MockSubject {
  return {
    name,
    manifest,
    create() {
      const pageTable = createTable()
      return { pageTable, backend: createBackend(), runs: () => pageTable.runs }
    },
  }
}
