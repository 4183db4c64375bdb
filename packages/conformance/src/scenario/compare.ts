/**
 * Whether a result is what a scenario expected. The comparison is by value: `0x10`, `0x010` and 16 are one number,
 * flags may be letters in any order or their number, and of an object only the fields that are named count.
 */

import { tryFlagBits } from './flags.ts'
import { tryJsonNumber } from './json-record.ts'
import type { JsonValue } from './scenario.ts'

/**
 * Tells whether `result` is what `expected` says.
 *
 * @example matchesExpectation({ flags: 'ur' }, { start: '0x0', end: '0x1000', flags: 9 }) // => true
 */
export function matchesExpectation(expected: JsonValue, result: JsonValue): boolean {
  if (isList(expected)) {
    return isList(result) && expected.length === result.length &&
      expected.every((item, index) => matchesExpectation(item, result[index] ?? null))
  }
  if (isRecord(expected)) {
    return isRecord(result) && Object.entries(expected).every(([name, value]) => {
      const actual = result[name]
      if (actual === undefined || !Object.hasOwn(result, name)) return false
      return name === 'flags' ? sameFlags(value, actual) : matchesExpectation(value, actual)
    })
  }
  if (expected === result) return true
  const number = tryJsonNumber(expected)
  return number !== undefined && number === tryJsonNumber(result)
}

function sameFlags(expected: JsonValue, actual: JsonValue): boolean {
  const bits = tryFlagBits(expected)
  return bits !== undefined && bits === tryFlagBits(actual)
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function isRecord(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
