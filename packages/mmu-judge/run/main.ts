// The judge on the command line, for more accesses than the tests make:
//   npm run judge -- --machine riscv-sv39 --seed 1 --accesses 100000
import { parseArgs } from 'node:util'

import { JUDGES } from './judges.ts'

const MOST_REPORTS = 20

const { values } = parseArgs({
  options: {
    machine: { type: 'string', default: 'all' },
    seed: { type: 'string', default: '1' },
    accesses: { type: 'string', default: '10000' },
  },
})
const seed = wholeNumber('seed', values.seed)
const accesses = wholeNumber('accesses', values.accesses)
const chosen = JUDGES.filter(({ name }) => values.machine === 'all' || values.machine === name)
if (chosen.length === 0) throw new RangeError(`"--machine" must be all or one of ${JUDGES.map(({ name }) => name).join(', ')}, got ${values.machine}`)

for (const judge of chosen) {
  if (!judge.isInstalled()) {
    console.log(`${judge.name}: not judged, ${judge.program} is not installed`)
    process.exitCode = 1
    continue
  }
  const start = performance.now()
  const { differences, verdicts, lenient } = await judge.judge(seed, accesses)
  for (const report of differences.slice(0, MOST_REPORTS)) console.log(report)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${judge.name}: ${accesses} accesses from seed ${seed}, ${differences.length} differences, ${seconds} s; ${list(verdicts)}${list(lenient) === '' ? '' : `; left out: ${list(lenient)}`}`)
  if (differences.length > 0) process.exitCode = 1
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`"--${name}" must be a whole number, got ${text}`)
  return value
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ')
}
