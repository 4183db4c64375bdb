/**
 * How a command ends when it cannot do what it was asked to, and the exit codes. What the user can put right is an
 * `InputError`, told in one line without a stack trace; anything else that is thrown is a fault of this program.
 */

/** Everything was done, and every check held. */
export const EXIT_OK = 0
/** A check failed: an expectation, a comparison with the kernel's list, a case of the suite. */
export const EXIT_CHECK_FAILED = 1
/** The arguments or the input are wrong. */
export const EXIT_INPUT = 2
/** This program is wrong. The number is that of EX_SOFTWARE in sysexits.h. */
export const EXIT_INTERNAL = 70

/** The arguments or the input are wrong; the message is one line that names what. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

const LONGEST_MESSAGE = 500

/**
 * Writes anything thrown as one line, without control characters that input could have smuggled in.
 *
 * @example oneLine('a\n  b\u001b[31m') // => 'a b\\u001b[31m'
 */
export function oneLine(message: string): string {
  const line = printable(message.replaceAll(/\s*\n\s*/g, ' ').trim())
  return line.length <= LONGEST_MESSAGE ? line : `${line.slice(0, LONGEST_MESSAGE)}…`
}

/** Escapes control characters, which could move a terminal's cursor or change its colours. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
