// Arguments of the programs in this folder, and how a wrong one is told: one line on stderr, exit code 2.
import { parseArgs } from 'node:util'

/** The user asked for what cannot be. The message is one line. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/**
 * Reads options that all take a value, and `--help`.
 *
 * @throws UsageError for anything else, and for an option that is there twice
 */
export function readOptions(args: readonly string[], names: readonly string[]): { readonly help: boolean; readonly values: ReadonlyMap<string, string> } {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string', multiple: true } as const]))
  let given: Readonly<Record<string, unknown>>
  try {
    given = parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean' } } }).values
  } catch (error) {
    throw new UsageError(String(error instanceof Error ? error.message : error).split('\n', 1).join())
  }
  const values = new Map<string, string>()
  for (const name of names) {
    const texts = given[name]
    if (!Array.isArray(texts)) continue
    if (texts.length > 1) throw new UsageError(`--${name} must be given once`)
    values.set(name, String(texts[0]))
  }
  return { help: given['help'] === true, values }
}

/** @throws UsageError if it is no number, or outside of [least, most] */
export function readNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
  if (!(value >= least && value <= most)) throw new UsageError(`--${name} must be a number from ${least} to ${most}, got ${JSON.stringify(text)}`)
  return value
}

/** @throws UsageError as `readNumber` does, and if it is not whole */
export function readWhole(name: string, text: string, least: number, most: number): number {
  const value = readNumber(name, text, least, most)
  if (!Number.isInteger(value)) throw new UsageError(`--${name} must be a whole number, got ${JSON.stringify(text)}`)
  return value
}

/** Runs a program: its answer, or 2 for a usage error, becomes the exit code. */
export async function runProgram(name: string, program: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await program()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${name}: ${error.message}\n`)
    process.exitCode = 2
  }
}
