// One run: a fresh world and its twin, and a list of commands for both.
import { Comparison, type Expectations, type Witness } from './comparison.ts'
import { closeBrackets, type Command } from './command.ts'
import { noCounts, type ModelCounts } from './model-counts.ts'
import { openSetting, twinOptionsOf, type OpenWorld, type Setting } from './model-world.ts'

/** Where a run went wrong, and how. */
export interface RunFailure {
  readonly message: string
  /** The commands with their brackets closed; the first `length` of these were begun. */
  readonly commands: readonly Command[]
  readonly length: number
  readonly expectations: Expectations
  readonly witnesses: readonly Witness[]
}

/** Runs commands, and gives what went wrong or undefined. */
export function runCommands(open: OpenWorld, setting: Setting, commands: readonly Command[], counts: ModelCounts = noCounts()): RunFailure | undefined {
  const closed = closeBrackets(commands)
  const world = openSetting(open, setting)
  const comparison = new Comparison(world, { ...twinOptionsOf(setting, world), isDirty: setting.isDirty }, counts)
  try {
    comparison.run(closed)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const { expectations, witnesses = [], at } = comparison
    return { message, commands: closed, length: Math.min(at + 1, closed.length), expectations, witnesses }
  }
}
