// `npm start`: the main job in one go. Runs the conformance suite on every backend and replays every bundled
// trace, each through the command line as a user would; prints what it prints, and a summary.

import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/workspace.ts'

const COMMAND_LINE = ['--conditions=@addrspace/source', join(root, 'apps/playground/src/cli/main.ts')]
const AT_ONCE = 2

const traces = readdirSync(join(root, 'packages/linux-trace/traces'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `packages/linux-trace/traces/${name}`)
const jobs = [['conform', '--backend', 'all'], ...traces.map((trace) => ['replay', trace])]

let failed = 0
let next = 0
const answers = jobs.map(() => Promise.withResolvers<{ code: number; output: string }>())
for (let worker = 0; worker < AT_ONCE; worker += 1) void work()

for (const [index, { promise }] of answers.entries()) {
  const { code, output } = await promise
  console.log(`\n$ addrspace ${jobs[index]!.join(' ')}\n${output.trimEnd()}`)
  if (code !== 0) {
    failed += 1
    console.log(`ended with exit code ${String(code)}`)
  }
}
console.log(
  failed === 0
    ? `\nAll backends conform, and ${String(traces.length)} traces end as the kernel says. More: npm run addrspace -- --help`
    : `\n${String(failed)} of ${String(jobs.length)} commands failed, see above.`,
)
process.exitCode = failed > 0 ? 1 : 0

async function work(): Promise<void> {
  while (next < jobs.length) {
    const index = next
    next += 1
    answers[index]!.resolve(await addrspace(jobs[index]!))
  }
}

/** Runs one command of the command line; what it says on both streams comes back as one text. */
function addrspace(args: readonly string[]): Promise<{ code: number; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; output: string }>()
  // Arguments are relative to where the user stands; these are relative to the root.
  const child = spawn(process.execPath, [...COMMAND_LINE, ...args], { cwd: root, env: { ...process.env, INIT_CWD: root } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.on('error', reject)
  child.on('close', (code) => { resolve({ code: code ?? 1, output }) })
  return promise
}
