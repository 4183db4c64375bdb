/**
 * What is handed to a parameter instead of what it takes: values of every type, numbers just outside of every bound, and
 * objects that throw when they are looked at. Each kind of parameter knows which values are right for it after all.
 */

import { MAX_WORD, WORD_SPACE } from '@addrspace/memory-addr'
import type { Random } from '@addrspace/conformance/model'

/** What a parameter takes. */
export interface ParameterKind {
  /** Values at and around the bounds, besides those of every type. */
  readonly values: readonly unknown[]
  isRight(value: unknown): boolean
}

/** What an object throws that does not want to be looked at. Passing it on is right. */
export class Trap extends Error {
  override readonly name = 'Trap'
}

const spring = (): never => {
  throw new Trap('sprung')
}

/** Traps: each operation on it throws. Its type is still an object's. */
function hostileObject(): object {
  return new Proxy({}, { get: spring, has: spring, ownKeys: spring, getPrototypeOf: spring, getOwnPropertyDescriptor: spring })
}

/** Made anew each time, since one of them may be changed by whoever is given it. */
const ANY: readonly (() => unknown)[] = [
  () => undefined, () => null, () => true, () => false, () => NaN, () => 0, () => -0, () => 1, () => 1.5, () => -1, () => 2 ** 32, () => 2 ** 53, () => Infinity,
  () => 0n, () => 1n, () => -1n, () => 0xfffn, () => 0x1000n, () => MAX_WORD, () => WORD_SPACE, () => WORD_SPACE + 1n, () => -(2n ** 63n), () => -(2n ** 64n),
  () => 2n ** 63n, () => 10n ** 300n, () => '', () => 'x', () => '0x1000', () => '\ud800', () => Symbol('s'), (): unknown => Object(0x1000n), () => [], () => [0x1000n, 0x2000n],
  () => ({}), (): unknown => Object.create(null), () => Object.freeze({}), () => ({ toString: spring, valueOf: spring }), () => ({ then: spring }),
  () => Promise.resolve(true), () => () => true, () => new Map(), () => new Date(0), () => new Proxy([], {}), hostileObject,
]

/** A value for a parameter, wrong in nearly all cases. */
export function wrongValue(random: Random, kind: ParameterKind): unknown {
  if (kind.values.length > 0 && random.oneIn(3)) return kind.values[random.below(kind.values.length)]
  return ANY[random.below(ANY.length)]!()
}

const isBigintIn = (low: bigint, high: bigint) => (value: unknown): boolean => typeof value === 'bigint' && value >= low && value <= high

export const WORD: ParameterKind = { values: [MAX_WORD, WORD_SPACE, -1n], isRight: isBigintIn(0n, MAX_WORD) }
export const SIZE: ParameterKind = { values: [WORD_SPACE, WORD_SPACE + 1n, -1n], isRight: isBigintIn(0n, WORD_SPACE) }
export const OFFSET: ParameterKind = { values: [2n ** 63n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n) - 1n], isRight: isBigintIn(-(2n ** 63n), 2n ** 63n - 1n) }
export const BIGINT: ParameterKind = { values: [], isRight: (value) => typeof value === 'bigint' }
export const ALIGN: ParameterKind = {
  values: [0n, 3n, 2n ** 63n, 2n ** 64n, -4096n],
  isRight: (value) => typeof value === 'bigint' && value > 0n && value < WORD_SPACE && (value & (value - 1n)) === 0n,
}
/** A bigint, or a number that is a safe integer, in [0, 2^64). */
export const ADDRESS: ParameterKind = {
  values: [2 ** 53 - 1, -0, -1],
  isRight: (value) => isBigintIn(0n, MAX_WORD)(value) || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0),
}
/** As an address, of any sign and size. */
export const INTEGER: ParameterKind = { values: [], isRight: (value) => typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)) }
export const FLAGS: ParameterKind = {
  values: [0x7f, 0x80, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1],
  isRight: (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0x7f,
}
export const FUNCTION: ParameterKind = { values: [], isRight: (value) => typeof value === 'function' }
export const OBJECT: ParameterKind = { values: [], isRight: (value) => value === undefined || (typeof value === 'object' && value !== null) }
export const BYTES: ParameterKind = { values: [new Uint16Array(1), new DataView(new ArrayBuffer(8)), new ArrayBuffer(8)], isRight: (value) => value instanceof Uint8Array }
export const ANYTHING: ParameterKind = { values: [], isRight: () => true }

/** An object with bounds: `start` a word, `end` at or above it and at most 2^64. */
export const RANGE: ParameterKind = {
  values: [{ start: 0x2000n, end: 0x1000n }, { start: 0n }, { end: 0n }, { start: 0, end: 1 }, { start: 0n, end: WORD_SPACE + 1n }, { start: WORD_SPACE, end: WORD_SPACE }],
  isRight: () => false,
}

/** One of a few words; absent is right, too. */
export function choiceOf(...choices: readonly string[]): ParameterKind {
  return { values: choices.map((choice) => choice.toUpperCase()), isRight: (value) => value === undefined || choices.some((choice) => choice === value) }
}

/** As a kind, or absent. */
export function optional(kind: ParameterKind): ParameterKind {
  return { values: kind.values, isRight: (value) => value === undefined || kind.isRight(value) }
}

/** A whole number in [low, high]. */
export function countIn(low: number, high: number): ParameterKind {
  return { values: [low - 1, low, high, high + 1, 1n], isRight: (value) => typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high }
}

/** What a value looks like in a message; never throws, whatever it is. */
export function shownValue(value: unknown): string {
  try {
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'string') return JSON.stringify(value)
    if (typeof value === 'function') return 'a function'
    if (typeof value === 'object' && value !== null) return `${Object.prototype.toString.call(value)} ${JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))}`
    return String(value)
  } catch {
    return 'an object that throws'
  }
}
