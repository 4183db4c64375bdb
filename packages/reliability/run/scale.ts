// A million areas, 64 GiB of pages, ten million random operations: `pnpm --filter @addrspace/reliability scale`.
import { FULL_SCALE, runScale, type ScaleCheckpoint, type ScaleFigures } from '../src/index.ts'
import { writeDocument } from './document-files.ts'
import { writeFigures } from './figure-files.ts'
import { clock, grouped, Progress } from './progress.ts'
import { readOptions, readWhole, runProgram, UsageError } from './usage.ts'

const MOST_AREAS = 2 ** 22
const MOST_OPERATIONS = 1e9
const MIB = 2 ** 20

const HELP = `scale: random operations on a large address space, and what they cost and leave behind.

  pnpm --filter @addrspace/reliability scale [--areas N] [--operations N] [--seed S] [--write yes]

  --areas N       areas of 16 pages in the beginning, a multiple of 64; default ${FULL_SCALE.areas}
  --operations N  default ${FULL_SCALE.operations}
  --seed S        default ${FULL_SCALE.seed}
  --write yes     keeps the figures in figures/scale-full.json and RELIABILITY.md

Progress goes to stderr, figures to stdout. Exit code 0, 1 if anything was wrong, 2 for a wrong argument.
`

/** Process time and memory as the random operations went on. */
class Course {
  /** Seconds since the start, by tenths of the random operations. */
  readonly tenths: number[] = []
  readonly residentMiB: number[] = []
  readonly #start = performance.now()
  readonly #progress = new Progress()

  observe(stage: string, done: number, total: number): void {
    if (stage === 'random operations' && (done === 1 || done % Math.ceil(total / 10) === 0)) {
      this.tenths.push(this.seconds)
      this.residentMiB.push(process.memoryUsage().rss / MIB)
    }
    if (done % 1024 === 0) this.#progress.report(() => `${stage}: ${grouped(done)} of ${grouped(total)}, ${clock(this.seconds)}`)
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000
  }

  done(): void {
    this.#progress.done()
  }
}

await runProgram('scale', () => {
  const { help, values } = readOptions(process.argv.slice(2), ['areas', 'operations', 'seed', 'write'])
  if (help) {
    process.stdout.write(HELP)
    return Promise.resolve(0)
  }
  const areas = readWhole('areas', values.get('areas') ?? String(FULL_SCALE.areas), 64, MOST_AREAS)
  if (areas % 64 !== 0) throw new UsageError(`--areas must be a multiple of 64, got ${areas}`)
  const operations = readWhole('operations', values.get('operations') ?? String(FULL_SCALE.operations), 10, MOST_OPERATIONS)
  const seed = readWhole('seed', values.get('seed') ?? String(FULL_SCALE.seed), 0, 2 ** 31 - 1)
  const write = values.get('write') ?? 'no'
  if (write !== 'yes' && write !== 'no') throw new UsageError(`--write must be yes or no, got ${JSON.stringify(write)}`)
  return Promise.resolve(run({ areas, fewAreas: areas / 64, operations, seed }, write === 'yes'))
})

function run(bounds: typeof FULL_SCALE, isKept: boolean): number {
  const course = new Course()
  let figures: ScaleFigures
  try {
    figures = runScale(bounds, (stage, done, total) => course.observe(stage, done, total))
  } catch (error) {
    course.done()
    process.stdout.write(`FAILED: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
  course.done()
  const { tenths, residentMiB, seconds } = course
  const measured = {
    microsecondsPerOperation: { firstTenth: perOperation(tenths[0]!, tenths[1]!, bounds), lastTenth: perOperation(tenths.at(-2)!, tenths.at(-1)!, bounds) },
    residentMiB: { start: residentMiB[0]!, end: residentMiB.at(-1)! },
  }
  process.stdout.write(report(figures, measured, seconds))
  if (isKept) {
    writeFigures({ part: 'scale-full', figures: { ...figures, measured }, seconds, seed: bounds.seed })
    writeDocument()
  }
  return 0
}

function perOperation(from: number, to: number, { operations }: typeof FULL_SCALE): number {
  return ((to - from) * 1e6) / (operations / 10)
}

interface Measured {
  readonly microsecondsPerOperation: { readonly firstTenth: number; readonly lastTenth: number }
  readonly residentMiB: { readonly start: number; readonly end: number }
}

function report(figures: ScaleFigures, { microsecondsPerOperation: time, residentMiB: resident }: Measured, seconds: number): string {
  const { areas, mappedBytes, operations, factor, words, ratios } = figures
  const row = (cells: readonly string[]): string => cells.map((cell, i) => (i === 0 ? cell.padEnd(14) : cell.padStart(13))).join('')
  const line = (name: string, at: ScaleCheckpoint): string =>
    row([name, grouped(at.areas), grouped(at.nodes), grouped(at.indexBytes), grouped(at.leaves), grouped(at.tables), grouped(at.memoryBytes), grouped(at.lostFrames)])
  return [
    `${grouped(areas)} areas, ${(mappedBytes / 2 ** 30).toFixed(1)} GiB mapped in pages of 4 KiB, ${grouped(operations)} random operations, ${clock(seconds)}`,
    '',
    row(['', 'areas', 'nodes', 'index bytes', 'leaves', 'tables', 'table memory', 'frames lost']),
    line('start', figures.start),
    line('after a tenth', figures.afterTenth),
    line('end', figures.end),
    line('restored', figures.restored),
    line('cleared', figures.cleared),
    '',
    row(['per operation', 'index words', `with ${factor} ×`, 'more steps', 'calls']) + '   (× as many areas: words and calls in multiples, steps into tables in addition)',
    ...Object.entries(ratios).map(([kind, ratio]) => row([kind, words[kind as keyof typeof words].toFixed(0), ratio.words.toFixed(2), ratio.moreSteps.toFixed(2), ratio.calls.toFixed(2)])),
    '',
    `${time.firstTenth.toFixed(1)} µs per operation in the first tenth, ${time.lastTenth.toFixed(1)} in the last; ${grouped(resident.start)} MiB resident, then ${grouped(resident.end)}`,
    '',
  ].join('\n')
}
