/**
 * How a trace is refused. What is wrong with the input is one error that names file, line and what was expected there; a
 * set or a backend that refuses what the kernel did is another one. What merely differs from the kernel is no error but
 * part of the report.
 */

/** A maps file or a log that cannot be understood. */
export class TraceInputError extends Error {
  override readonly name: string = 'TraceInputError'
  /** Name of the file, as the caller gave it. */
  readonly file: string
  /** Line in the file, counted from 1. */
  readonly line: number
  /** What would have been understood. */
  readonly expected: string

  /** `got` is quoted in the message, shortened where it is long. */
  constructor(where: SourceLine, expected: string, got?: string) {
    super(`${where.file}:${where.line}: expected ${expected}${got === undefined ? '' : `, got ${quoted(got)}`}`)
    this.file = where.file
    this.line = where.line
    this.expected = expected
  }
}

/** A call that the set, or a backend below it, refused to follow; `cause` is its error. */
export class ReplayError extends Error {
  override readonly name: string = 'ReplayError'
  /** Name of the log, as the caller gave it. */
  readonly file: string
  /** Line in the log, counted from 1. */
  readonly line: number

  /** Puts file and line in front of the message. */
  constructor(where: SourceLine, message: string, cause: unknown) {
    super(`${where.file}:${where.line}: ${message}`, { cause })
    this.file = where.file
    this.line = where.line
  }
}

/** A line of a named file, counted from 1. */
export interface SourceLine {
  /** Name of the file, as the caller gave it. */
  readonly file: string
  /** Line in the file, counted from 1. */
  readonly line: number
}

const LONGEST_QUOTE = 160

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text)
}
