import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import { pa, va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { DEVICE, NONE, READ, unionOf, WRITE, type MappingFlags, type PageTable } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { PAGE, sameBytes, vaddrOf, world } from './support/world.ts'

const RW = unionOf(READ, WRITE)

describe('a linear backend', () => {
  it('maps a fixed distance up or down, with the largest leaves that fit', () => {
    const { table } = world()
    const up = new LinearBackend(va(0x8000), pa(0x10_0000))
    expect(up.distance).toBe(0xf_8000n)
    expect(up.map(va(0x7000), 10n * PAGE, RW, table)).toBe(true)
    expect([0x7000n, 0x8000n, 0xffffn, 0x1_0000n].map((vaddr) => table.query(va(vaddr)))).toEqual([
      { paddr: 0xf_f000n, size: 0x1000n, flags: RW },
      { paddr: 0x10_0000n, size: 0x8000n, flags: RW },
      { paddr: 0x10_7fffn, size: 0x8000n, flags: RW },
      { paddr: 0x10_8000n, size: 0x1000n, flags: RW },
    ])
    const down = new LinearBackend(vaddrOf(32), pa(0))
    expect(down.distance).toBe(-0xffff_ffff_fffe_0000n)
    expect(down.map(vaddrOf(32), 32n * PAGE, READ, table)).toBe(true)
    expect(table.query(va(2n ** 64n - 1n))).toEqual({ paddr: 0x1_ffffn, size: 0x8000n, flags: READ })
  })
  it('writes flags in letters, where a set names an area too', () => {
    const { table } = world()
    const backend = new LinearBackend<undefined>(va(0), pa(0))
    expect([unionOf(RW, DEVICE), NONE].map((flags) => backend.formatFlags(flags))).toEqual(['rwd', 'no access'])
    const set = new MemorySet<MappingFlags, PageTable<undefined>>({ pageTable: table })
    unwrap(set.map(va(0x1000), PAGE, RW, backend))
    const refused = set.map(va(0x1000), PAGE, READ, new FrameBackend<undefined>({ when: 'demand' }))
    expect(refused.ok || refused.error.message).toBe('[0x1000, 0x2000) overlaps the area 0x1000-0x2000 rw')
  })
  it('takes only small leaves where the distance is odd', () => {
    const { table } = world()
    expect(new LinearBackend(va(0), pa(0x1000)).map(va(0), 8n * PAGE, RW, table)).toBe(true)
    expect(table.query(va(0))).toEqual({ paddr: 0x1000n, size: 0x1000n, flags: RW })
  })
  it('refuses what lies below 0, above 2^64, or above the machine', () => {
    const { table, bytes } = world()
    const image = bytes.slice()
    const tooWide = (message: string, vaddr: bigint): unknown => ({ reason: 'not-expressible', cause: expect.objectContaining({ name: 'PageTableError', reason: 'too-wide', vaddr, message }) as unknown })
    expect(new LinearBackend(va(0x1000), pa(0)).map(va(0), 2n * PAGE, RW, table)).toEqual(tooWide('there is no physical address 0x1000 below 0x0', 0n))
    const last = new LinearBackend(va(0), pa(2n ** 64n - PAGE))
    expect(last.map(va(0), 2n * PAGE, RW, table)).toEqual(tooWide('[0xfffffffffffff000, 0x10000000000001000) does not fit in 32 bits', 0n))
    expect(last.map(va(0x1000), PAGE, RW, table)).toEqual(tooWide('there is no physical address 0xfffffffffffff000 above 0x1000', 0x1000n))
    const wide = new LinearBackend(va(0), pa(2n ** 32n - PAGE))
    expect(wide.map(va(0), 2n * PAGE, RW, table)).toMatchObject({ reason: 'not-expressible', cause: { reason: 'too-wide' } })
    expect(sameBytes(image, bytes)).toBe(true)
    expect(wide.map(va(0), PAGE, RW, table)).toBe(true)
  })
  it('tells why the page table refused', () => {
    const { table } = world(3)
    const backend = new LinearBackend(va(0), pa(0))
    const answer = (size: bigint, flags: MappingFlags = RW): unknown => backend.map(va(0x1000), size, flags, table)
    expect(answer(0x800n)).toMatchObject({ reason: 'misaligned', cause: { reason: 'misaligned' } })
    expect(answer(PAGE, DEVICE)).toMatchObject({ reason: 'not-expressible', cause: { reason: 'not-expressible' } })
    expect(answer(32n * PAGE)).toMatchObject({ reason: 'not-expressible', cause: { reason: 'non-canonical' } })
    expect(backend.unmap(va(0), PAGE, table)).toMatchObject({ reason: 'not-mapped', cause: { reason: 'not-mapped', level: 1 } })
    expect(answer(PAGE)).toBe(true)
    expect(answer(PAGE)).toMatchObject({ reason: 'already-mapped', cause: { reason: 'already-mapped', vaddr: 0x1000n } })
    expect(backend.protect(va(0), PAGE, READ, table)).toMatchObject({ reason: 'not-mapped' })
    expect(backend.map(va(0x8000), PAGE, RW, table)).toBe(true)
    expect(backend.map(va(0x1_0000), PAGE, RW, table)).toMatchObject({ reason: 'out-of-frames', cause: { reason: 'out-of-frames' } })
    table.memory.writeWord(pa(table.roots[0]! + 16n), 0x5000_0001n)
    expect(backend.map(va(0x1_0000), PAGE, RW, table)).toMatchObject({ reason: 'already-mapped', cause: { reason: 'invalid-entry' } })
  })
  it('cuts its leaves where a part is unmapped or protected', () => {
    const { table } = world()
    const backend = new LinearBackend(va(0), pa(0x8000))
    expect(backend.map(va(0), 16n * PAGE, RW, table)).toBe(true)
    expect(backend.unmap(va(0x3000), PAGE, table)).toBe(true)
    expect(backend.protect(va(0x7000), 2n * PAGE, READ, table)).toBe(true)
    expect([2, 3, 4, 7, 8, 9, 15].map((page) => table.query(vaddrOf(page))?.flags)).toEqual([RW, undefined, RW, READ, READ, RW, RW])
    expect([2, 4, 9].map((page) => table.query(vaddrOf(page))?.paddr)).toEqual([0xa000n, 0xc000n, 0x1_1000n])
  })
  it('takes a fault for spurious where a page is, and refuses it where none is', () => {
    const { table } = world()
    const backend = new LinearBackend(va(0), pa(0))
    expect(backend.map(va(0), PAGE, NONE, table)).toBe(true)
    expect(backend.fault(va(0x123), 'read', NONE, table)).toBe('present')
    const answer = backend.fault(va(0x1004), 'read', NONE, table)
    expect(answer).toMatchObject({ reason: 'not-mapped', cause: { name: 'PageTableError', reason: 'not-mapped', vaddr: 0x1004n, message: 'nothing is mapped at 0x1004' } })
  })
  it('takes no memory and gives none back', () => {
    const { table, frames } = world()
    const set = new MemorySet<MappingFlags, PageTable<undefined>>({ pageTable: table })
    unwrap(set.map(va(0x1000), 20n * PAGE, RW, new LinearBackend(va(0), pa(0x8000))))
    unwrap(set.protect(va(0x5000), PAGE, () => READ))
    unwrap(set.unmap(va(0x2000), 2n * PAGE))
    unwrap(set.clear())
    expect(frames.inner.usedFrames).toBe(1)
  })
  it('refuses addresses that are none', () => {
    expect(() => new LinearBackend(va(0), -1n as never)).toThrow(RangeError)
    expect(() => new LinearBackend(2n ** 64n as never, pa(0))).toThrow(RangeError)
    expect(() => new LinearBackend(0 as never, pa(0))).toThrow(TypeError)
    expect(() => new LinearBackend(...([] as unknown as [never, never]))).toThrow(/^"virt" must be /)
    expect(() => new LinearBackend(...([va(0)] as unknown as [never, never]))).toThrow(/^"phys" must be /)
    expect(() => new LinearBackend(...([{ virt: va(0), phys: pa(0) }] as unknown as [never, never]))).toThrow(TypeError)
  })
})
