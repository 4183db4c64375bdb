// What the examples of the documentation turn into: `expression // => value` becomes a call of `is`,
// `expression // => throws Name` one of `throws`.

import { inspect, isDeepStrictEqual } from 'node:util'

/** What an example claims and does not keep; `line` is the line in the documentation. */
export class ExampleMismatch extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.name = 'ExampleMismatch'
    this.line = line
  }
}

/** Throws unless both are deeply equal; an object may also be given by the string it prints as. */
export function is(actual: unknown, expected: unknown, line: number): void {
  if (isDeepStrictEqual(actual, expected)) return
  if (typeof expected === 'string' && typeof actual === 'object' && actual !== null && text(actual) === expected) return
  throw new ExampleMismatch(line, `expected ${inspect(expected)}, got ${inspect(actual)}`)
}

/** Throws unless `act` throws, or rejects with, an error of that name. */
export async function throws(act: () => unknown, name: string, line: number): Promise<void> {
  let value: unknown
  try {
    value = await act()
  } catch (error) {
    if (error instanceof Error && (error.name === name || error.constructor.name === name)) return
    throw new ExampleMismatch(line, `expected to throw ${name}, threw ${inspect(error)}`)
  }
  throw new ExampleMismatch(line, `expected to throw ${name}, got ${inspect(value)}`)
}

function text(value: { toString(): string }): string {
  return value.toString()
}
