// Random commands at length: run after run, each on a fresh world with a window, merging or not, and a memory
// that its seed decides. A failure is made small and told as a scenario.
import { parseScenarios } from '@addrspace/conformance'
import { Random } from '@addrspace/conformance/model'

import type { WorldName } from '../worlds/open-world.ts'
import { LARGER_WORLD_NAMES, WORLD_NAMES } from '../worlds/open-world.ts'
import { noCounts, type ModelCounts } from './model-counts.ts'
import type { Command } from './command.ts'
import { scenarioOfFailure } from './failure-scenario.ts'
import { runCommands, type RunFailure } from './model-run.ts'
import { choicesOf, openRightWorld, randomSetting, type OpenWorld, type Setting } from './model-world.ts'
import { randomCommands } from './random-commands.ts'
import { worldScenarios } from './scenario-world.ts'
import { shrink } from './shrink.ts'

export interface ModelOptions {
  /** Run n has seed + n; the same seed gives the same run. */
  readonly seed: number
  readonly names?: readonly WorldName[]
  /** Default: the right ones. */
  readonly open?: OpenWorld
}

/** A failure in the smallest form that was found. */
export interface ModelReport {
  /** A run of this seed alone finds it again. */
  readonly seed: number
  readonly name: WorldName
  readonly message: string
  readonly commands: readonly Command[]
  /** The text of a scenario file. */
  readonly scenario: string
  /** Whether the scenario mismatches on the world that failed; what is wrong may be nothing that a scenario asks. */
  readonly isShown: boolean
}

/** What was done, by the bounds of one call. */
export interface ModelFigures extends ModelCounts {
  readonly runs: number
  readonly backends: number
  readonly failures: number
}

/** The bounds of CI. */
export const CI_MODEL: { readonly seed: number; readonly commands: number } = { seed: 1, commands: 300_000 }

const ALL_NAMES = [...WORLD_NAMES, ...LARGER_WORLD_NAMES]
/** Of commands per run and cell of its window. */
const COMMANDS_PER_CELL = 3

/** Runs one after the other, from a seed on. */
export class ModelRunner {
  readonly counts: ModelCounts = noCounts()
  runs = 0
  readonly #options: Required<ModelOptions>
  readonly #met = new Set<WorldName>()

  constructor({ seed, names = ALL_NAMES, open = openRightWorld }: ModelOptions) {
    this.#options = { seed, names, open }
  }

  get backends(): number {
    return this.#met.size
  }

  /** Makes the next run; gives its failure, or undefined. */
  next(): ModelReport | undefined {
    const { names, open } = this.#options
    const seed = this.#options.seed + this.runs++
    const name = names[seed % names.length]!
    this.#met.add(name)
    const random = new Random(seed)
    const setting = randomSetting(random, name)
    const commands = randomCommands(random, COMMANDS_PER_CELL * setting.layout.cells, setting.layout, choicesOf(setting))
    const failure = runCommands(open, setting, commands, this.counts)
    return failure && reportOf(open, setting, seed, failure)
  }
}

/** Runs at least so many commands, or up to the first failure. */
export function runModel(options: ModelOptions & { readonly commands: number }): { readonly figures: ModelFigures; readonly failure: ModelReport | undefined } {
  const runner = new ModelRunner(options)
  let failure: ModelReport | undefined
  while (failure === undefined && runner.counts.commands < options.commands) failure = runner.next()
  return { figures: { ...runner.counts, runs: runner.runs, backends: runner.backends, failures: failure === undefined ? 0 : 1 }, failure }
}

function reportOf(open: OpenWorld, setting: Setting, seed: number, first: RunFailure): ModelReport {
  const { name } = setting
  const commands = first.commands.slice(0, first.length)
  const title = `${name}, commands from seed ${seed}`
  const told = (failure: RunFailure): { scenario: string; isShown: boolean } => {
    const scenario = scenarioOfFailure(setting, failure, title)
    return { scenario, isShown: mismatches(open, name, scenario) }
  }
  // What a scenario shows is to stay so as the list gets shorter.
  const wasShown = told(first).isShown
  const fails = (fewer: readonly Command[]): boolean => {
    const failure = runCommands(open, setting, fewer)
    return failure !== undefined && (!wasShown || told(failure).isShown)
  }
  const shortest = shrink(setting, commands, fails)
  const failure = runCommands(open, setting, shortest) ?? first
  return { seed, name, message: failure.message, commands: shortest, ...told(failure) }
}

/** Whether a scenario mismatches, or cannot even be run to its end, on worlds of this kind. */
export function mismatches(open: OpenWorld, name: WorldName, scenario: string): boolean {
  const parsed = parseScenarios(scenario)
  try {
    return parsed.some((one) => worldScenarios(open, name).run(one).mismatches > 0)
  } catch {
    return true
  }
}
