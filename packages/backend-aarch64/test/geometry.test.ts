import { describe, expect, it } from 'vitest'
import { AARCH64_GEOMETRY as geometry } from '@addrspace/backend-aarch64'

describe('geometry', () => {
  it('has leaves of 4 KiB, 2 MiB and 1 GiB, and an entry of the root spans 512 GiB', () => {
    expect([0, 1, 2, 3].map((level) => geometry.span(level))).toEqual([0x1000n, 0x20_0000n, 0x4000_0000n, 0x80_0000_0000n])
    expect([0, 1, 2, 3].map((level) => geometry.hasLeaf(level))).toEqual([true, true, true, false])
  })
  it('has 48 bits in each half', () => {
    expect(geometry.virtBits).toBe(48)
    expect(geometry.lowerEnd).toBe(0x1_0000_0000_0000n)
    expect(geometry.upperStart).toBe(0xffff_0000_0000_0000n)
  })
  it('translates the last byte of the lower half with root 0, the first of the upper with root 1, nothing between', () => {
    // DDI 0487, "Selection between TTBR0_ELx and TTBR1_ELx when two VA ranges are supported"
    expect(geometry.isCanonical(0xffff_ffff_ffffn)).toBe(true)
    expect(geometry.rootOf(0xffff_ffff_ffffn)).toBe(0)
    expect(geometry.isCanonical(0x1_0000_0000_0000n)).toBe(false)
    expect(geometry.isCanonical(0xfffe_ffff_ffff_ffffn)).toBe(false)
    expect(geometry.isCanonical(0xffff_0000_0000_0000n)).toBe(true)
    expect(geometry.rootOf(0xffff_0000_0000_0000n)).toBe(1)
  })
  it('takes nine bits per level: 47:39, 38:30, 29:21, 20:12', () => {
    const vaddr = (1n << 39n) | (2n << 30n) | (3n << 21n) | (4n << 12n) | 0xfffn
    expect([3, 2, 1, 0].map((level) => geometry.indexOf(vaddr, level))).toEqual([1, 2, 3, 4])
  })
})
