/**
 * Texts that are nearly right: a right one with a few changes that know what such texts are made of – lines, numbers,
 * words – and now and then one that nobody would write.
 */

import type { Random } from '@addrspace/conformance/model'

const NUMBERS = [
  '0', '-0', '-1', '1', '4095', '4096', '9007199254740993', '18446744073709551615', '18446744073709551616', '99999999999999999999999999', '0x0', '0x', '0xfff',
  '0x1000', '0xfffffffffffff000', '0xffffffffffffffff', '0x10000000000000000', '1e308', '1e999', '0.5', 'NaN', 'Infinity', 'null', 'true', '""', '[]', '{}', '[[]]',
] as const
const CHARACTERS = ['\0', '\r', '\n', '\t', ' ', '"', '\\', ',', '(', ')', '<', '>', '{', '}', '[', ']', '=', '?', '|', '/', '*', ':', '\u2028', '\uFEFF', '\uD800', '\uDC00', '\u{1F600}', '\u001b[31m', 'é'] as const
const LONG = 3_000

/** Changes a text in one to four places. */
export function mutate(random: Random, text: string): string {
  if (random.oneIn(40)) return noise(random)
  let changed = text
  for (let count = random.between(1, 4); count > 0; count--) changed = random.pick([changeLines, changeLines, changeNumber, changeNumber, changeWord, changeCharacter, cut])(random, changed)
  return changed
}

function noise(random: Random): string {
  return Array.from({ length: random.below(200) }, () => String.fromCharCode(random.oneIn(2) ? random.below(128) : random.below(65_536))).join('')
}

function changeLines(random: Random, text: string): string {
  const lines = text.split('\n')
  const at = random.below(lines.length)
  const line = lines[at]!
  const other = lines[random.below(lines.length)]!
  switch (random.below(5)) {
    case 0:
      lines.splice(at, 1)
      break
    case 1:
      lines.splice(at, 0, other)
      break
    case 2:
      lines[at] = other
      break
    case 3:
      lines[at] = line.slice(0, random.below(line.length + 1)) + other.slice(random.below(other.length + 1))
      break
    default:
      lines[at] = `${line}\r`
  }
  return lines.join('\n')
}

/** One of the matches of a pattern, replaced. */
function replaceOne(random: Random, text: string, pattern: RegExp, replacement: (found: string) => string): string {
  const found = [...text.matchAll(pattern)]
  if (found.length === 0) return text
  const { 0: match, index } = found[random.below(found.length)]!
  return text.slice(0, index) + replacement(match) + text.slice(index + match.length)
}

function changeNumber(random: Random, text: string): string {
  return replaceOne(random, text, /0x[0-9a-f]+|[0-9]+|[0-9a-f]{8,}/g, (number) => (random.oneIn(3) ? number + random.pick(['0', 'f', '000', '-', 'x']) : random.pick(NUMBERS)))
}

function changeWord(random: Random, text: string): string {
  const words = [...text.matchAll(/[A-Za-z_]{2,}/g)].map(([word]) => word)
  const other = words[random.below(Math.max(1, words.length))] ?? ''
  return replaceOne(random, text, /[A-Za-z_]{2,}/g, (word) => random.pick([other, word.toUpperCase(), word + word, '', 'constructor', '__proto__', 'é', word.repeat(random.oneIn(20) ? LONG : 2)]))
}

function changeCharacter(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  const character = random.pick(CHARACTERS).repeat(random.oneIn(30) ? LONG : 1)
  return text.slice(0, at) + character + text.slice(at + random.below(3))
}

function cut(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  return random.oneIn(2) ? text.slice(0, at) : text.slice(at)
}
