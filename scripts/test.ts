// `npm test`: runs the test tasks of all packages through turbo, so that what has not changed comes
// from its cache, report included; then sums the reports up. The last line is the result.

import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { closingLine, judgeSkips, sumTallies, tallyReport, type Tally, type TestReport } from './lib/test-report.ts'
import { listPackages, readJson, root } from './lib/workspace.ts'

/** Everything that must leave a report. */
const suites = [
  ...listPackages().map(({ label, folder }) => ({ name: label, report: `${folder}/reports/test.json` })),
  { name: 'scripts', report: 'scripts/reports/test.json' },
  { name: 'layers', report: 'reports/layers.json' },
  { name: 'doc examples', report: 'reports/doc-examples.json' },
  { name: 'examples', report: 'reports/examples.json' },
]

for (const { report } of suites) rmSync(join(root, report), { force: true })

// A test that never returns holds up its whole process, where no time limit of the test runner reaches it.
const TIME_LIMIT_MINUTES = 20

const tasks = ['test', 'test:scripts', 'test:layers', 'test:docs', 'test:examples']
const turbo = spawnSync(
  'turbo',
  ['run', ...tasks, '--continue', '--output-logs=errors-only', '--log-order=grouped', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', timeout: TIME_LIMIT_MINUTES * 60_000 },
)
if (turbo.error && turbo.signal === null) throw turbo.error

const tallies: Tally[] = []
for (const { name, report } of suites) {
  const tally = readTally(report)
  tallies.push(tally)
  console.log(`${name.padEnd(22)}${describe(tally)}${existsSync(join(root, report)) ? '' : ' (no report)'}`)
}

const total = sumTallies(tallies)
const inCi = !['', '0', 'false'].includes(process.env['CI'] ?? '')
const { allowed, refused } = judgeSkips(total.skipped, inCi)
for (const { name, tool } of refused) {
  console.log(`not run: ${name} – ${tool === undefined ? 'skipped without a reason' : `${tool} is missing, and in CI it must not be`}`)
}
for (const { name, tool } of allowed) console.log(`skipped: ${name} – ${tool ?? ''} is not installed`)

// A task can fail where every test passed (a coverage limit, a crash at exit): that must not look green.
const unexplained = turbo.status !== 0 && total.failed === 0 ? 1 : 0
if (unexplained > 0) console.log(`turbo ended with ${turbo.signal ?? `exit code ${String(turbo.status)}`} although no test failed: see above`)
const failed = total.failed + refused.length + unexplained
console.log(closingLine(total.passed, failed, allowed.length))
process.exitCode = failed > 0 ? 1 : 0

/** A suite without a report counts as one failure: it cannot have run. */
function readTally(report: string): Tally {
  const file = join(root, report)
  return existsSync(file) ? tallyReport(readJson<TestReport>(file)) : { passed: 0, failed: 1, skipped: [] }
}

function describe({ passed, failed, skipped }: Tally): string {
  return closingLine(passed, failed, skipped.length)
}
