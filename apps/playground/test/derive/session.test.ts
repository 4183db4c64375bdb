/** Positions that were reached by going on are those that a run from the start comes to. */

import { parseScenarios, type Scenario } from '@addrspace/conformance'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BackendName } from '../../src/web/derive/backends.ts'
import { areaAt } from '../../src/web/derive/columns.ts'
import { framesAt } from '../../src/web/derive/frames.ts'
import { Session } from '../../src/web/derive/session.ts'
import { tablesAt } from '../../src/web/derive/tables.ts'

function scenario(header: object, ...ops: readonly object[]): Scenario {
  return parseScenarios([{ scenario: 1, backend: 'mock', ...header }, ...ops].map((line) => JSON.stringify(line)).join('\n'))[0]!
}

const page = (index: number): string => `0x${(0x40_0000 + index * 0x1000).toString(16)}`

const OP = fc.tuple(fc.constantFrom('map', 'unmap', 'protect'), fc.nat(20), fc.integer({ min: 1, max: 8 }), fc.constantFrom('r', 'rw', 'rx'), fc.constantFrom('alloc', 'demand'))
  .map(([op, start, size, flags, backing]) => ({
    op,
    start: page(start),
    size: `0x${(size * 0x1000).toString(16)}`,
    ...(op !== 'unmap' && { flags }),
    ...(op === 'map' && { backing, onOverlap: 'replace' }),
  }))
const OPS = fc.array(fc.oneof({ weight: 4, arbitrary: OP.map((op) => [op]) }, fc.tuple(fc.array(OP, { maxLength: 3 }), fc.constantFrom('commit', 'rollback')).map(([ops, end]) => [{ op: 'begin' }, ...ops, { op: end }])), { maxLength: 12 })
  .map((groups) => groups.flat())

/** All that can be seen of a position. */
function seen(session: Session, of: Scenario, backend: BackendName, count: number): unknown {
  const space = session.at(of, backend, count)
  const columns = space.areas()
  return {
    areas: Array.from({ length: columns.count }, (_, row) => areaAt(columns, row)),
    steps: space.steps.map(({ result, ...counts }) => ({ index: result.index, result: result.result, reason: result.reason, ...counts })),
    frames: framesAt(session, { scenario: of, backend, count }),
    tables: tablesAt(session, { scenario: of, backend, count, most: 100 }),
  }
}

describe('a session', () => {
  it('comes to the same position from any other, in transactions and with a failing frame too', () => {
    fc.assert(fc.property(OPS, fc.constantFrom<BackendName>('mock', 'null', 'x86-64', 'aarch64'), fc.constantFrom({}, { merge: true }, { fail: { frame: 9 } }, { fail: { call: 3 } }), fc.array(fc.nat(40), { maxLength: 12 }), (ops, backend, header, visits) => {
      const of = scenario(header, ...ops)
      const session = new Session()
      for (const visit of visits) {
        const count = visit % (ops.length + 1)
        expect(seen(session, of, backend, count)).toEqual(seen(new Session(), of, backend, count))
      }
    }), { numRuns: 60 })
  })

  it('carries out only the steps between when it goes forth', () => {
    let steps = 0
    const session = new Session(() => { steps += 1 })
    const of = scenario({}, ...Array.from({ length: 50 }, (_, index) => ({ op: 'map', start: page(index), size: '0x1000', flags: 'r' })))
    session.at(of, 'mock', 20)
    session.at(of, 'mock', 21)
    expect(steps).toBe(41)
    // That of 20 goes on; then that of 21.
    session.at(of, 'mock', 22)
    session.at(of, 'mock', 23)
    expect(steps).toBe(45)
  })

  it('keeps the position asked for before, and says so of older ones', () => {
    const session = new Session()
    const of = scenario({}, ...Array.from({ length: 4 }, (_, index) => ({ op: 'map', start: page(2 * index), size: '0x1000', flags: 'r' })))
    const first = session.at(of, 'x86-64', 1)
    const second = session.at(of, 'x86-64', 2)
    expect([first.areas().count, second.areas().count]).toEqual([1, 2])
    session.at(of, 'x86-64', 3)
    expect(second.areas().count).toBe(2)
    expect(() => first.areas()).toThrow('the run has gone on from operation 1 to 3')
  })
})
