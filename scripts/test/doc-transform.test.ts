import { describe, expect, it } from 'vitest'
import { is, throws } from '../lib/doc-assert.ts'
import { freeNames, transformExample } from '../lib/doc-transform.ts'

describe('transformExample', () => {
  it('wraps the expression of a statement', () => {
    expect(transformExample('f(1) // => 2', 10)).toBe('__is(f(1), (2), 10) // => 2')
  })

  it('appends to a declaration', () => {
    expect(transformExample('const a = f(1) // => 2', 10)).toBe('const a = f(1); __is(a, (2), 10); // => 2')
  })

  it('takes a claim on the line below', () => {
    expect(transformExample('f(\n  1,\n)\n// => 2', 10)).toBe('__is(f(\n  1,\n), (2), 13)\n// => 2')
  })

  it('looks through console.log', () => {
    expect(transformExample('console.log(a) // => 2', 1)).toBe('__is(a, (2), 1) // => 2')
  })

  it('checks inside of blocks', () => {
    expect(transformExample('for (const a of b) {\n  a // => 1\n}', 1)).toBe('for (const a of b) {\n  __is(a, (1), 2) // => 1\n}')
  })

  it('knows the name of what is thrown', () => {
    expect(transformExample('f() // => throws RangeError', 3)).toBe(
      "await __throws(async () => (f()), 'RangeError', 3) // => throws RangeError",
    )
  })

  it('refuses a claim behind what has no value', () => {
    expect(() => transformExample('if (a) {} // => 2', 1)).toThrow('has no value to compare')
    expect(() => transformExample('// => 2', 1)).toThrow('no statement stands before')
  })

  it('refuses a claim that is prose', () => {
    expect(() => transformExample('f() // => the sum of both', 1)).toThrow('is not an expression')
    expect(() => transformExample('f() // =>', 1)).toThrow('is not an expression')
  })
})

describe('freeNames', () => {
  it('leaves out what the example declares, and names of properties', () => {
    const code = "import { c } from 'c'\nconst a = va(1)\na.size // => b(2)\nc({ d: e })"
    expect(freeNames(code)).toEqual(new Set(['va', 'b', 'e']))
  })
})

describe('is', () => {
  it('compares deeply and strictly', () => {
    is([1n, { a: undefined }], [1n, { a: undefined }], 1)
    expect(() => is(1n, 1, 1)).toThrow('expected 1, got 1n')
    expect(() => is({ a: 1 }, { a: 1, b: undefined }, 1)).toThrow('expected')
  })

  it('takes an object for what it prints as', () => {
    is({ toString: () => 'VA:0x1000' }, 'VA:0x1000', 1)
    expect(() => is(5, '5', 1)).toThrow("expected '5', got 5")
  })
})

describe('throws', () => {
  it('wants the very error', async () => {
    await throws(() => { throw new RangeError('no') }, 'RangeError', 1)
    await expect(throws(() => { throw new TypeError('no') }, 'RangeError', 1)).rejects.toThrow('expected to throw RangeError')
    await expect(throws(() => 5, 'RangeError', 1)).rejects.toThrow('expected to throw RangeError, got 5')
  })
})
