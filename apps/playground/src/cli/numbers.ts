/**
 * Numbers that the user writes as arguments.
 */

import { InputError } from './failure.ts'

const WORD_END = 1n << 64n
const HEX_DIGITS = 16 // of a word

/**
 * Reads a 64-bit value: hexadecimal with `0x`, or decimal. Sixteen digits without `0x` are refused: so many has a word
 * in hexadecimal, and silently taken for a decimal number it would be another one.
 *
 * @throws InputError naming the argument.
 */
export function readWordArgument(name: string, text: string): bigint {
  const value = /^(?:0x[0-9a-f]+|[0-9]+)$/i.test(text) ? BigInt(text) : undefined
  if (value === undefined || value >= WORD_END) throw new InputError(`${name} must be a number below 2^64, hexadecimal with 0x or decimal, got ${JSON.stringify(text)}`)
  if (/^[0-9]+$/.test(text) && text.length === HEX_DIGITS) {
    throw new InputError(`${name} has ${HEX_DIGITS} digits, as a word in hexadecimal has: write 0x${text} or, if it is decimal, 0x${value.toString(16)}`)
  }
  return value
}

/**
 * Takes a text that must be one of a few.
 *
 * @throws InputError naming the option and what it takes.
 */
export function readChoice<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text)
  if (choice === undefined) throw new InputError(`${name} must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)!}, got ${JSON.stringify(text)}`)
  return choice
}
