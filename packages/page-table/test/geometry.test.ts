import { Geometry, type GeometryNumbers } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

const X86: GeometryNumbers = { levels: 4, indexBits: 9, physBits: 52, leafLevels: [0, 1, 2], halves: 'sign-extended' }
const ARM: GeometryNumbers = { ...X86, physBits: 48, halves: 'two-roots' }

describe('four levels of 9 bits, sign-extended', () => {
  const geometry = new Geometry(X86)
  it('translate 48 bits with tables of 512 words', () => {
    expect([geometry.virtBits, geometry.entries, geometry.roots]).toEqual([48, 512, 1])
  })
  it('have spans of 4 KiB, 2 MiB, 1 GiB and 512 GiB', () => {
    expect([0, 1, 2, 3].map((level) => geometry.span(level))).toEqual([4096n, 2097152n, 1073741824n, 549755813888n])
    expect([0, 1, 2, 3].map((level) => geometry.spanPages(level))).toEqual([1, 512, 262144, 134217728])
    expect([0, 1, 2, 3].map((level) => geometry.hasLeaf(level))).toEqual([true, true, true, false])
  })
  it('are canonical where bits 63:47 are equal', () => {
    expect([geometry.lowerEnd, geometry.upperStart]).toEqual([0x8000_0000_0000n, 0xffff_8000_0000_0000n])
    expect([0n, 0x7fff_ffff_ffffn, 0xffff_8000_0000_0000n, 2n ** 64n - 1n].map((vaddr) => geometry.isCanonical(vaddr))).toEqual([true, true, true, true])
    expect([0x8000_0000_0000n, 0xffff_7fff_ffff_ffffn, 2n ** 63n, 2n ** 48n].map((vaddr) => geometry.isCanonical(vaddr))).toEqual([false, false, false, false])
  })
  it('have one root, and four indices', () => {
    expect([geometry.rootOf(0n), geometry.rootOf(2n ** 64n - 1n)]).toEqual([0, 0])
    const vaddr = (1n << 39n) | (2n << 30n) | (3n << 21n) | (4n << 12n) | 5n
    expect([3, 2, 1, 0].map((level) => geometry.indexOf(vaddr, level))).toEqual([1, 2, 3, 4])
    expect([3, 2, 1, 0].map((level) => geometry.indexOf(2n ** 64n - 1n, level))).toEqual([511, 511, 511, 511])
    expect(geometry.indexOf(0xffff_8000_0000_0000n, 3)).toBe(256)
  })
})

describe('four levels of 9 bits, two roots', () => {
  const geometry = new Geometry(ARM)
  it('are canonical where bits 63:48 are equal', () => {
    expect([geometry.lowerEnd, geometry.upperStart]).toEqual([0x1_0000_0000_0000n, 0xffff_0000_0000_0000n])
    expect([0n, 0xffff_ffff_ffffn, 0xffff_0000_0000_0000n, 2n ** 64n - 1n].map((vaddr) => geometry.isCanonical(vaddr))).toEqual([true, true, true, true])
    expect([0x1_0000_0000_0000n, 0xfffe_ffff_ffff_ffffn, 2n ** 63n].map((vaddr) => geometry.isCanonical(vaddr))).toEqual([false, false, false])
  })
  it('have a root for each half, whose index 0 is the start of the half', () => {
    expect(geometry.roots).toBe(2)
    expect([0n, 0xffff_ffff_ffffn, 0xffff_0000_0000_0000n, 2n ** 64n - 1n].map((vaddr) => geometry.rootOf(vaddr))).toEqual([0, 0, 1, 1])
    expect(geometry.indexOf(0xffff_0000_0000_0000n, 3)).toBe(0)
    expect(geometry.indexOf(0xffff_ffff_ffffn, 3)).toBe(511)
  })
})

describe('numbers that do not fit together', () => {
  it.each<Partial<Record<keyof GeometryNumbers, unknown>>>([
    { levels: 0 },
    { levels: 6 },
    { levels: 2.5 },
    { levels: NaN },
    { indexBits: 0 },
    { indexBits: 10 },
    { indexBits: 4.5 },
    { physBits: 12 },
    { physBits: 57 },
    { physBits: 40.5 },
    { leafLevels: [] },
    { leafLevels: [1, 2] },
    { leafLevels: [0, 4] },
    { leafLevels: [0, 2, 1] },
    { leafLevels: [0, 0] },
    { leafLevels: [0, 0.5] },
    { halves: 'one' },
  ])('%j are refused', (wrong) => {
    expect(() => new Geometry({ ...X86, ...wrong } as GeometryNumbers)).toThrow(RangeError)
  })
  it('are not these: one level of one bit, five of nine, 56 physical bits', () => {
    expect(new Geometry({ levels: 1, indexBits: 1, physBits: 13, leafLevels: [0], halves: 'two-roots' }).lowerEnd).toBe(8192n)
    expect(new Geometry({ ...X86, levels: 5, physBits: 56 }).virtBits).toBe(57)
  })
})
