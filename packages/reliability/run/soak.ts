// The entrance of `pnpm soak`.
import { soak } from './soak-command.ts'
import { runProgram } from './usage.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort())
await runProgram('soak', () => soak(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, signal: stop.signal }))
