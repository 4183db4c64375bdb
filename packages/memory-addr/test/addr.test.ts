import { describe, expect, it } from 'vitest'
import {
  defineAddr, pa, physAddr, truncateToPhysAddr, truncateToVirtAddr, tryPhysAddr, tryVirtAddr, va, virtAddr,
} from '@addrspace/memory-addr'
import { NOT_BIGINTS, untyped } from './untyped.ts'

const device = defineAddr('device', 'DEV')

// Every kind has the same family of constructors and holds them to the same rules.
const FAMILIES = [
  { name: 'virtAddr', from: virtAddr, tryFrom: tryVirtAddr, truncate: truncateToVirtAddr },
  { name: 'physAddr', from: physAddr, tryFrom: tryPhysAddr, truncate: truncateToPhysAddr },
  { name: 'defineAddr', from: device.from, tryFrom: device.tryFrom, truncate: device.truncate },
]

const NEITHER_BIGINT_NOR_NUMBER = NOT_BIGINTS.filter(([, type]) => type !== 'number')
const UNSAFE_NUMBERS = [9007199254740992, -9007199254740992, 1.5, NaN, Infinity, -Infinity]

describe.each(FAMILIES)('$name', ({ from, tryFrom, truncate }) => {
  it('makes an address of every 64-bit word', () => {
    for (const word of [0n, 1n, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_ffffn]) {
      expect(from(word)).toBe(word)
      expect(tryFrom(word)).toBe(word)
      expect(truncate(word)).toBe(word)
    }
  })

  it('takes a number that is a safe integer, and gives a bigint', () => {
    expect(from(0x1000)).toBe(0x1000n)
    expect(from(-0)).toBe(0n)
    expect(from(9007199254740991)).toBe(0x1f_ffff_ffff_ffffn)
    expect(tryFrom(0x1000)).toBe(0x1000n)
    expect(truncate(0x1000)).toBe(0x1000n)
  })

  it('refuses a number that is not a safe integer', () => {
    for (const value of UNSAFE_NUMBERS) {
      const error = new RangeError(`"value" must be a safe integer or a bigint, got ${value}`)
      expect(() => from(value)).toThrow(error)
      expect(() => truncate(value)).toThrow(error)
      expect(tryFrom(value)).toBe(undefined)
    }
  })

  it('refuses an integer out of bounds', () => {
    expect(() => from(-1n)).toThrow(new RangeError('"value" must be in [0, 2^64), got -0x1'))
    expect(() => from(-1)).toThrow(new RangeError('"value" must be in [0, 2^64), got -0x1'))
    expect(() => from(18446744073709551616n)).toThrow(
      new RangeError('"value" must be in [0, 2^64), got 0x10000000000000000'),
    )
    for (const value of [-1n, -1, 18446744073709551616n]) expect(tryFrom(value)).toBe(undefined)
  })

  it('truncates an integer out of bounds to its low 64 bits', () => {
    expect(truncate(18446744073709551616n)).toBe(0n)
    expect(truncate(0x12_0000_0000_0000_0034n)).toBe(0x34n)
    expect(truncate(-1n)).toBe(0xffff_ffff_ffff_ffffn)
    expect(truncate(-4096)).toBe(0xffff_ffff_ffff_f000n)
  })

  it.each(NEITHER_BIGINT_NOR_NUMBER)('refuses what is neither bigint nor number (%#)', (value, type) => {
    const error = new TypeError(`"value" must be a bigint or a number, got ${type}`)
    expect(() => from(untyped(value))).toThrow(error)
    expect(() => truncate(untyped(value))).toThrow(error)
    expect(tryFrom(untyped(value))).toBe(undefined)
  })
})

describe('va, pa', () => {
  it('are the constructors under a short name', () => {
    expect(va).toBe(virtAddr)
    expect(pa).toBe(physAddr)
  })
})

describe('defineAddr', () => {
  it('writes addresses of the kind with its prefix', () => {
    expect(device.format(device.from(0xfee0_0000n))).toBe('DEV:0xfee00000')
    expect(device.format(device.from(0xfee0_0000n), 'upper')).toBe('DEV:0xFEE00000')
  })
  it('tells its kind and prefix, and cannot be changed', () => {
    expect([device.kind, device.prefix]).toEqual(['device', 'DEV'])
    expect(Object.isFrozen(device)).toBe(true)
  })
  it('gives functions that need no receiver', () => {
    const { from, format } = device
    expect([0x1000n, 0x2000n].map((word) => format(from(word)))).toEqual(['DEV:0x1000', 'DEV:0x2000'])
  })
})

describe('an address', () => {
  it('is a plain bigint at run time', () => {
    expect(typeof va(0x1000)).toBe('bigint')
    expect(va(0x1000) === va(0x1000n)).toBe(true)
    expect(va(0x1000) < va(0x1001)).toBe(true)
    expect(new Map([[va(0x1000), 'text']]).get(va(0x1000))).toBe('text')
  })
})
