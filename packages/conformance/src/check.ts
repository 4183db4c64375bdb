/**
 * Assertions of the cases. A failed one throws a `CheckFailure` whose message is the report's detail.
 */

import type { MappingError, MappingErrorCode, MappingErrorReason, MappingResult } from '@addrspace/memory-set'

/** What a case found wrong. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure'
}

/** @throws CheckFailure unless `condition` holds. */
export function check(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new CheckFailure(problem)
}

/** @throws CheckFailure unless both have the same structure and values. */
export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  if (!isSame(actual, expected)) throw new CheckFailure(`${what}: expected ${show(expected)}, got ${show(actual)}`)
}

/** @throws CheckFailure unless the result is a success. */
export function checkOk<T>(result: MappingResult<T>, what: string): asserts result is { readonly ok: true; readonly value: T } {
  if (!result.ok) throw new CheckFailure(`${what}: expected success, got ${result.error.code} (${result.error.reason})`)
}

/** Gives the error of a refusal. @throws CheckFailure if it is none, or has another code or reason. */
export function checkRefused(
  result: MappingResult<unknown>, code: MappingErrorCode, reason: MappingErrorReason, what: string,
): MappingError {
  if (result.ok) throw new CheckFailure(`${what}: expected ${code} (${reason}), got success`)
  checkEqual([result.error.code, result.error.reason], [code, reason], what)
  return result.error
}

/** Gives what was thrown. @throws CheckFailure if nothing was. */
export function checkThrows(act: () => unknown, what: string): unknown {
  let value: unknown
  try {
    value = act()
  } catch (error) {
    return error
  }
  throw new CheckFailure(`${what}: expected an exception, got ${show(value)}`)
}

/** Tells whether two values of plain data are the same, bigints and `NaN` included. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) return isSame([...bytesOf(a)], [...bytesOf(b)])
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const fieldsOfA = Object.entries(a)
  const fieldsOfB = new Map<string, unknown>(Object.entries(b))
  return fieldsOfA.length === fieldsOfB.size &&
    fieldsOfA.every(([name, value]) => fieldsOfB.has(name) && isSame(value, fieldsOfB.get(name)))
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

/** Writes plain data on one line, bigints in hexadecimal. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value).map(([name, field]) => `${name}: ${show(field)}`).join(', ')}}`
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
