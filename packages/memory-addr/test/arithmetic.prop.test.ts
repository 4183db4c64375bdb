import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  add, checkedAdd, checkedSub, checkedSubAddr, compareAddr, offset, offsetFrom, overflowingAdd, overflowingSub,
  overflowingSubAddr, sub, subAddr, wrappingAdd, wrappingOffset, wrappingSub, wrappingSubAddr,
} from '@addrspace/memory-addr'
import { addrs, sizes } from './arbitraries.ts'

const SPACE = 18446744073709551616n
const modulo = (exact: bigint) => ((exact % SPACE) + SPACE) % SPACE
const fits = (exact: bigint) => exact >= 0n && exact < SPACE

/** Holds the four forms of an operation against the exact result. */
function expectFourForms(
  exact: bigint,
  forms: {
    plain: () => bigint
    checked: () => bigint | undefined
    wrapping: () => bigint
    overflowing: () => { value: bigint; overflowed: boolean }
  },
): void {
  if (fits(exact)) expect(forms.plain()).toBe(exact)
  else expect(forms.plain).toThrow(RangeError)
  expect(forms.checked()).toBe(fits(exact) ? exact : undefined)
  expect(forms.wrapping()).toBe(modulo(exact))
  expect(forms.overflowing()).toEqual({ value: modulo(exact), overflowed: !fits(exact) })
}

describe('the four forms agree with exact integers', () => {
  it('adding a size', () => {
    fc.assert(
      fc.property(addrs, sizes, (addr, size) => {
        expectFourForms(addr + size, {
          plain: () => add(addr, size),
          checked: () => checkedAdd(addr, size),
          wrapping: () => wrappingAdd(addr, size),
          overflowing: () => overflowingAdd(addr, size),
        })
      }),
    )
  })
  it('subtracting a size', () => {
    fc.assert(
      fc.property(addrs, sizes, (addr, size) => {
        expectFourForms(addr - size, {
          plain: () => sub(addr, size),
          checked: () => checkedSub(addr, size),
          wrapping: () => wrappingSub(addr, size),
          overflowing: () => overflowingSub(addr, size),
        })
      }),
    )
  })
  it('the distance of two addresses', () => {
    fc.assert(
      fc.property(addrs, addrs, (addr, base) => {
        expectFourForms(addr - base, {
          plain: () => subAddr(addr, base),
          checked: () => checkedSubAddr(addr, base),
          wrapping: () => wrappingSubAddr(addr, base),
          overflowing: () => overflowingSubAddr(addr, base),
        })
      }),
    )
  })
})

describe('offsets', () => {
  it('lead from one address to the other where the distance is a signed word', () => {
    fc.assert(
      fc.property(addrs, addrs, (addr, base) => {
        const exact = addr - base
        if (exact >= -(2n ** 63n) && exact < 2n ** 63n) {
          expect(offsetFrom(addr, base)).toBe(exact)
          expect(offset(base, exact)).toBe(addr)
          expect(wrappingOffset(base, exact)).toBe(addr)
        } else {
          expect(() => offsetFrom(addr, base)).toThrow(RangeError)
        }
      }),
    )
  })
  it('wrap modulo 2^64', () => {
    fc.assert(
      fc.property(addrs, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (addr, delta) => {
        expect(wrappingOffset(addr, delta)).toBe(modulo(addr + delta))
        if (fits(addr + delta)) expect(offset(addr, delta)).toBe(addr + delta)
        else expect(() => offset(addr, delta)).toThrow(RangeError)
      }),
    )
  })
})

describe('compareAddr', () => {
  it('is a total order: antisymmetric, and zero only for the same address', () => {
    fc.assert(
      fc.property(addrs, addrs, (left, right) => {
        expect(compareAddr(left, right) + compareAddr(right, left)).toBe(0)
        expect(compareAddr(left, right) === 0).toBe(left === right)
        expect(compareAddr(left, right) < 0).toBe(left < right)
      }),
    )
  })
})
