import { describe, expect, it } from 'vitest'
import { conformanceCases, pageTableCases, registerPageTableConformance, runPageTableConformance } from '@addrspace/conformance'
import type { PageTableSubject, TableOutcome } from '@addrspace/conformance'
import { flat, FLAT_MANIFEST, FlatTable } from './fixtures/flat-table.ts'

/** Maps over what is mapped, without a change. */
class CarelessTable extends FlatTable {
  override map(...request: Parameters<FlatTable['map']>): TableOutcome {
    super.map(...request)
    return { ok: true }
  }
}

const careless: PageTableSubject = { ...flat, name: 'careless', create: () => new CarelessTable() }
const OVER_SAME = { filter: 'map/over-same' }

describe('the cases about page tables', () => {
  it('have unique ids by clause, different from those about sets, a title and a law', () => {
    const cases = pageTableCases()
    const ids = [...cases, ...conformanceCases()].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { id, title, law } of cases) {
      expect(id).toMatch(/^(map|unmap|protect|flags|pte|walk|res)\/[a-z0-9-]+$/)
      expect(title.length).toBeGreaterThan(20)
      expect(title).not.toMatch(/should|[.]$/)
      expect(law).not.toBe('')
    }
  })

  it('pass a table of base pages that can do nothing else, as far as they apply', () => {
    const report = runPageTableConformance(flat)
    expect(report.filter(({ status }) => status === 'fail')).toEqual([])
    const passed = report.filter(({ status }) => status === 'pass').map(({ id }) => id)
    expect(passed).toEqual([
      'map/base-4k', 'map/first-last-of-space', 'map/halves-apart', 'map/alias', 'map/frame-zero', 'map/no-huge-on-small-frame', 'map/across-tables', 'map/carry',
      'map/non-canonical', 'map/frame-too-wide', 'map/frame-misaligned', 'map/va-misaligned', 'map/zero-length', 'map/over-same', 'map/range-conflict-late', 'map/random-model',
      'unmap/one', 'unmap/absent', 'unmap/over-holes', 'unmap/hole-late', 'unmap/wide-hole-cost',
      'protect/each-pair', 'protect/none-and-back', 'protect/hole', 'protect/empty-huge-slot', 'protect/never-a-table',
      'flags/round-trip-all', 'flags/refused-protect', 'flags/nothing-unasked', 'flags/memory-types',
    ])
  })
})

describe('runPageTableConformance', () => {
  it('tells what was found wrong', () => {
    expect(runPageTableConformance(careless, OVER_SAME)).toEqual([{ id: 'map/over-same', status: 'fail', detail: 'map of the same page: expected a refusal, got success' }])
  })

  it('tells why a case does not apply', () => {
    expect(runPageTableConformance(flat, { filter: 'pte/golden' })).toEqual([{ id: 'pte/golden', status: 'unsupported', detail: 'entry words cannot be asked about' }])
  })

  it('reports a listed failure as known, and fails a listed case that passes', () => {
    const known = [{ id: 'map/over-same', reason: 'told by the test' }]
    expect(runPageTableConformance({ ...careless, known }, OVER_SAME)).toEqual([
      { id: 'map/over-same', status: 'known', detail: 'told by the test: map of the same page: expected a refusal, got success' },
    ])
    expect(runPageTableConformance({ ...flat, known }, OVER_SAME)).toEqual([
      { id: 'map/over-same', status: 'fail', detail: 'passes, but is listed as a known failure (told by the test)' },
    ])
  })

  it('takes a function as a filter', () => {
    expect(runPageTableConformance(flat, { filter: (id) => id === 'unmap/one' })).toHaveLength(1)
  })

  it('refuses a manifest that contradicts itself, naming what is wrong', () => {
    const withManifest = (change: object): (() => unknown) => () => runPageTableConformance({ ...flat, manifest: { ...FLAT_MANIFEST, ...change } })
    expect(withManifest({ leafLevels: [1] })).toThrow('"leafLevels" must ascend from 0')
    expect(withManifest({ leafLevels: [0, 4] })).toThrow('"leafLevels" must ascend from 0')
    expect(withManifest({ levels: 1 })).toThrow('"levels" must be at least 2')
    expect(withManifest({ levels: 6 })).toThrow('must make less than 64 bits')
    expect(withManifest({ grants: {} })).toThrow('"grants" must grant r as it is')
    const { grants } = FLAT_MANIFEST
    for (const letters of ['rw', 'rx', 'rwx', 'ru', 'rwu', 'rxu', 'rwxu']) {
      expect(withManifest({ grants: { ...grants, [letters]: null } })).toThrow(`"grants" must grant ${letters} as it is, got null`)
    }
    expect(withManifest({ grants: { ...grants, '': undefined } })).toThrow('"grants" must grant a page without letters, got undefined')
    expect(withManifest({ features: { ...FLAT_MANIFEST.features, translates: true } })).toThrow('the part behind "translates" must be there')
    expect(() => runPageTableConformance({ ...flat, known: [{ id: 'map/none', reason: '' }] })).toThrow('"known" must name cases of the suite, got map/none')
  })
})

describe('registerPageTableConformance', () => {
  it('registers a test per case that applies, whose failure names case and law', () => {
    const tests = new Map<string, () => void>()
    let suite = ''
    registerPageTableConformance(careless, { describe: (name, body) => { suite = name; body() }, it: (name, body) => tests.set(name, body) }, OVER_SAME)
    expect(suite).toBe('page-table conformance of careless')
    expect([...tests.keys()]).toEqual(['map/over-same: mapping a page again is refused, with another frame and with the same'])
    expect([...tests.values()][0]).toThrow('map/over-same (operations): map of the same page: expected a refusal, got success')
  })
})
