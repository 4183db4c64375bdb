/**
 * `addrspace run`: runs the scenarios of a file, and tells each result as soon as it is there. The whole file is checked
 * before the first operation runs.
 */

import { formatOpResult, formatSummary, parseScenarios, ScenarioError, type Scenario, type ScenarioRunner } from '@addrspace/conformance'
import { levelText } from '../adapters/machines.ts'
import type { ScenarioTable } from '../adapters/machine-scenarios.ts'
import { backendNames, findBackend, requireBackend, type BackendEntry } from './backends.ts'
import { EXIT_CHECK_FAILED, EXIT_OK, InputError } from './failure.ts'
import { readText, STDIN } from './files.ts'
import { prepareImageFolder, writeImage } from './image-files.ts'
import type { Output } from './output.ts'
import { OpTable, type NameLevel } from './op-table.ts'

export interface RunOptions {
  /** Takes the place of the backends that the headers name. */
  readonly backend?: string
  /** Folder to write the page tables' memory to. */
  readonly image?: string
  readonly json?: boolean
}

/** One scenario and what runs it. */
interface Job {
  readonly scenario: Scenario
  readonly runner: ScenarioRunner
  /** What the machine's manual calls a level, besides; undefined for a backend without levels. */
  readonly nameLevel: NameLevel | undefined
  /** The tables of the scenario, once it has been run on a machine. */
  table: ScenarioTable | undefined
}

/**
 * Runs a scenario file and gives the exit code: 1 exactly when a result is not the expected one.
 *
 * @throws InputError if the file or an option is wrong; nothing has been run or printed then.
 */
export async function run(file: string, options: RunOptions, output: Output): Promise<number> {
  const override = options.backend === undefined ? undefined : requireBackend(options.backend)
  const text = await readText(file)
  const jobs = await checked(file, async () => {
    const scenarios = parseScenarios(text)
    const entries = scenarios.map((scenario) => override ?? backendOf(scenario))
    if (options.image !== undefined) checkImage(entries)
    const prepared: Job[] = []
    for (const [index, scenario] of scenarios.entries()) {
      const runner = await entries[index]!.loadScenarioRunner((table) => (job.table = table))
      const machine = await entries[index]!.loadMachine?.()
      const job: Job = { scenario, runner, nameLevel: machine?.use((loaded) => (level) => levelText(loaded, level)), table: undefined }
      runner.check(scenario)
      prepared.push(job)
    }
    return prepared
  })
  const earlier = options.image === undefined ? [] : await prepareImageFolder(options.image)

  let mismatches = 0
  for (const [index, job] of jobs.entries()) {
    if (options.json !== true && index > 0) output.line()
    mismatches += await checked(file, () => (options.json === true ? runForPrograms(job, output) : runForPeople(job, output)))
  }
  if (options.image !== undefined) await writeImageOf(jobs[0]!, options.image, earlier)
  return mismatches > 0 ? EXIT_CHECK_FAILED : EXIT_OK
}

/** Writes the memory that a scenario has left. */
async function writeImageOf({ runner, table }: Job, folder: string, earlier: readonly string[]): Promise<void> {
  const machine = await requireBackend(runner.name).loadMachine?.()
  if (table === undefined || machine === undefined) return
  const { memory, roots } = table
  writeImage(folder, { arch: runner.name, memory, roots, mair: machine.use(({ mair }) => mair) }, earlier)
}

function runForPrograms({ scenario, runner }: Job, output: Output): number {
  const summary = runner.run(scenario, (result) => output.line(formatOpResult(result)))
  output.line(formatSummary(summary))
  return summary.mismatches
}

function runForPeople({ scenario, runner, nameLevel }: Job, output: Output): number {
  const table = new OpTable(scenario, runner.name, output, nameLevel)
  const summary = runner.run(scenario, (result) => table.add(result))
  table.end(summary)
  return summary.mismatches
}

/** The backend that the header names. */
function backendOf({ header, lines }: Scenario): BackendEntry {
  const entry = findBackend(header.backend)
  if (entry !== undefined) return entry
  throw new ScenarioError(lines?.header ?? 0, 'backend', `${header.backend} is not available; known are ${backendNames()}`)
}

function checkImage(entries: readonly BackendEntry[]): void {
  if (entries.length > 1) throw new InputError(`--image takes a file with one scenario, got ${entries.length}`)
  const [entry] = entries
  if (entry?.loadMachine === undefined) throw new InputError(`--image needs a backend with page tables, and ${entry?.name ?? 'this one'} has none`)
}

/** Puts the name of the file in front of what is wrong in it. */
async function checked<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    throw new InputError(`${file === STDIN ? 'standard input' : file}: ${error.message}`)
  }
}
