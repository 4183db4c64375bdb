/**
 * Words of page tables in the manual's terms: which bit table says what a word means, and what each of its bits is.
 */

import { ABSENT, HIDDEN, INVALID, LEAF, TABLE, type EntryLayout, type LayoutBits, type PteFormat } from '@addrspace/page-table'

export type WordKind = 'absent' | 'table' | 'leaf' | 'hidden' | 'invalid'

/** Bits high:low of a word, what they are called and what they hold. */
export interface NamedBits extends LayoutBits {
  readonly held: bigint
}

const KINDS: Readonly<Record<number, WordKind>> = { [ABSENT]: 'absent', [TABLE]: 'table', [LEAF]: 'leaf', [HIDDEN]: 'hidden', [INVALID]: 'invalid' }

/** What a word is at a level. */
export function kindOf<C>(format: PteFormat<C>, word: bigint, level: number): WordKind {
  return KINDS[format.classify(Number(BigInt.asIntN(32, word)), Number(BigInt.asIntN(32, word >> 32n)), level)]!
}

/**
 * Gives the bit table of a word: for an illegal one that of the entry which it comes closest to. So for an absent one,
 * but that the machine ignores all bits except those by which it is absent.
 */
export function layoutOf<C>(format: PteFormat<C>, word: bigint, level: number): EntryLayout {
  const kind = kindOf(format, word, level)
  const there = format.layouts.filter(({ levels }) => levels.includes(level))
  const layout = there.find((candidate) => candidate.kind === kind) ?? closestOf(there.filter((candidate) => candidate.kind !== 'hidden'), word)
  return kind === 'absent' ? { ...layout, bits: bitsOf(layout, word).map((bits) => (isMisfit(bits) ? bits : { ...bits, role: 'ignored' })) } : layout
}

function closestOf(layouts: readonly EntryLayout[], word: bigint): EntryLayout {
  return layouts.toSorted((a, b) => misfits(a, word) - misfits(b, word) || fixedBits(b) - fixedBits(a))[0]!
}

/** Gives every bit of a word, highest first. */
export function bitsOf(layout: EntryLayout, word: bigint): NamedBits[] {
  return layout.bits.map((bits) => ({ ...bits, held: (word >> BigInt(bits.low)) & widest(bits) }))
}

/** The largest value that the bits can hold. */
export function widest({ high, low }: LayoutBits): bigint {
  return (1n << BigInt(high - low + 1)) - 1n
}

function isMisfit({ role, value, held }: NamedBits): boolean {
  return role === 'fixed' && value !== held
}

/** How many bits are not what the layout has fixed. */
function misfits(layout: EntryLayout, word: bigint): number {
  return bitsOf(layout, word).filter(isMisfit).reduce((sum, { held, value = 0n }) => sum + (held ^ value).toString(2).replaceAll('0', '').length, 0)
}

function fixedBits(layout: EntryLayout): number {
  return layout.bits.filter(({ role }) => role === 'fixed').reduce((sum, { high, low }) => sum + high - low + 1, 0)
}

/** `7`, or `62:52`. */
export function bitRange({ high, low }: Pick<LayoutBits, 'high' | 'low'>): string {
  return high === low ? String(high) : `${high}:${low}`
}

/** What a row is called: its name, or its role where it has none. */
export function bitName(bits: LayoutBits): string {
  return bits.name === '' ? `${bits.role} ${bitRange(bits)}` : bits.name
}

/** What the bits of a row hold, or would: `1` of one bit, `0x3` of several. */
export function bitValue({ high, low }: Pick<LayoutBits, 'high' | 'low'>, value: bigint): string {
  return high === low ? String(value) : `0x${value.toString(16)}`
}

/** What the value means, where the machine's values have names. */
export function valueMeaning({ values, held }: NamedBits): string | undefined {
  return values?.[Number(held)]
}
