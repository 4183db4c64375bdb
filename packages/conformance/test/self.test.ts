import { describe, expect, it } from 'vitest'
import { conformanceCases, runConformance } from '@addrspace/conformance'
import type { Subject } from '@addrspace/conformance'
import { demand, mock, nothing, pages, slices } from './fixtures/subjects.ts'

/** The ids of the cases that do not apply to a subject; fails for any that does not pass. */
function unsupportedBy<F, P>(subject: Subject<F, P>): readonly string[] {
  const report = runConformance(subject)
  expect(report.filter(({ status }) => status === 'fail' || status === 'known')).toEqual([])
  return report.filter(({ status }) => status === 'unsupported').map(({ id }) => id)
}

const NEEDS_TRANSACTIONS = ['table/rollback', 'table/commit', 'table/nested']
const NEEDS_TABLE = ['law/map-covers-range', 'law/unmap-covers-range', 'law/protect-covers-range', 'law/protect-each-pair']
const NEEDS_STRICTNESS = [
  'law/map-needs-unmapped', 'law/map-refused-changed-nothing', 'law/unmap-refused-changed-nothing',
  'law/protect-refused-changed-nothing', 'law/random-calls',
]

describe('the suite', () => {
  it('passes the mock, which lacks transactions and a granule', () => {
    expect(unsupportedBy(mock).toSorted()).toEqual([...NEEDS_TRANSACTIONS, 'law/granule-misaligned'].toSorted())
  })

  it('passes the null backend, of which little can be seen', () => {
    const expected = [...NEEDS_TRANSACTIONS, ...NEEDS_TABLE, ...NEEDS_STRICTNESS, 'law/granule-misaligned']
    expect(unsupportedBy(nothing).toSorted()).toEqual(expected.toSorted())
  })

  it('passes a backend that has to be sliced and never merges', () => {
    const expected = [...NEEDS_TRANSACTIONS, 'law/granule-misaligned', 'law/pieces-across-maps', 'set/merge-then-cut']
    expect(unsupportedBy(slices).toSorted()).toEqual(expected.toSorted())
  })

  it('passes a backend of pages over a table that rolls back', () => {
    const expected = ['law/pieces-across-maps', 'law/wide-range-cost', 'set/merge-then-cut', 'set/whole-space']
    expect(unsupportedBy(pages).toSorted()).toEqual(expected.toSorted())
  })

  it('passes a backend on demand in the upper half', () => {
    expect(unsupportedBy(demand).toSorted()).toEqual([...NEEDS_TABLE, ...NEEDS_STRICTNESS, 'set/whole-space'].toSorted())
  })
})

describe('the cases', () => {
  it('have unique ids by clause, a title and a law', () => {
    const cases = conformanceCases()
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
    for (const { id, title, law } of cases) {
      expect(id).toMatch(/^(law|table|set)\/[a-zA-Z0-9-]+$/)
      expect(title.length).toBeGreaterThan(20)
      expect(title).not.toMatch(/should|[.]$/)
      expect(law).not.toBe('')
    }
  })
})
