/**
 * The backends without a machine as subjects of the conformance suite: what each can do, and how a fresh one is made.
 */

import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import { runConformance, type CaseReport, type Subject } from '@addrspace/conformance'
import { WORD_SPACE } from '@addrspace/memory-addr'

/** A subject that can be run; its type tells nothing of the backend's flags and table. */
export interface ConformanceSubject {
  /** Runs one case. */
  run(id: string): CaseReport
}

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

/** A subject of which only its cases are known. */
export function conformanceSubject<F, P>(subject: Subject<F, P>): ConformanceSubject {
  return {
    run(id) {
      const [report] = runConformance(subject, { filter: (other) => other === id })
      if (report === undefined) throw new RangeError(`"id" must name a case of the suite, got ${id}`)
      return report
    },
  }
}
