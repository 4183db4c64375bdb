// The format under the walker: what only both together show.
import { describe, expect, it } from 'vitest'
import { BitmapAllocator, PageTable, parseFlags, PhysMemory, type Invalidations } from '@addrspace/page-table'
import { pa, va } from '@addrspace/memory-addr'
import { aarch64, type AArch64Controls } from '@addrspace/backend-aarch64'

function newTable(): { table: PageTable<AArch64Controls>; told: Invalidations[] } {
  const told: Invalidations[] = []
  const memory = new PhysMemory({ base: pa(0x8000_0000), size: 0x10_0000n })
  const frames = new BitmapAllocator({ start: pa(0x8000_0000), end: 0x8010_0000n })
  const table = new PageTable({ memory, frames, format: aarch64, invalidations: (invalidations) => told.push(invalidations) })
  return { table, told }
}

describe('a page table of AArch64', () => {
  it('has a root for each half, and both translate their first and last page', () => {
    const { table } = newTable()
    expect(table.roots.length).toBe(2)
    const ends = [0x0n, 0xffff_ffff_f000n, 0xffff_0000_0000_0000n, 0xffff_ffff_ffff_f000n]
    ends.forEach((vaddr, i) => {
      expect(table.map(va(vaddr), 0x1000n, pa(0x4000_0000n + (BigInt(i) << 12n)), parseFlags('rw')).ok).toBe(true)
    })
    ends.forEach((vaddr, i) => {
      expect(table.translate(va(vaddr + 0xfffn), 'write', 'kernel')).toMatchObject({ kind: 'mapped', paddr: 0x4000_0fffn + (BigInt(i) << 12n) })
    })
    expect(table.translate(va(0x1_0000_0000_0000n), 'read', 'kernel')).toMatchObject({ kind: 'fault', reason: 'non-canonical' })
  })
  it('breaks a live block before it makes a table of it', () => {
    const { table, told } = newTable()
    expect(table.map(va(0x20_0000), 0x20_0000n, pa(0x4000_0000), parseFlags('rwu')).ok).toBe(true)
    expect(table.protect(va(0x20_1000), 0x1000n, parseFlags('ru')).ok).toBe(true)
    const steps = told.flatMap(({ breaks }) => breaks)
    expect(steps.length).toBe(1)
    expect(steps[0]).toMatchObject({ oldWord: 0x0060_0000_4000_0f41n, range: { start: 0x20_0000n, size: 0x20_0000n } })
    expect(steps[0]!.newWord & 3n).toBe(3n)
    expect(table.translate(va(0x20_0000), 'write', 'user')).toMatchObject({ kind: 'mapped', paddr: 0x4000_0000n })
    expect(table.translate(va(0x20_1000), 'write', 'user')).toMatchObject({ kind: 'fault', reason: 'permission', level: 0, bit: 'AP[2]' })
  })
  it('changes permissions without a break, and memory types with one', () => {
    const { table, told } = newTable()
    expect(table.map(va(0x1000), 0x1000n, pa(0x4000_0000), parseFlags('rw')).ok).toBe(true)
    expect(table.protect(va(0x1000), 0x1000n, parseFlags('r')).ok).toBe(true)
    expect(told.flatMap(({ breaks }) => breaks)).toEqual([])
    expect(table.protect(va(0x1000), 0x1000n, parseFlags('rd')).ok).toBe(true)
    expect(told.flatMap(({ breaks }) => breaks).length).toBe(1)
  })
  it('hides a block and shows it again, frame and size kept, never a table', () => {
    const { table } = newTable()
    expect(table.map(va(0x4000_0000), 0x4000_0000n, pa(0x8000_0000), parseFlags('rwu')).ok).toBe(true)
    expect(table.protect(va(0x4000_0000), 0x4000_0000n, parseFlags('u')).ok).toBe(true)
    expect(table.translate(va(0x4000_1234), 'read', 'kernel')).toMatchObject({ kind: 'fault', reason: 'not-present', level: 2, bit: 'valid' })
    expect(table.query(va(0x4000_1234))).toEqual({ paddr: 0x8000_1234n, size: 0x4000_0000n, flags: parseFlags('u') })
    expect(table.protect(va(0x4000_0000), 0x4000_0000n, parseFlags('rwu')).ok).toBe(true)
    expect(table.translate(va(0x4000_1234), 'write', 'user')).toMatchObject({ kind: 'mapped', paddr: 0x8000_1234n, size: 0x4000_0000n })
  })
})

describe('the state of the machine', () => {
  it.each([
    ['nothing', {}, new TypeError('"controls" must have each of pan; "pan" is missing')],
    ['that of another machine', { pan: true, smap: true }, new TypeError('"controls" must have none but pan; "smap" is no control of aarch64')],
    ['a word for a truth', { pan: 'on' }, new RangeError('"controls.pan" must be true or false, got on')],
  ])('is not %s', (_what, controls, error) => {
    expect(() => newTable().table.translate(va(0), 'read', 'kernel', controls as AArch64Controls)).toThrow(error)
  })
  it('may be any that the machine can be in', () => {
    const { table } = newTable()
    for (const pan of [false, true]) expect(table.translate(va(0), 'read', 'kernel', { pan })).toMatchObject({ kind: 'fault', reason: 'not-present' })
  })
})
