// The judge on the command line, for more accesses than the tests make:
//   pnpm --filter @addrspace/mmu-judge judge --machine riscv-sv39 --seed 1 --accesses 100000
// Exit codes: 0 no difference, 1 differences or an emulator that is not installed, 2 wrong arguments.
import { ArgumentError, readArguments, type Asked } from './arguments.ts'

const MOST_REPORTS = 20
const EXIT_FAILED = 1
const EXIT_ARGUMENTS = 2

try {
  await judgeAll(readArguments(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error
  console.error(`judge: ${error.message}`)
  process.exitCode = EXIT_ARGUMENTS
}

async function judgeAll({ judges, seed, accesses }: Asked): Promise<void> {
  for (const judge of judges) {
    if (!judge.isInstalled()) {
      console.log(`${judge.name}: not judged, ${judge.program} is not installed`)
      process.exitCode = EXIT_FAILED
      continue
    }
    const start = performance.now()
    const { differences, verdicts, lenient } = await judge.judge(seed, accesses)
    for (const report of differences.slice(0, MOST_REPORTS)) console.log(report)
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(`${judge.name}: ${accesses} accesses from seed ${seed}, ${differences.length} differences, ${seconds} s; ${list(verdicts)}${list(lenient) === '' ? '' : `; left out: ${list(lenient)}`}`)
    if (differences.length > 0) process.exitCode = EXIT_FAILED
  }
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ')
}
