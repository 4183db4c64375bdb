// Writes the figures into BENCHMARKS.md: what is between its markers is made of the newest saved result.
//   node --conditions=@addrspace/source bench/run/document.ts
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { middleRun, type SavedResult } from '../src/results.ts'
import { BENCH } from './native.ts'
import { GOAL_HEADER, goalRows, markdownRows, MEASUREMENT_HEADER, measurementRows } from './table.ts'

export const DOCUMENT: string = join(BENCH, '../BENCHMARKS.md')
const RESULTS = join(BENCH, 'results')
const BEGIN = '<!-- figures: written by bench/run/document.ts -->'
const END = '<!-- end of figures -->'

/** The name of the newest saved result without its ending, or undefined if none is kept. */
export function newestResult(): string | undefined {
  const names = readdirSync(RESULTS).filter((file) => file.endsWith('.json'))
  return names.sort().at(-1)?.replace(/\.json$/, '')
}

/** What is to stand between the markers. */
export function figuresFor(name: string | undefined): string {
  if (name === undefined) return 'No result is kept yet.'
  const result = JSON.parse(readFileSync(join(RESULTS, `${name}.json`), 'utf8')) as SavedResult
  const facts = { date: result.date, runs: result.runs.length, ...result.machine }
  return [
    `From [bench/results/${name}.json](bench/results/${name}.json):`,
    markdownRows([Object.keys(facts), Object.values(facts).map(String)]),
    `Versions: ${Object.entries(result.versions).map(([what, version]) => `${what} ${version}`).join(', ')}.`,
    '### Against the figures to reach',
    markdownRows([GOAL_HEADER, ...goalRows(result.runs, true)]),
    '### Cost against the number of areas',
    `![Nanoseconds by number of areas](bench/results/${name}.svg)`,
    '### Everything that was measured',
    markdownRows([MEASUREMENT_HEADER, ...measurementRows(middleRun(result))]),
  ].join('\n\n')
}

/** What stands between the markers now. */
export function writtenFigures(): string {
  const [begin, end] = markersIn(readFileSync(DOCUMENT, 'utf8'))
  return readFileSync(DOCUMENT, 'utf8').slice(begin, end).trim()
}

function markersIn(text: string): [number, number] {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`BENCHMARKS.md must have the lines ${BEGIN} and ${END}`)
  return [begin + BEGIN.length, end]
}

if (import.meta.main) {
  const text = readFileSync(DOCUMENT, 'utf8')
  const [begin, end] = markersIn(text)
  writeFileSync(DOCUMENT, `${text.slice(0, begin)}\n\n${figuresFor(newestResult())}\n\n${text.slice(end)}`)
}
