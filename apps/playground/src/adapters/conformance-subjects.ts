/**
 * The backends without a machine as subjects of the conformance suite: what each can do, and how a fresh one is made.
 */

import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import { pageTableCases, runConformance, type CaseReport, type Subject } from '@addrspace/conformance'
import { WORD_SPACE } from '@addrspace/memory-addr'

/** A subject that can be run; its type tells nothing of the backend's flags and table. */
export interface ConformanceSubject {
  /** Runs one case, of sets and mapping backends or of page tables. */
  run(id: string): CaseReport
}

const PAGE_TABLE_CASES: ReadonlySet<string> = new Set(pageTableCases().map(({ id }) => id))

/** Numbers are told apart by value; 0 looks like nothing and is an ordinary value. */
const FLAGS = [3, 1, 0, 5] as const
const SPACE = { start: 0n, end: WORD_SPACE }

export const mockSubject: ConformanceSubject = conformanceSubject<number, MockPageTable>({
  name: 'mock',
  manifest: {
    granule: 1n,
    space: SPACE,
    flags: [...FLAGS],
    hasTable: true,
    canRefuse: true,
    isLazy: false,
    isTransactional: false,
    canMerge: true,
    takesWideRanges: true,
  },
  create() {
    const pageTable = new MockPageTable()
    return { pageTable, backend: new MockBackend(), runs: () => pageTable.runs }
  },
})

export const nullSubject: ConformanceSubject = conformanceSubject<number, undefined>({
  name: 'null',
  manifest: {
    granule: 1n,
    space: SPACE,
    flags: [...FLAGS],
    hasTable: false,
    canRefuse: false,
    isLazy: true,
    isTransactional: false,
    canMerge: true,
    takesWideRanges: true,
  },
  create: () => ({ pageTable: undefined, backend: new NullBackend() }),
})

/** A backend's mapping backend as a subject; cases about page tables do not apply to it. */
export function conformanceSubject<F, P>(subject: Subject<F, P>): ConformanceSubject {
  return {
    run(id) {
      const [report] = runConformance(subject, { filter: (other) => other === id })
      if (report !== undefined) return report
      if (isPageTableCase(id)) return { id, status: 'unsupported', detail: 'there is no page table' }
      throw new RangeError(`"id" must name a case of the suite, got ${id}`)
    },
  }
}

/** Whether a case asks for a page table. */
export function isPageTableCase(id: string): boolean {
  return PAGE_TABLE_CASES.has(id)
}
