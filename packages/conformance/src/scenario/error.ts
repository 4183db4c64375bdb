/**
 * What the scenario parser and the check before a run throw: one line that names where the text is wrong.
 */

/** A scenario file is wrong. The message is one line: `line 3: "size": must be …`. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
  /** Line of the file, from 1; 0 where the scenario was built by a program and has no lines. */
  readonly line: number
  /** The field that is wrong, with its path (`limit[1]`, `memory.base`); undefined where the whole line is. */
  readonly field: string | undefined

  /** Makes the one line of the message of its three parts. */
  constructor(line: number, field: string | undefined, problem: string) {
    super((line > 0 ? `line ${line}: ` : '') + (field === undefined ? '' : `"${field}": `) + problem)
    this.line = line
    this.field = field
  }
}
