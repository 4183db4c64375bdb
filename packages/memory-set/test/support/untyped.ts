/** What callers without types can pass; the compiler refuses all of it, so the tests have to go around it. */

/** Lets a value pass as whatever the callee asks for. */
export function untyped(value: unknown): never {
  return value as never
}

/** Values that are no bigint, each with what `typeof` calls it. */
export const NOT_BIGINTS: readonly (readonly [unknown, string])[] = [
  [null, 'object'],
  [0x1000, 'number'],
  ['0x1000', 'string'],
  [true, 'boolean'],
  [{}, 'object'],
  [Symbol('0x1000'), 'symbol'],
]
