// What the judge is asked for on the command line.
import { parseArgs } from 'node:util'

import { JUDGES, type Judge } from './judges.ts'

export interface Asked {
  readonly judges: readonly Judge[]
  readonly seed: number
  readonly accesses: number
}

/** An argument is wrong; the message is one line that names it. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

/** @throws ArgumentError */
export function readArguments(args: readonly string[]): Asked {
  const { machine, seed, accesses } = parse(args)
  const judges = JUDGES.filter(({ name }) => machine === 'all' || machine === name)
  if (judges.length === 0) throw new ArgumentError(`--machine must be all or one of ${JUDGES.map(({ name }) => name).join(', ')}, got ${JSON.stringify(machine)}`)
  return { judges, seed: wholeNumber('seed', seed), accesses: wholeNumber('accesses', accesses) }
}

function parse(args: readonly string[]): { machine: string; seed: string; accesses: string } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        machine: { type: 'string', default: 'all' },
        seed: { type: 'string', default: '1' },
        accesses: { type: 'string', default: '10000' },
      },
    }).values
  } catch (error) {
    // Node says what is wrong first, and may go on with advice.
    throw error instanceof TypeError ? new ArgumentError(error.message.split('\n', 1)[0]) : error
  }
}

function wholeNumber(name: string, text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new ArgumentError(`--${name} must be a whole number, got ${JSON.stringify(text)}`)
  return value
}
