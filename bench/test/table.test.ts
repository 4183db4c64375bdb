import { describe, expect, it } from 'vitest'

import { goalRows, markdownRows, measurementRows } from '../run/table.ts'
import type { Measurement } from '../src/results.ts'

const measured = (contender: string, ns: number): Measurement => ({ question: 'find-random', subject: 'set', size: 1000, contender, unit: 'ns', median: ns, low: ns - 1, high: ns + 10 })

describe('the tables', () => {
  it('compare every contender with the first one', () => {
    expect(measurementRows([measured('addrspace', 50), measured('Rust', 40)])).toEqual([
      ['find-random', 'set', '1,000', 'addrspace', '50', 'ns', '49–60', '1 ×'],
      ['find-random', 'set', '1,000', 'Rust', '40', 'ns', '39–50', '0.8 ×'],
    ])
  })

  it('tell the median over the runs and the spread, and whether it is enough', () => {
    const run = (ours: number): Measurement[] => [measured('addrspace', ours), measured('Rust', 40)]
    expect(goalRows([run(40), run(60), run(44)], false)).toEqual([['find, random addresses', 'set', '1,000', 'Rust', '≤ 1.15', '1.1', '1–1.5', 'yes']])
  })

  it('say what of the whole table was not measured', () => {
    const rows = goalRows([[measured('addrspace', 40)]], true)
    expect(rows).toContainEqual(['find, random addresses', 'set', '1,000', 'Rust', '≤ 1.15', 'not measured', '–', 'no'])
  })

  it('are written in Markdown with a line under the header', () => {
    expect(markdownRows([['a', 'b'], ['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |')
  })
})
