import { describe, expect, it } from 'vitest'
import { conformanceCases, registerConformance, runConformance } from '@addrspace/conformance'
import type { Subject } from '@addrspace/conformance'
import { MockBackend, MockPageTable } from '@addrspace/backend-mock'
import { mock, nothing } from './fixtures/subjects.ts'

/** A mock that accepts a map over what is mapped, but changes nothing then. */
class CarelessBackend extends MockBackend {
  override map(...[start, size, flags, table]: Parameters<MockBackend['map']>): ReturnType<MockBackend['map']> {
    super.map(start, size, flags, table)
    return true
  }
}

const careless: Subject<number, MockPageTable> = {
  ...mock,
  name: 'careless',
  create() {
    const pageTable = new MockPageTable()
    return { pageTable, backend: new CarelessBackend(), runs: () => pageTable.runs }
  },
}

const OVER_MAPPED = { filter: 'law/map-needs-unmapped' }

describe('runConformance', () => {
  it('reports each case, in the order of the cases', () => {
    const report = runConformance(mock, { filter: 'law/' })
    expect(report.map(({ id }) => id)).toEqual(conformanceCases('law/').map(({ id }) => id))
    expect(report.find(({ id }) => id === 'law/map-needs-unmapped')).toEqual({ id: 'law/map-needs-unmapped', status: 'pass', detail: '' })
  })

  it('tells what was found wrong', () => {
    expect(runConformance(careless, OVER_MAPPED)).toEqual([
      { id: 'law/map-needs-unmapped', status: 'fail', detail: 'map [4, 8) over [4, 8): expected a refusal, got true' },
    ])
  })

  it('tells why a case does not apply', () => {
    expect(runConformance(nothing, OVER_MAPPED)).toEqual([{ id: 'law/map-needs-unmapped', status: 'unsupported', detail: 'it accepts everything' }])
  })

  it('reports a listed failure as known, and fails a listed case that passes', () => {
    const known = [{ id: 'law/map-needs-unmapped', reason: 'told by the test' }]
    expect(runConformance({ ...careless, known }, OVER_MAPPED)).toEqual([
      { id: 'law/map-needs-unmapped', status: 'known', detail: 'told by the test: map [4, 8) over [4, 8): expected a refusal, got true' },
    ])
    expect(runConformance({ ...mock, known }, OVER_MAPPED)).toEqual([
      { id: 'law/map-needs-unmapped', status: 'fail', detail: 'passes, but is listed as a known failure (told by the test)' },
    ])
  })

  it('takes a function as a filter', () => {
    expect(runConformance(mock, { filter: (id) => id === 'set/find' })).toHaveLength(1)
  })

  it('reports what a subject throws', () => {
    const throwing: Subject<number, MockPageTable> = { ...mock, createSet() { throw new Error('no set today') } }
    expect(runConformance(throwing, { filter: 'set/find-free-offset' })).toEqual([
      { id: 'set/find-free-offset', status: 'fail', detail: 'threw Error: no set today' },
    ])
  })

  it('refuses a manifest that contradicts itself, naming what is wrong', () => {
    const withManifest = (change: object): (() => unknown) => () => runConformance({ ...mock, manifest: { ...mock.manifest, ...change } })
    expect(withManifest({ granule: 3n })).toThrow('"granule" must be a power of two, got 3')
    expect(withManifest({ space: { start: 0n, end: 2n ** 65n } })).toThrow('"space" must lie in [0, 2^64]')
    expect(withManifest({ space: { start: 0n, end: 16n } })).toThrow('"space" must hold at least 1024 granules')
    expect(withManifest({ granule: 16n, space: { start: 8n, end: 2n ** 64n } })).toThrow('"space" must consist of whole granules')
    expect(withManifest({ flags: [1, 2, 1] })).toThrow('"flags" must differ, got equal ones at 2')
    expect(withManifest({ hasTable: false })).toThrow('"runs" must be there exactly when "hasTable" is true')
    expect(() => runConformance({ ...mock, known: [{ id: 'set/none', reason: '' }] })).toThrow('"known" must name cases of the suite, got set/none')
  })
})

describe('registerConformance', () => {
  /** Collects instead of running. */
  function registered(subject: Subject<number, MockPageTable>): { suite: string; tests: Map<string, () => void> } {
    const tests = new Map<string, () => void>()
    let suite = ''
    registerConformance(subject, {
      describe(name, body) { suite = name; body() },
      it: (name, body) => tests.set(name, body),
    }, OVER_MAPPED)
    return { suite, tests }
  }

  it('registers a test per case, whose failure names case and law', () => {
    const { suite, tests } = registered(careless)
    expect(suite).toBe('conformance of careless')
    expect([...tests.keys()]).toEqual(['law/map-needs-unmapped: map refuses a range of which any part is mapped'])
    expect([...tests.values()][0]).toThrow('law/map-needs-unmapped (L2): map [4, 8) over [4, 8): expected a refusal, got true')
  })

  it('lets a known failure pass, and one that is no longer one fail', () => {
    const known = [{ id: 'law/map-needs-unmapped', reason: 'told by the test' }]
    expect([...registered({ ...careless, known }).tests.values()][0]).not.toThrow()
    expect([...registered({ ...mock, known }).tests.values()][0]).toThrow('listed as a known failure')
  })
})
