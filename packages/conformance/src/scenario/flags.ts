/**
 * Flags as scenarios write them: letters, or their number. Which bits a machine makes of them is its adapter's business.
 */

/** The letters in the order in which results list them; the letter at index i is bit i (`r` = 1, `w` = 2, … `g` = 64). */
export const FLAG_LETTERS = 'rwxudng'

/** Flags as written in a scenario: letters, or a number 0–255 on backends whose flags are numbers. */
export type FlagsText = string | number

const LARGEST_NUMBER = 255
const LETTERS_END = 1 << FLAG_LETTERS.length

/** Gives the bits of a string of letters in any order, or undefined if a letter is unknown or occurs twice. */
export function tryParseFlagLetters(text: string): number | undefined {
  let bits = 0
  for (const letter of text) {
    const index = FLAG_LETTERS.indexOf(letter)
    if (index < 0 || (bits & (1 << index)) !== 0) return undefined
    bits |= 1 << index
  }
  return bits
}

/** Gives the bits of flags as written, or undefined if they are neither known letters nor an integer 0–255. */
export function tryFlagBits(text: unknown): number | undefined {
  if (typeof text === 'string') return tryParseFlagLetters(text)
  const isNumber = typeof text === 'number' && Number.isInteger(text) && text >= 0 && text <= LARGEST_NUMBER
  return isNumber ? text : undefined
}

/**
 * Gives the bits of flags as written.
 *
 * @throws RangeError if they are neither known letters, each at most once, nor an integer 0–255.
 */
export function flagBits(text: FlagsText): number {
  const bits = tryFlagBits(text)
  if (bits === undefined) throw new RangeError(`"flags" must be letters of "${FLAG_LETTERS}" or a number 0 to 255, got ${JSON.stringify(text)}`)
  return bits
}

/**
 * Writes bits as letters in the order `rwxudng`.
 *
 * @throws RangeError if a bit has no letter.
 * @example formatFlagLetters(9) // => 'ru'
 */
export function formatFlagLetters(bits: number): string {
  if (!Number.isInteger(bits) || bits < 0 || bits >= LETTERS_END) {
    throw new RangeError(`"bits" must be an integer below ${LETTERS_END}, got ${bits}`)
  }
  return Array.from(FLAG_LETTERS).filter((_, index) => (bits & (1 << index)) !== 0).join('')
}

/** Tells whether flags given as bits permit an access: the bit of its own letter, and no other, decides. */
export function bitsPermit(bits: number, access: 'read' | 'write' | 'exec'): boolean {
  const letter = { read: 'r', write: 'w', exec: 'x' }[access]
  return (bits & (1 << FLAG_LETTERS.indexOf(letter))) !== 0
}
