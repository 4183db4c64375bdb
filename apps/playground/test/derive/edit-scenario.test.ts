/** Edits that read only what is new come to what reading the whole changed file comes to. */

import { formatHeader, formatOp, parseScenarios, ScenarioError, type Scenario } from '@addrspace/conformance'
import { describe, expect, it } from 'vitest'
import { withHeader, withLines, withoutOp } from '../../src/web/edit-scenario.ts'

const MAP = '{"op":"map","start":"0x1000","size":"0x1000","flags":"rw"}'
const LINES = [MAP, '{"op":"begin"}', '{"op":"areas","expect":[]}', '{"op":"begin"}', '{"op":"clear"}', '{"op":"rollback"}', '{"op":"commit"}', '{"op":"areas"}']
const HEADER = '{"scenario":1,"name":"edited","backend":"mock","merge":true}'
const SCENARIO = read([HEADER, ...LINES])

function read(lines: readonly string[]): Scenario {
  return parseScenarios(lines.join('\n'))[0]!
}

/** The scenario, or what is wrong with it. */
function outcome(make: () => Scenario): Scenario | string {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return error.message
  }
}

/** What each place may get: right lines, wrong ones, and those that change what is around them. */
const PUT_IN: readonly (readonly string[])[] = [
  [MAP], ['{"op":"begin"}', '{"op":"commit"}'], ['{"op":"begin"}'], ['{"op":"rollback"}'], [`{"op":"\\u0062${'begin'.slice(1)}"}`], [], ['# nothing'], [''],
  ['{"op":"mop"}'], ['{'], ['{"op":"areas","addr":"0x0"}'], ['{"scenario":1,"backend":"null"}'], [MAP, '{"op":"clear"}'],
]

describe('lines put into a scenario', () => {
  for (const lines of PUT_IN) {
    it(`${lines.join(' ') || 'none'} come to what the whole file comes to`, () => {
      for (let from = 0; from <= LINES.length; from++) {
        for (const to of [from, from + 1]) {
          if (to > LINES.length) continue
          const whole = outcome(() => read([HEADER, ...LINES.toSpliced(from, to - from, ...lines)]))
          expect(outcome(() => withLines(SCENARIO, from, to, lines))).toEqual(whole)
        }
      }
    })
  }

  it('nest as deep as a file may, and no deeper', () => {
    const deep = read([HEADER, ...Array<string>(100).fill('{"op":"begin"}'), ...Array<string>(100).fill('{"op":"commit"}')])
    expect(outcome(() => withLines(deep, 100, 100, ['{"op":"begin"}', '{"op":"commit"}']))).toBe('line 102: "op": begin is nested deeper than 100')
  })
})

describe('an operation taken out', () => {
  for (const [index, removed] of [[0, [0]], [1, [1, 6]], [2, [2]], [3, [3, 5]], [5, [5, 3]], [6, [6, 1]], [7, [7]], [8, [8]]] as const) {
    it(`at ${index} leaves what a file without it says`, () => {
      const left = withoutOp(SCENARIO, index)
      expect(left.removed).toEqual(removed)
      expect(left.scenario).toEqual(read([HEADER, ...LINES.filter((_, at) => !removed.some((gone) => gone === at))]))
    })
  }
})

describe('another header', () => {
  it('is checked, and leaves the operations', () => {
    const changed = withHeader(SCENARIO, { backend: 'x86-64', fail: { frame: 3 } })
    expect(changed).toEqual(read([formatHeader({ backend: 'x86-64', fail: { frame: 3 } }), ...SCENARIO.ops.map(formatOp)]))
    expect(outcome(() => withHeader(SCENARIO, { backend: 'mock', memory: { size: 0n } }))).toBe('line 1: "memory.size": must not be 0')
  })
})
