// The benchmark on the command line: everybody side by side, in turns, and how we compare.
//   pnpm bench [--only QUESTION] [--size N] [--rounds N] [--runs N] [--json] [--save] | --smoke | --deopts | --profile
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { QUESTIONS } from '../src/questions.ts'
import { middleRun, type Measurement, type SavedResult } from '../src/results.ts'
import { drawChart } from './chart.ts'
import { listCells } from './contenders.ts'
import { traceDeopts } from './deopts.ts'
import { describeMachine, listVersions } from './machine.ts'
import { FULL, measureCell, Processes } from './measure.ts'
import { BENCH, buildNative } from './native.ts'
import { profileCell } from './profile.ts'
import { measureReplay } from './replay.ts'
import { measureSizes } from './sizes.ts'
import { smoke } from './smoke.ts'
import { alignRows, GOAL_HEADER, goalRows, MEASUREMENT_HEADER, measurementRows } from './table.ts'

const REPLAY_LINES = 20_000
const REPLAYS = 5

const NAMES = [...QUESTIONS.map(({ name }) => name), 'size', 'replay']

const HELP = `usage: pnpm bench [options]      (npm run bench -- [options])

Measures addrspace, the Rust originals, npm containers and the limits side by side, in turns; prints ratios of medians.

  --only QUESTION   only this question; may be given several times:
${wrap(NAMES)}
  --size N          only this number of areas, or of pages; may be given several times
  --rounds N        fresh processes per contender and question (default ${String(FULL.rounds)})
  --runs N          whole runs; the table tells the median over them (default 1)
  --save            keeps the result and its chart in bench/results; whole runs only
  --json            nothing but JSON on stdout, progress on stderr
  --smoke           everybody answers once, small; answers are compared, nothing is timed
  --deopts          which compiled code was given up while it was measured
  --profile         in which functions our own time is spent
  -h, --help        this text`

const values = options()
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const unknown = values.only?.find((name) => !NAMES.includes(name))
if (unknown !== undefined) usageError(`there is no question ${unknown}; there are ${NAMES.join(', ')}`)
const settings = { ...FULL, rounds: wholeNumber('rounds', values.rounds) }
const isWhole = values.only === undefined && values.size === undefined
if (values.save && !isWhole) usageError('--save keeps whole runs only: leave out --only and --size')
const isWanted = (question: string, size: number): boolean => (values.only?.includes(question) ?? true) && (values.size?.includes(String(size)) ?? true)

const native = buildNative()
if (native === undefined) tell('cargo is not installed, or cannot reach its registry: the Rust originals are left out')
const cells = listCells(native).filter(({ question, size }) => isWanted(question.name, size))

if (values.smoke) console.log(`${String(await smoke(native))} answers alike`)
else if (values.deopts) for (const cell of cells) await traceDeopts(cell, settings.seed)
else if (values.profile) for (const cell of cells) process.stdout.write(await profileCell(cell, settings.seed))
else report(await measureAll(wholeNumber('runs', values.runs)))

async function measureAll(times: number): Promise<SavedResult> {
  const runs: Measurement[][] = []
  const machine = describeMachine()
  for (let i = 0; i < times; i++) runs.push(await measureOnce())
  return { date: new Date().toISOString().slice(0, 10), machine, versions: listVersions(), runs }
}

async function measureOnce(): Promise<Measurement[]> {
  const run: Measurement[] = []
  const add = (found: readonly Measurement[]): void => {
    run.push(...found)
    if (found.length > 0) tell(alignRows(measurementRows(found)))
  }
  for (const cell of cells) add(await measureCell(cell, settings, new Processes(), true))
  if (isWanted('size', 1)) add(measureSizes())
  if (isWanted('replay', REPLAY_LINES)) add(measureReplay(REPLAY_LINES, REPLAYS, settings.seed))
  return run
}

function report(result: SavedResult): void {
  if (values.save) {
    const name = `${result.date}-${String(result.machine['processor']).replaceAll(/[^\w]+/g, '-').toLowerCase()}`
    const file = join(BENCH, 'results', name)
    mkdirSync(join(BENCH, 'results'), { recursive: true })
    writeFileSync(`${file}.json`, `${JSON.stringify(result, null, 1)}\n`)
    writeFileSync(`${file}.svg`, drawChart(middleRun(result)))
    tell(`saved as bench/results/${name}.json and .svg`)
  }
  if (values.json) console.log(JSON.stringify(result))
  else {
    console.log(`\n${alignRows([MEASUREMENT_HEADER, ...measurementRows(middleRun(result))])}`)
    console.log(`\n${alignRows([GOAL_HEADER, ...goalRows(result.runs, isWhole)])}`)
  }
}

function options() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        size: { type: 'string', multiple: true },
        rounds: { type: 'string', default: String(FULL.rounds) },
        runs: { type: 'string', default: '1' },
        smoke: { type: 'boolean', default: false },
        deopts: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    return usageError((error as Error).message)
  }
}

function usageError(text: string): never {
  process.stderr.write(`bench: ${text}\n`)
  process.exit(2)
}

/** Names in lines of help. */
function wrap(names: readonly string[]): string {
  const lines = ['']
  for (const name of names) {
    if (lines.at(-1)!.length + name.length > 90) lines.push('')
    lines.push(`${lines.pop()!}${name} `)
  }
  return lines.map((line) => `                    ${line.trimEnd()}`).join('\n')
}

/** Progress is not part of the result. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) usageError(`--${name} must be a whole number, got ${text}`)
  return value
}
