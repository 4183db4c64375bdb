// Random commands against the model for as long as somebody wants.
import { LARGER_WORLD_NAMES, ModelRunner, WORLD_NAMES, type ModelReport, type OpenWorld, type WorldName } from '../src/index.ts'
import { clock, grouped, Progress, type ProgressStream } from './progress.ts'
import { readNumber, readOptions, readWhole, UsageError } from './usage.ts'

const NAMES: readonly WorldName[] = [...WORLD_NAMES, ...LARGER_WORLD_NAMES]
const MOST_MINUTES = 100_000
const MOST_SEED = 2 ** 31 - 1

const HELP = `soak: random commands for a set and its page table, held against a model of cells and pages after each.

  pnpm soak [--minutes N] [--seed S] [--backend NAME]

  --minutes N     how long, also less than one; default 10
  --seed S        where the runs start, default 1: run n has seed S + n, and the same seed makes the same run
  --backend NAME  one of ${NAMES.join(', ')}, or all (default)

Progress goes to stderr, a summary to stdout; Ctrl-C ends with the summary. The first failure ends it too: it is made
as small as it goes and printed as a scenario file for \`addrspace run\`. Exit code 0, 1 with a failure, 2 for a wrong argument.
`

/** What a program is given by whoever starts it. */
export interface SoakSurroundings {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: ProgressStream
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  /** Default: the right worlds. */
  readonly open?: OpenWorld
}

/**
 * Runs until time is up, a failure is found, or the signal says so; gives the exit code.
 *
 * @throws UsageError for a wrong argument
 */
export async function soak(args: readonly string[], { stdout, stderr, signal, open }: SoakSurroundings): Promise<number> {
  const { help, values } = readOptions(args, ['minutes', 'seed', 'backend'])
  if (help) {
    stdout.write(HELP)
    return 0
  }
  const minutes = readNumber('minutes', values.get('minutes') ?? '10', 0, MOST_MINUTES)
  const seed = readWhole('seed', values.get('seed') ?? '1', 0, MOST_SEED)
  const backend = values.get('backend') ?? 'all'
  const names = NAMES.filter((name) => backend === 'all' || backend === name)
  if (names.length === 0) throw new UsageError(`--backend must be all or one of ${NAMES.join(', ')}, got ${JSON.stringify(backend)}`)

  const runner = new ModelRunner({ seed, names, ...(open !== undefined && { open }) })
  const progress = new Progress(stderr)
  const start = performance.now()
  const secondsSince = (): number => (performance.now() - start) / 1000
  let failure: ModelReport | undefined
  do {
    failure = runner.next()
    progress.report(() => {
      const { commands } = runner.counts
      const seconds = secondsSince()
      return `${grouped(commands)} commands in ${grouped(runner.runs)} runs, ${grouped(commands / seconds)} a second, ${clock(minutes * 60 - seconds)} to go`
    })
    // For Ctrl-C to be heard.
    await new Promise<void>((resolve) => setImmediate(resolve))
  } while (failure === undefined && !isAborted(signal) && secondsSince() < minutes * 60)
  progress.done()
  stdout.write(summary(runner, seed, secondsSince()))
  if (isAborted(signal)) stdout.write('stopped before its time\n')
  if (failure === undefined) return 0
  stdout.write(failureText(failure))
  return 1
}

/** Read anew: it changes while others run. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

function summary({ counts, runs, backends }: ModelRunner, seed: number, seconds: number): string {
  const { commands, changes, refusals, outOfFrames, transactions, rolledBack, snapshots, areas, pages, staleRanges } = counts
  return [
    `${grouped(commands)} commands in ${grouped(runs)} runs on ${backends} backends from seed ${seed}, ${clock(seconds)}, ${grouped(commands / seconds)} a second`,
    `${grouped(changes)} changes, ${grouped(refusals)} refusals, ${grouped(outOfFrames)} of them for want of a frame`,
    `${grouped(transactions)} transactions, ${grouped(rolledBack)} of them undone; ${grouped(snapshots)} snapshots`,
    `compared: ${grouped(areas)} areas, ${grouped(pages)} pages with frames, ${grouped(staleRanges)} ranges invalidated`,
    '',
  ].join('\n')
}

function failureText({ seed, name, message, commands, scenario, isShown }: ModelReport): string {
  const how = isShown ? 'addrspace run shows it with this scenario:' : 'a scenario has no operation that shows it; this is how it came about:'
  return `\nFAILED on ${name}, run of seed ${seed} (found again by soak --backend ${name} --seed ${seed} --minutes 0), after ${commands.length} commands: ${message}\n${how}\n\n${scenario}`
}
