// The replay of a long trace on the set alone, the whole command as a user runs it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { OURS } from '../src/goals.ts'
import type { Measurement } from '../src/results.ts'
import { median } from '../src/results.ts'
import { makeTrace } from '../src/trace.ts'
import { BENCH } from './native.ts'

const MAIN = join(BENCH, '../apps/playground/src/cli/main.ts')

/** @throws Error if the command fails */
export function measureReplay(lines: number, times: number, seed: number): Measurement[] {
  const folder = mkdtempSync(join(tmpdir(), 'addrspace-bench-'))
  try {
    const trace = makeTrace(lines, seed)
    mkdirSync(join(folder, 'trace'))
    writeFileSync(join(folder, 'trace/start.maps'), trace.start)
    writeFileSync(join(folder, 'trace/strace.txt'), trace.log)
    runCommand(folder) // fills the cache of compiled code, as a first use does
    const runs = Array.from({ length: times }, () => runCommand(folder))
    const measured = (question: string, unit: string, values: readonly number[]): Measurement => ({
      question,
      subject: 'set',
      size: lines,
      contender: OURS,
      unit,
      median: median(values),
      low: Math.min(...values),
      high: Math.max(...values),
    })
    return [
      measured('replay-time', 's', runs.map(({ seconds }) => seconds)),
      measured('replay-memory', 'MB', runs.map(({ megabytes }) => megabytes)),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runCommand(folder: string): { seconds: number; megabytes: number } {
  const args = ['--conditions=@addrspace/source', '--import', join(BENCH, 'run/report-usage.ts'), MAIN, 'replay', join(folder, 'trace'), '--backend', 'null', '--json']
  const start = performance.now()
  const { status, stdout, stderr, output } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  })
  const milliseconds = performance.now() - start
  if (status !== 0) throw new Error(`the replay ended with ${String(status)}\n${stdout}${stderr}`)
  const [kibibytes, waiting] = output[3]!.split(' ').map(Number)
  return { seconds: (milliseconds - waiting!) / 1000, megabytes: (kibibytes! * 1024) / 1e6 }
}
