import { describe, expect, it } from 'vitest'
import { formatAddr, formatHex, formatPhysAddr, formatVirtAddr, pa, va } from '@addrspace/memory-addr'
import { NOT_BIGINTS, untyped } from './untyped.ts'

describe('formatHex', () => {
  it('writes lower-case digits without padding', () => {
    expect(formatHex(0n)).toBe('0x0')
    expect(formatHex(0x1000n)).toBe('0x1000')
    expect(formatHex(0xffff_ffff_ffff_ffffn)).toBe('0xffffffffffffffff')
  })
  it('writes upper-case digits behind a lower-case 0x when asked', () => {
    expect(formatHex(0x1abcn, 'upper')).toBe('0x1ABC')
    expect(formatHex(0x1abcn, 'lower')).toBe('0x1abc')
  })
  it('writes the sign in front', () => {
    expect(formatHex(-1n)).toBe('-0x1')
    expect(formatHex(-0xabn, 'upper')).toBe('-0xAB')
  })
  it('writes values above 64 bits, since an end may be 2^64', () => {
    expect(formatHex(18446744073709551616n)).toBe('0x10000000000000000')
  })
  it.each(NOT_BIGINTS)('refuses what is no bigint (%#)', (value, type) => {
    expect(() => formatHex(untyped(value))).toThrow(new TypeError(`"value" must be a bigint, got ${type}`))
  })
})

describe('formatAddr', () => {
  it('writes the prefix in front of a colon', () => {
    expect(formatAddr(0x1000n, 'GPA')).toBe('GPA:0x1000')
    expect(formatAddr(0xabcn, 'GPA', 'upper')).toBe('GPA:0xABC')
  })
  it.each(NOT_BIGINTS)('refuses what is no bigint (%#)', (value) => {
    expect(() => formatAddr(untyped(value), 'GPA')).toThrow(TypeError)
  })
})

describe('formatVirtAddr, formatPhysAddr', () => {
  it('write VA and PA', () => {
    expect(formatVirtAddr(va(0x1abc))).toBe('VA:0x1abc')
    expect(formatVirtAddr(va(0x1abc), 'upper')).toBe('VA:0x1ABC')
    expect(formatPhysAddr(pa(0x1abc))).toBe('PA:0x1abc')
    expect(formatPhysAddr(pa(0xffff_ffff_ffff_ffffn), 'upper')).toBe('PA:0xFFFFFFFFFFFFFFFF')
  })
  it('refuse what is no bigint', () => {
    expect(() => formatVirtAddr(untyped(0x1000))).toThrow(TypeError)
    expect(() => formatPhysAddr(untyped('PA'))).toThrow(TypeError)
  })
})
