import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignDown, alignOffset, alignUp, checkAlign, checkedAlignUp, isAligned } from '@addrspace/memory-addr'
import { addrs, aligns, words } from './arbitraries.ts'

const SPACE = 18446744073709551616n

describe('alignment', () => {
  it('agrees with division', () => {
    fc.assert(
      fc.property(addrs, aligns, (addr, align) => {
        expect(alignDown(addr, align)).toBe((addr / align) * align)
        expect(alignOffset(addr, align)).toBe(addr % align)
        expect(isAligned(addr, align)).toBe(addr % align === 0n)
      }),
    )
  })
  it('rounds up to the lowest multiple at or above, or refuses if that is 2^64', () => {
    fc.assert(
      fc.property(addrs, aligns, (addr, align) => {
        const exact = ((addr + align - 1n) / align) * align
        if (exact < SPACE) expect(alignUp(addr, align)).toBe(exact)
        else expect(() => alignUp(addr, align)).toThrow(RangeError)
        expect(checkedAlignUp(addr, align)).toBe(exact < SPACE ? exact : undefined)
      }),
    )
  })
  it('takes exactly the powers of two', () => {
    fc.assert(
      fc.property(words, (align) => {
        const ones = align.toString(2).replaceAll('0', '').length
        if (ones === 1) expect(() => checkAlign(align, 'align')).not.toThrow()
        else expect(() => checkAlign(align, 'align')).toThrow(RangeError)
      }),
    )
  })
})
