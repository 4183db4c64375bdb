import { describe, expect, it } from 'vitest'
import {
  checkOffset, checkSize, checkWord, isSize, isWord, MAX_WORD, WORD_SPACE, wrapWord,
} from '@addrspace/memory-addr'
import { NOT_BIGINTS } from './untyped.ts'

describe('bounds', () => {
  it('are those of 64 bits', () => {
    expect(WORD_SPACE).toBe(18446744073709551616n)
    expect(MAX_WORD).toBe(0xffff_ffff_ffff_ffffn)
  })
})

describe('isWord', () => {
  it.each([0n, 1n, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_ffffn])('accepts %s', (value) => {
    expect(isWord(value)).toBe(true)
  })
  it.each([-1n, 18446744073709551616n, 36893488147419103232n])('refuses %s', (value) => {
    expect(isWord(value)).toBe(false)
  })
  it('refuses what is no bigint', () => {
    for (const [value] of NOT_BIGINTS) expect(isWord(value)).toBe(false)
  })
})

describe('isSize', () => {
  it('accepts 0 and 2^64, and nothing outside', () => {
    expect([0n, 18446744073709551616n].map(isSize)).toEqual([true, true])
    expect([-1n, 18446744073709551617n].map(isSize)).toEqual([false, false])
  })
  it('refuses what is no bigint', () => {
    for (const [value] of NOT_BIGINTS) expect(isSize(value)).toBe(false)
  })
})

describe('wrapWord', () => {
  it('keeps the low 64 bits', () => {
    expect(wrapWord(0xffff_ffff_ffff_ffffn)).toBe(0xffff_ffff_ffff_ffffn)
    expect(wrapWord(18446744073709551616n)).toBe(0n)
    expect(wrapWord(0x5_0000_0000_0000_1234n)).toBe(0x1234n)
  })
  it('takes a negative integer as two\'s complement', () => {
    expect(wrapWord(-1n)).toBe(0xffff_ffff_ffff_ffffn)
    expect(wrapWord(-0x1000n)).toBe(0xffff_ffff_ffff_f000n)
    expect(wrapWord(-18446744073709551617n)).toBe(0xffff_ffff_ffff_ffffn)
  })
})

describe('checkWord', () => {
  it('accepts the bounds', () => {
    expect(() => checkWord(0n, 'x')).not.toThrow()
    expect(() => checkWord(0xffff_ffff_ffff_ffffn, 'x')).not.toThrow()
  })
  it('names the argument that is out of bounds', () => {
    expect(() => checkWord(-1n, 'hint')).toThrow(new RangeError('"hint" must be in [0, 2^64), got -0x1'))
    expect(() => checkWord(18446744073709551616n, 'hint')).toThrow(
      new RangeError('"hint" must be in [0, 2^64), got 0x10000000000000000'),
    )
  })
  it.each(NOT_BIGINTS)('names the argument that is no bigint (%#)', (value, type) => {
    expect(() => checkWord(value, 'hint')).toThrow(new TypeError(`"hint" must be a bigint, got ${type}`))
  })
})

describe('checkSize', () => {
  it('accepts the bounds, 2^64 among them', () => {
    expect(() => checkSize(0n, 'x')).not.toThrow()
    expect(() => checkSize(18446744073709551616n, 'x')).not.toThrow()
  })
  it('names the argument that is out of bounds', () => {
    expect(() => checkSize(-0x1000n, 'size')).toThrow(new RangeError('"size" must be in [0, 2^64], got -0x1000'))
    expect(() => checkSize(18446744073709551617n, 'size')).toThrow(
      new RangeError('"size" must be in [0, 2^64], got 0x10000000000000001'),
    )
  })
  it.each(NOT_BIGINTS)('names the argument that is no bigint (%#)', (value, type) => {
    expect(() => checkSize(value, 'size')).toThrow(new TypeError(`"size" must be a bigint, got ${type}`))
  })
})

describe('checkOffset', () => {
  it('accepts the bounds of a signed word', () => {
    expect(() => checkOffset(-0x8000_0000_0000_0000n, 'x')).not.toThrow()
    expect(() => checkOffset(0x7fff_ffff_ffff_ffffn, 'x')).not.toThrow()
  })
  it('names the argument that is out of bounds', () => {
    expect(() => checkOffset(-0x8000_0000_0000_0001n, 'delta')).toThrow(
      new RangeError('"delta" must be in [-2^63, 2^63), got -0x8000000000000001'),
    )
    expect(() => checkOffset(0x8000_0000_0000_0000n, 'delta')).toThrow(
      new RangeError('"delta" must be in [-2^63, 2^63), got 0x8000000000000000'),
    )
  })
  it.each(NOT_BIGINTS)('names the argument that is no bigint (%#)', (value, type) => {
    expect(() => checkOffset(value, 'delta')).toThrow(new TypeError(`"delta" must be a bigint, got ${type}`))
  })
})
