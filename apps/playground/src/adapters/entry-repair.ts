/**
 * What could be changed in a word of a page table, row by row of its bit table, and which of these changes make a legal
 * entry of an illegal one. Found by trying, so that the format alone decides.
 */

import type { PteFormat } from '@addrspace/page-table'
import { combinations } from './combinations.ts'
import { bitsOf, kindOf, layoutOf, widest, type NamedBits } from './entry-words.ts'

/** Another value for the bits of a row. */
export interface BitChange {
  readonly bits: NamedBits
  readonly value: bigint
}

const MOST_CHANGES = 4

/** The changes of one row: of flags, and in an illegal word of whatever can make it so. Which frame it names stays. */
export function changesOf<C>(format: PteFormat<C>, word: bigint, level: number): BitChange[] {
  const entry = format.decode(word, level)
  const blamed = entry.kind === 'invalid' ? entry.bit : undefined
  return bitsOf(layoutOf(format, word, level), word).flatMap((bits) => {
    return otherValues(bits, blamed).filter((value) => value !== bits.held).map((value) => ({ bits, value }))
  })
}

/** `blamed` is what makes the word illegal, if it is: of a field that does, any value may help. */
function otherValues({ role, name, value = 0n, values, held }: NamedBits, blamed: string | undefined): readonly bigint[] {
  if (role === 'flag') return [1n - held]
  if (blamed === undefined) return []
  switch (role) {
    case 'fixed':
      return [value]
    case 'reserved':
      return [0n]
    case 'field':
      return name === blamed && values !== undefined ? values.map((_, index) => BigInt(index)) : [0n]
    default:
      return []
  }
}

/** The word with these changes made. */
export function applyChanges(word: bigint, changes: readonly BitChange[]): bigint {
  return changes.reduce((known, { bits, value }) => (known & ~(widest(bits) << BigInt(bits.low))) | (value << BigInt(bits.low)), word)
}

/** All the smallest combinations of changes that make an illegal word the entry which it comes closest to; none if it is legal. */
export function leastRepairs<C>(format: PteFormat<C>, word: bigint, level: number): readonly (readonly BitChange[])[] {
  if (kindOf(format, word, level) !== 'invalid') return []
  const { kind } = layoutOf(format, word, level)
  const changes = changesOf(format, word, level)
  for (let size = 1; size <= MOST_CHANGES; size++) {
    const found = [...combinations(changes, size)].filter((combination) => kindOf(format, applyChanges(word, combination), level) === kind)
    if (found.length > 0) return found
  }
  return []
}
