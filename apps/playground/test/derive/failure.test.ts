/** Failures half way, worked out by hand: which operation they strike, what was done before, and that all of it is undone. */

import { parseScenarios, type Scenario } from '@addrspace/conformance'
import { describe, expect, it } from 'vitest'
import { BREAK_EXAMPLES } from '../../src/web/break-examples.ts'
import { failureOf } from '../../src/web/derive/failure.ts'
import { failuresOf, type FailuresProgress } from '../../src/web/derive/failures.ts'
import { mutantList, reportOf, type MutantProgress } from '../../src/web/derive/mutants.ts'
import { Cancelled } from '../../src/web/worker/jobs.ts'

function scenario(fail: object | undefined, ...ops: readonly object[]): Scenario {
  return parseScenarios([{ scenario: 1, backend: 'mock', ...(fail && { fail }) }, ...ops].map((line) => JSON.stringify(line)).join('\n'))[0]!
}

/** Maps two pages and one page, beside another that keeps their table; then replaces both, which is two unmaps and a map. */
const REPLACE = [
  { op: 'map', start: '0x8000', size: '0x1000', flags: 'r' },
  { op: 'map', start: '0x1000', size: '0x2000', flags: 'rw' },
  { op: 'map', start: '0x4000', size: '0x1000', flags: 'r' },
  { op: 'map', start: '0x1000', size: '0x4000', flags: 'rx', onOverlap: 'replace' },
]
const ALL = { areas: true, words: true, frames: true }

describe('a failing call', () => {
  it('of a backend whose table rolls back is undone without further calls', () => {
    const { report, totals } = failureOf({ scenario: scenario({ call: 6 }, ...REPLACE), backend: 'riscv-sv39' })
    // Four pages, a table at each level below the root, and four frames for the last map.
    expect(totals).toEqual({ call: 6, frame: 4 + 2 + 4 })
    expect(report).toMatchObject({ op: 3, reason: 'backend-refused', brokenAt: 2, isUndone: ALL, before: { areas: 3, frames: 7, changed: 0 }, during: { changed: 3 }, after: { areas: 3, frames: 7, changed: 0 } })
    expect(report!.events.map((event) => (event.kind === 'call' ? [event.verb, event.start, event.size, event.answer] : event.kind))).toEqual([
      ['unmap', 0x1000n, 0x2000n, 'done'], ['unmap', 0x4000n, 0x1000n, 'done'], ['map', 0x1000n, 0x4000n, 'broken'],
    ])
  })

  it('of one that does not is undone by the opposite calls, the last one first', () => {
    const { report } = failureOf({ scenario: scenario({ call: 6 }, ...REPLACE), backend: 'mock' })
    expect(report!.events.slice(report!.brokenAt! + 1)).toMatchObject([{ verb: 'map', start: 0x4000n, size: 0x1000n, answer: 'done' }, { verb: 'map', start: 0x1000n, size: 0x2000n, answer: 'done' }])
    expect(report).toMatchObject({ isUndone: ALL, during: { changed: 2 }, after: { changed: 0 } })
  })

  it('that the scenario does not come to strikes nothing', () => {
    expect(failureOf({ scenario: scenario({ call: 7 }, ...REPLACE), backend: 'mock' }).report).toBeUndefined()
    expect(failureOf({ scenario: scenario(undefined, ...REPLACE), backend: 'mock' }).report).toBeUndefined()
  })
})

describe('a frame that is not to be had', () => {
  it('gives back those taken before it', () => {
    // Of three pages the first two get their frames; no root is counted.
    const { report } = failureOf({ scenario: scenario({ frame: 3 }, { op: 'map', start: '0x1000', size: '0x3000', flags: 'rw' }), backend: 'x86-64' })
    expect(report!.events.map(({ kind }) => kind)).toEqual(['call', 'taken', 'no-frame', 'given-back'])
    expect(report!.events[1]).toMatchObject({ count: 2 })
    expect(report!.events[3]).toMatchObject({ count: 2, paddr: (report!.events[1] as { paddr: bigint }).paddr })
    expect(report).toMatchObject({ op: 0, isUndone: ALL, before: { frames: 1 }, during: { frames: 3 }, after: { frames: 1 } })
  })

  it('within a transaction is undone to where the operation began', () => {
    const { report } = failureOf({
      scenario: scenario({ frame: 4 }, { op: 'begin' }, { op: 'map', start: '0x1000', size: '0x1000', flags: 'rw' }, { op: 'map', start: '0x2000', size: '0x1000', flags: 'rw' }, { op: 'commit' }),
      backend: 'riscv-sv39',
    })
    // A page and two tables before; then the page that fails.
    expect(report).toMatchObject({ op: 2, before: { areas: 1, frames: 4 }, after: { areas: 1, frames: 4 }, isUndone: ALL })
  })
})

describe('a callback that throws', () => {
  it('strikes the operation that asks it', () => {
    const { report } = failureOf({ scenario: scenario({ callback: 2 }, REPLACE[1]!, REPLACE[2]!, { op: 'protect', start: '0x1000', size: '0x4000', flags: '' }), backend: 'aarch64' })
    expect(report).toMatchObject({ op: 2, reason: 'callback-threw', events: [], isUndone: ALL })
  })
})

describe('every failure in turn', () => {
  const unhurried = { tell: () => undefined, pause: () => Promise.resolve() }

  it('is tried, and each is undone, on every kind of backend', async () => {
    for (const backend of ['mock', 'x86-64', 'riscv-sv39', 'aarch64'] as const) {
      for (const part of ['call', 'frame', 'callback'] as const) {
        for (const { text } of BREAK_EXAMPLES) {
          const tried = await failuresOf({ scenario: parseScenarios(text)[0]!, backend, part }, unhurried)
          expect(tried.filter(({ isUndone }) => !isUndone)).toEqual([])
        }
      }
    }
    const calls = await failuresOf({ scenario: scenario(undefined, ...REPLACE), backend: 'mock', part: 'call' }, unhurried)
    expect(calls.map(({ op }) => op)).toEqual([0, 1, 2, 3, 3, 3])
  })

  it('ends when nobody wants it any more', async () => {
    let pauses = 0
    const cancelled = failuresOf({ scenario: scenario(undefined, ...REPLACE), backend: 'mock', part: 'call' }, {
      tell: (_: FailuresProgress) => undefined,
      pause: () => (++pauses === 3 ? Promise.reject(new Cancelled()) : Promise.resolve()),
    })
    await expect(cancelled).rejects.toThrow(Cancelled)
    expect(pauses).toBe(3)
  })
})

describe('mutants', () => {
  it('are caught by the case that is meant to, which is the first to run', async () => {
    for (const bug of ['B5 memory_set', 'B13 page_table_multiarch', 'B16 page_table_multiarch']) {
      const mutant = mutantList().find(({ repeats }) => repeats === bug)!
      const told: MutantProgress[] = []
      let pauses = 0
      const given = reportOf({ name: mutant.name }, { tell: (progress) => told.push(progress), pause: () => (++pauses > 2 ? Promise.reject(new Cancelled()) : Promise.resolve()) })
      await expect(given).rejects.toThrow(Cancelled)
      expect(told[0]).toMatchObject({ cases: [{ id: mutant.meant, status: 'fail' }], caught: [{ id: mutant.meant, isMeant: true, detail: expect.stringMatching(/./) as string }] })
    }
  })

  it('are known by name', async () => {
    await expect(reportOf({ name: 'set/none' }, { tell: () => undefined, pause: () => Promise.resolve() })).rejects.toThrow('"name" must be that of a mutant')
  })
})
