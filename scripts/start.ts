// `npm start`: the main job in one go. Runs the conformance suite on every backend and replays every bundled
// trace, each through the command line as a user would, and prints a short report of both.

import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/workspace.ts'

const COMMAND_LINE = ['--conditions=@addrspace/source', join(root, 'apps/playground/src/cli/main.ts')]
const TRACES = 'packages/linux-trace/traces'
const COLUMNS = ['trace', 'backend', 'operations', 'areas', "kernel's", 'checkpoints', 'differences', 'violations', '']

/** What a command printed and how it ended. */
interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The part of `replay --json` that the report shows. */
interface Replay {
  readonly backends: readonly {
    readonly name: string
    readonly operations: Readonly<Record<string, number>>
    readonly areas: number
    readonly kernelAreas: number
    readonly checkpoints: number
    readonly differences: readonly unknown[]
    readonly violations: readonly unknown[]
    readonly match: boolean
  }[]
}

const traces = readdirSync(join(root, TRACES), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)
const [conform, ...replays] = await Promise.all([
  addrspace(['conform', '--backend', 'all']),
  // One after the other beside the suite: as much at once as a small machine has room for.
  ...chain(traces.map((trace) => () => addrspace(['replay', `${TRACES}/${trace}`, '--backend', 'all', '--json']))),
])

console.log(`The conformance suite, on every backend:\n\n${conform.stdout.trimEnd()}\n`)
const rows = traces.flatMap((trace, index) => rowsOf(trace, replays[index]!))
console.log(`Recorded programs, replayed on every backend and compared with the kernel's own list of areas:\n\n${table([COLUMNS, ...rows])}\n`)

const failed = [conform, ...replays].filter(({ code }) => code !== 0)
for (const { stderr } of failed) console.log(stderr.trimEnd())
console.log(
  failed.length === 0
    ? 'All backends conform, and all traces end as the kernel says. More: npm run addrspace -- --help; in a browser: npm run web'
    : `${String(failed.length)} of ${String(traces.length + 1)} commands failed; npm run addrspace -- conform, and -- replay ${TRACES}/…, tell more.`,
)
process.exitCode = failed.length > 0 ? 1 : 0

/** Starts each job when the one before it has ended. */
function chain<T>(jobs: readonly (() => Promise<T>)[]): Promise<T>[] {
  let last: Promise<unknown> = Promise.resolve()
  return jobs.map((job) => {
    const answer = last.then(job)
    last = answer
    return answer
  })
}

/** Runs one command of the command line. */
function addrspace(args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Arguments are relative to where the user stands; these are relative to the root.
    const child = spawn(process.execPath, [...COMMAND_LINE, ...args], { cwd: root, env: { ...process.env, INIT_CWD: root } })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => { resolve({ code: code ?? 1, stdout, stderr }) })
  })
}

function rowsOf(trace: string, answer: Answer): string[][] {
  if (answer.stdout === '') return [[trace, '–', '', '', '', '', '', '', `ended with exit code ${String(answer.code)}`]]
  const { backends } = JSON.parse(answer.stdout) as Replay
  return backends.map(({ name, operations, areas, kernelAreas, checkpoints, differences, violations, match }) => {
    const numbers = [Object.values(operations).reduce((sum, count) => sum + count, 0), areas, kernelAreas, checkpoints, differences.length, violations.length]
    return [trace, name, ...numbers.map(String), match ? 'match' : 'DIFFERS']
  })
}

/** Columns of equal width, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const pad = (cell: string, column: number): string => (column >= 2 && column <= 7 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}
