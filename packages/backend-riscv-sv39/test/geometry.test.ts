// Source: RISC-V Instruction Set Manual, Volume II, "Supervisor-Level ISA", "Sv39", "Sv48", "Sv57".
import { describe, expect, it } from 'vitest'
import { SV39_GEOMETRY, SV48_GEOMETRY, SV57_GEOMETRY } from '@addrspace/backend-riscv-sv39'

const KIB = 1024n
const MIB = 1024n * KIB
const GIB = 1024n * MIB
const TIB = 1024n * GIB

describe.each([
  { name: 'Sv39', geometry: SV39_GEOMETRY, levels: 3, virtBits: 39, sizes: [4n * KIB, 2n * MIB, GIB] },
  { name: 'Sv48', geometry: SV48_GEOMETRY, levels: 4, virtBits: 48, sizes: [4n * KIB, 2n * MIB, GIB, 512n * GIB] },
  { name: 'Sv57', geometry: SV57_GEOMETRY, levels: 5, virtBits: 57, sizes: [4n * KIB, 2n * MIB, GIB, 512n * GIB, 256n * TIB] },
])('geometry of $name', ({ geometry, levels, virtBits, sizes }) => {
  it('has the manual\'s levels, widths and table size', () => {
    expect(geometry.levels).toBe(levels)
    expect(geometry.virtBits).toBe(virtBits)
    expect(geometry.entries).toBe(512)
    expect(geometry.physBits).toBe(56)
    expect(geometry.roots).toBe(1)
  })

  it('has leaves of the manual\'s sizes at every level', () => {
    expect(geometry.leafLevels.map((level) => geometry.span(level))).toEqual(sizes)
    expect(geometry.leafLevels.length).toBe(levels)
  })

  it('wants the upper bits to be copies of the highest translated one', () => {
    const top = 1n << BigInt(virtBits - 1)
    for (const vaddr of [0n, top - 1n, 2n ** 64n - top, 2n ** 64n - 1n]) expect(geometry.isCanonical(vaddr)).toBe(true)
    for (const vaddr of [top, 2n * top - 1n, 2n ** 64n - top - 1n, 1n << 63n]) expect(geometry.isCanonical(vaddr)).toBe(false)
  })
})

describe('indices', () => {
  it('are those of xv6 for the trampoline', () => {
    // xv6-riscv, kernel/memlayout.h: TRAMPOLINE is MAXVA - PGSIZE = 0x3f_ffff_f000; the course's printout of
    // init's page table has it at ..255, .. ..511, .. .. ..511.
    expect([2, 1, 0].map((level) => SV39_GEOMETRY.indexOf(0x3f_ffff_f000n, level))).toEqual([255, 511, 511])
  })

  it('put the upper half into the second half of the root', () => {
    // arceos, boot.rs of riscv64-qemu-virt: 0xffff_ffc0_8000_0000 is entry 0x102 of the Sv39 root.
    expect(SV39_GEOMETRY.indexOf(0xffff_ffc0_8000_0000n, 2)).toBe(0x102)
  })
})
