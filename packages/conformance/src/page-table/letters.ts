/**
 * Flags as letters: what is in one text and not in another.
 */

/** The letters of `flags` that are among others, in order. */
export function lettersIn(flags: string, among: string): string {
  return Array.from(flags).filter((letter) => among.includes(letter)).join('')
}

/** The letters of `flags` that others lack, in order. */
export function lettersBeyond(flags: string, others: string): string {
  return Array.from(flags).filter((letter) => !others.includes(letter)).join('')
}

/** Every set of letters of `all`, from none to all of them, each in the order of `all`. */
export function setsOfLetters(all: string): string[] {
  return Array.from({ length: 2 ** all.length }, (_, bits) => Array.from(all).filter((_letter, at) => ((bits >> at) & 1) === 1).join(''))
}
