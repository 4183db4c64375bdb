import { describe, expect, it } from 'vitest'

import { figureOf, GOALS, isReached, OURS, RUST, type Goal } from '../src/goals.ts'
import type { Measurement } from '../src/results.ts'
import { median } from '../src/results.ts'
import { listCells } from '../run/contenders.ts'

const measured = (contender: string, size: number, ns: number): Measurement => ({ question: 'map-unmap', subject: 'set', size, contender, unit: 'ns', median: ns, low: ns, high: ns })
const goal = (more: Partial<Goal>): Goal => ({ question: 'map-unmap', subject: 'set', size: 1000, contender: OURS, against: { contender: RUST }, kind: 'ratio', bound: 2, ...more })

describe('a goal', () => {
  const run = [measured(OURS, 1000, 300), measured(RUST, 1000, 600), measured('sorted-btree', 1000, 900), measured('@js-sdsl/ordered-map', 1000, 1200), measured(OURS, 100, 100)]

  it('divides ours by theirs for a ratio, and theirs by ours for times faster', () => {
    expect(figureOf(goal({}), run)).toBe(0.5)
    expect(figureOf(goal({ kind: 'faster' }), run)).toBe(2)
  })

  it('is against the best of several that were measured', () => {
    expect(figureOf(goal({ kind: 'faster', against: { bestOf: ['@js-sdsl/ordered-map', 'sorted-btree', 'absent'] } }), run)).toBe(3)
  })

  it('compares two sizes of the same contender, and can count by itself', () => {
    expect(figureOf(goal({ against: { size: 100 } }), run)).toBe(3)
    expect(figureOf(goal({ against: 'itself' }), run)).toBe(300)
  })

  it('has no figure where one of both was not measured', () => {
    expect(figureOf(goal({ size: 16 }), run)).toBeUndefined()
    expect(figureOf(goal({ against: { contender: 'absent' } }), run)).toBeUndefined()
  })

  it('is reached at the bound, in either direction', () => {
    expect(isReached(goal({ bound: 2 }), 2)).toBe(true)
    expect(isReached(goal({ bound: 2 }), 2.01)).toBe(false)
    expect(isReached(goal({ kind: 'faster', bound: 2 }), 2)).toBe(true)
    expect(isReached(goal({ kind: 'faster', bound: 2 }), 1.99)).toBe(false)
  })
})

describe('the table of goals', () => {
  it('asks only for what is measured', () => {
    const cells = listCells('native').flatMap(({ question, subject, size, contenders }) => [...contenders.keys()].map((contender) => [question.name, subject, size, contender].join(' ')))
    const elsewhere = new Set(['size', 'replay-time', 'replay-memory'])
    const missing = GOALS.filter(({ question, subject, size, contender }) => !elsewhere.has(question) && !cells.includes([question, subject, size, contender].join(' ')))
    expect(missing).toEqual([])
  })
})

describe('a median', () => {
  it('is the one in the middle, or between the two', () => {
    expect(median([10, 2, 7])).toBe(7)
    expect(median([10, 2, 7, 4])).toBe(5.5)
  })
})
