// The benchmark on the command line: everybody side by side, in turns, and how we compare.
//   pnpm bench [--only QUESTION] [--size N] [--rounds N] [--runs N] [--smoke] [--json] [--save]
import { parseArgs } from 'node:util'

import type { Measurement } from '../src/results.ts'
import { listCells } from './contenders.ts'
import { FULL, measureCell, Processes, SMOKE } from './measure.ts'
import { buildNative, cargoVersion } from './native.ts'
import { alignRows, GOAL_HEADER, goalRows, MEASUREMENT_HEADER, measurementRows } from './table.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    size: { type: 'string', multiple: true },
    rounds: { type: 'string', default: String(FULL.rounds) },
    runs: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
})

const settings = { ...FULL, rounds: Number(values.rounds) }
const native = cargoVersion() === undefined ? undefined : buildNative()
const cells = listCells(native).filter(({ question, size }) => (values.only?.some((part) => question.name.includes(part)) ?? true) && (values.size?.includes(String(size)) ?? true))
const runs: Measurement[][] = []
for (let i = 0; i < Number(values.runs); i++) {
  const run: Measurement[] = []
  for (const cell of cells) {
    const found = await measureCell(cell, settings, new Processes(), true)
    run.push(...found)
    if (!values.json) console.log(alignRows(measurementRows(found)))
  }
  runs.push(run)
}
if (values.json) console.log(JSON.stringify({ runs }))
else console.log(`\n${alignRows([GOAL_HEADER, ...goalRows(runs)])}`)
void SMOKE
void MEASUREMENT_HEADER
