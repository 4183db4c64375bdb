// How many mistakes the comparison and the further checks notice: deletes each memory call that counts, one at a time,
// replays, and tells what share of the deletions shows. Takes some minutes; not part of the tests. Run it with
//   node --conditions=@addrspace/source packages/linux-trace/bench/deletions.ts [TRACE …]
import { argv } from 'node:process'
import { replayTrace } from '../src/index.ts'
import { target } from '../test/support/run.ts'
import { readTrace, traceNames } from '../test/support/traces.ts'

const CALL = /^(\d+) +(?:<\.\.\. )?(mmap|munmap|mprotect|pkey_mprotect|brk|mremap|shmat|shmdt)\b/

for (const name of argv.length > 2 ? argv.slice(2) : traceNames) {
  const trace = readTrace(name)
  const lines = trace.log.split('\n')
  const count = async (log: string[]): Promise<{ match: boolean; operations: number }> => {
    const report = await replayTrace({ ...trace, log: log.join('\n') }, target())
    return { match: report.match, operations: Object.values(report.operations).reduce((sum, of) => sum + of, 0) }
  }
  const whole = await count(lines)
  const tally = { succeeded: [0, 0], failed: [0, 0] }
  const unnoticed = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const call = CALL.exec(line)
    if (call === null || line.includes('resumed>')) continue
    const end = line.endsWith('<unfinished ...>') ? lines.findIndex((other, at) => at > index && other.startsWith(call[1]!) && other.includes(`<... ${call[2]!} resumed>`)) : index
    // Lines are blanked, not removed, so that checkpoints keep their numbers.
    const mutant = lines.map((text, at) => (at === index || at === end ? '' : text))
    const result = await count(mutant)
    if (result.operations === whole.operations) continue
    const kind = lines[end]!.includes('= -1 ') ? 'failed' : 'succeeded'
    tally[kind][1]! += 1
    if (result.match) unnoticed.set(`${kind} ${call[2]!}`, (unnoticed.get(`${kind} ${call[2]!}`) ?? 0) + 1)
    else tally[kind][0]! += 1
  }
  const share = ([noticed, all]: number[]): string => `${noticed!} of ${all!}`
  console.log(`${name}: noticed ${share(tally.succeeded)} successful, ${share(tally.failed)} failed calls; unnoticed:`, Object.fromEntries(unnoticed))
}
