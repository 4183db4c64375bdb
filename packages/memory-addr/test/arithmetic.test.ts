import { describe, expect, it } from 'vitest'
import {
  add, checkedAdd, checkedSub, checkedSubAddr, compareAddr, offset, offsetFrom, overflowingAdd, overflowingSub,
  overflowingSubAddr, sub, subAddr, va, wrappingAdd, wrappingOffset, wrappingSub, wrappingSubAddr,
} from '@addrspace/memory-addr'
import { NOT_BIGINTS, untyped } from './untyped.ts'

const LAST = va(0xffff_ffff_ffff_ffffn)
const SPACE = 18446744073709551616n

describe('adding a size', () => {
  it('reaches the last address', () => {
    expect(add(va(0), 0xffff_ffff_ffff_ffffn)).toBe(LAST)
    expect(checkedAdd(va(0), 0xffff_ffff_ffff_ffffn)).toBe(LAST)
    expect(wrappingAdd(va(0), 0xffff_ffff_ffff_ffffn)).toBe(LAST)
    expect(overflowingAdd(va(0), 0xffff_ffff_ffff_ffffn)).toEqual({ value: LAST, overflowed: false })
  })
  it('goes past the last address in four ways', () => {
    expect(() => add(LAST, 1n)).toThrow(new RangeError('"addr + size" must be in [0, 2^64), got 0x10000000000000000'))
    expect(checkedAdd(LAST, 1n)).toBe(undefined)
    expect(wrappingAdd(LAST, 1n)).toBe(0n)
    expect(overflowingAdd(LAST, 1n)).toEqual({ value: 0n, overflowed: true })
  })
  it('takes a size of the whole space, which always overflows', () => {
    expect(() => add(va(0), SPACE)).toThrow(RangeError)
    expect(checkedAdd(va(0x1000), SPACE)).toBe(undefined)
    expect(wrappingAdd(va(0x1000), SPACE)).toBe(0x1000n)
    expect(overflowingAdd(va(0x1000), SPACE)).toEqual({ value: 0x1000n, overflowed: true })
  })
  it('adds', () => {
    expect(add(va(0x1234), 0x10n)).toBe(0x1244n)
    expect(add(0x1234n, 0n)).toBe(0x1234n)
  })
})

describe('subtracting a size', () => {
  it('reaches address zero', () => {
    expect(sub(va(0x1000), 0x1000n)).toBe(0n)
    expect(checkedSub(va(0x1000), 0x1000n)).toBe(0n)
    expect(wrappingSub(va(0x1000), 0x1000n)).toBe(0n)
    expect(overflowingSub(va(0x1000), 0x1000n)).toEqual({ value: 0n, overflowed: false })
  })
  it('goes below zero in four ways', () => {
    expect(() => sub(va(0x1000), 0x1001n)).toThrow(new RangeError('"addr - size" must be in [0, 2^64), got -0x1'))
    expect(checkedSub(va(0x1000), 0x1001n)).toBe(undefined)
    expect(wrappingSub(va(0x1000), 0x1001n)).toBe(LAST)
    expect(overflowingSub(va(0x1000), 0x1001n)).toEqual({ value: LAST, overflowed: true })
  })
  it('subtracts', () => {
    expect(sub(LAST, 0xfffn)).toBe(0xffff_ffff_ffff_f000n)
  })
})

describe('the distance of two addresses', () => {
  it('is zero at the base and 2^64 - 1 at most', () => {
    expect(subAddr(va(0x1000), va(0x1000))).toBe(0n)
    expect(subAddr(LAST, va(0))).toBe(0xffff_ffff_ffff_ffffn)
    expect(checkedSubAddr(LAST, va(0))).toBe(0xffff_ffff_ffff_ffffn)
    expect(wrappingSubAddr(va(0x3000), va(0x1000))).toBe(0x2000n)
    expect(overflowingSubAddr(va(0x3000), va(0x1000))).toEqual({ value: 0x2000n, overflowed: false })
  })
  it('refuses a base above the address in four ways', () => {
    expect(() => subAddr(va(0), va(1))).toThrow(new RangeError('"addr - base" must be in [0, 2^64), got -0x1'))
    expect(checkedSubAddr(va(0), va(1))).toBe(undefined)
    expect(wrappingSubAddr(va(0), va(1))).toBe(0xffff_ffff_ffff_ffffn)
    expect(overflowingSubAddr(va(0), va(1))).toEqual({ value: 0xffff_ffff_ffff_ffffn, overflowed: true })
  })
})

describe('offset', () => {
  it('reaches both ends of the space', () => {
    expect(offset(va(0x1000), -0x1000n)).toBe(0n)
    expect(offset(va(0x8000_0000_0000_0000n), 0x7fff_ffff_ffff_ffffn)).toBe(LAST)
    expect(offset(va(0x8000_0000_0000_0000n), -0x8000_0000_0000_0000n)).toBe(0n)
  })
  it('refuses to leave the space', () => {
    expect(() => offset(va(0xfff), -0x1000n)).toThrow(new RangeError('"addr + delta" must be in [0, 2^64), got -0x1'))
    expect(() => offset(LAST, 1n)).toThrow(
      new RangeError('"addr + delta" must be in [0, 2^64), got 0x10000000000000000'),
    )
  })
  it('wraps when asked', () => {
    expect(wrappingOffset(va(0xfff), -0x1000n)).toBe(LAST)
    expect(wrappingOffset(LAST, 0x1000n)).toBe(0xfffn)
    expect(wrappingOffset(va(0x2000), -0x1000n)).toBe(0x1000n)
  })
  it('refuses a delta that is no signed word', () => {
    const error = new RangeError('"delta" must be in [-2^63, 2^63), got 0x8000000000000000')
    expect(() => offset(va(0), 0x8000_0000_0000_0000n)).toThrow(error)
    expect(() => wrappingOffset(va(0), 0x8000_0000_0000_0000n)).toThrow(error)
  })
})

describe('offsetFrom', () => {
  it('is exact over all signed words', () => {
    expect(offsetFrom(va(0x1000), va(0x3000))).toBe(-0x2000n)
    expect(offsetFrom(va(0x3000), va(0x1000))).toBe(0x2000n)
    expect(offsetFrom(va(0), va(0x8000_0000_0000_0000n))).toBe(-0x8000_0000_0000_0000n)
    expect(offsetFrom(LAST, va(0x8000_0000_0000_0000n))).toBe(0x7fff_ffff_ffff_ffffn)
  })
  it('refuses a distance that is no signed word', () => {
    expect(() => offsetFrom(va(0x8000_0000_0000_0000n), va(0))).toThrow(
      new RangeError('"addr - base" must be in [-2^63, 2^63), got 0x8000000000000000'),
    )
    expect(() => offsetFrom(va(0), va(0x8000_0000_0000_0001n))).toThrow(RangeError)
  })
})

describe('compareAddr', () => {
  it('orders by unsigned value', () => {
    expect(compareAddr(va(0), LAST)).toBe(-1)
    expect(compareAddr(va(0x1000), va(0x1000))).toBe(0)
    expect(compareAddr(va(0x8000_0000_0000_0000n), va(0x7fff_ffff_ffff_ffffn))).toBe(1)
  })
  it('sorts', () => {
    expect([LAST, va(0x2000), va(0), va(0x10000)].sort(compareAddr)).toEqual([0n, 0x2000n, 0x10000n, LAST])
  })
})

describe('wrong arguments', () => {
  type Binary = (left: never, right: never) => unknown
  const withSize: Binary[] = [
    add, checkedAdd, wrappingAdd, overflowingAdd, sub, checkedSub, wrappingSub, overflowingSub,
  ]
  const withBase: Binary[] = [subAddr, checkedSubAddr, wrappingSubAddr, overflowingSubAddr, offsetFrom]
  const withDelta: Binary[] = [offset, wrappingOffset]

  it('are refused in every form of an operation, also where overflow is not', () => {
    for (const [operations, second] of [[withSize, 'size'], [withBase, 'base'], [withDelta, 'delta']] as const) {
      for (const operation of operations) {
        for (const [value, type] of NOT_BIGINTS) {
          expect(() => operation(untyped(value), untyped(0n))).toThrow(
            new TypeError(`"addr" must be a bigint, got ${type}`),
          )
          expect(() => operation(untyped(0n), untyped(value))).toThrow(
            new TypeError(`"${second}" must be a bigint, got ${type}`),
          )
        }
        for (const word of [-1n, SPACE]) expect(() => operation(untyped(word), untyped(0n))).toThrow(/^"addr" must be in/)
      }
    }
    for (const operation of withSize) {
      expect(() => operation(untyped(0n), untyped(-1n))).toThrow(
        new RangeError('"size" must be in [0, 2^64], got -0x1'),
      )
      expect(() => operation(untyped(0n), untyped(SPACE + 1n))).toThrow(RangeError)
    }
    for (const operation of withBase) {
      expect(() => operation(untyped(0n), untyped(-1n))).toThrow(
        new RangeError('"base" must be in [0, 2^64), got -0x1'),
      )
      expect(() => operation(untyped(0n), untyped(SPACE))).toThrow(RangeError)
    }
  })

  it('are refused by compareAddr', () => {
    for (const [value, type] of NOT_BIGINTS) {
      expect(() => compareAddr(untyped(value), 0n)).toThrow(new TypeError(`"left" must be a bigint, got ${type}`))
      expect(() => compareAddr(0n, untyped(value))).toThrow(new TypeError(`"right" must be a bigint, got ${type}`))
    }
    expect(() => compareAddr(-1n, 0n)).toThrow(new RangeError('"left" must be in [0, 2^64), got -0x1'))
    expect(() => compareAddr(0n, SPACE)).toThrow(RangeError)
  })
})
