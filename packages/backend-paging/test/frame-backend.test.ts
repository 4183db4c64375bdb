import { FrameBackend } from '@addrspace/backend-paging'
import { pa, va } from '@addrspace/memory-addr'
import type { BackendRefusal } from '@addrspace/memory-set'
import { DEVICE, formatFlags, NONE, PageTableError, READ, unionOf, WRITE, type PageTableErrorDetails, type PageTableReason } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { PAGE, pagesOf, sameBytes, vaddrOf, world, type World } from './support/world.ts'

const RW = unionOf(READ, WRITE)
const eager = new FrameBackend<undefined>({ when: 'eager' })
const demand = new FrameBackend<undefined>({ when: 'demand' })

/** The frames of pages [from, to), undefined where there is none. */
function framesOf({ table }: World, from: number, to: number): (number | undefined)[] {
  return pagesOf(table).slice(from, to).map((page) => page?.frame)
}

/** Expects an answer that is a refusal for this reason with an error of the page table as its cause, and that nothing has changed. */
function refusal(w: World, reason: string, act: () => unknown, cause: Partial<PageTableErrorDetails> & { readonly reason?: PageTableReason; readonly message?: string } = {}): void {
  const image = w.bytes.slice()
  const used = w.frames.inner.usedFrames
  const told = w.log.filter((line) => line.startsWith('told')).length
  const answer = act()
  expect(answer).toMatchObject({ reason, cause: { vaddr: expect.any(BigInt) as bigint, ...cause } })
  expect((answer as BackendRefusal).cause).toBeInstanceOf(PageTableError)
  expect(sameBytes(image, w.bytes)).toBe(true)
  expect(w.frames.inner.usedFrames).toBe(used)
  expect(w.log.filter((line) => line.startsWith('told')).length).toBe(told)
}

describe('an eager backend', () => {
  it('writes flags in letters', () => {
    expect([RW, NONE].map((flags) => eager.formatFlags(flags))).toEqual(['rw', 'no access'])
  })
  it('gives every page a frame of its own, lowest first, zeroed', () => {
    const w = world()
    w.bytes.fill(0xee, 4096)
    expect(eager.map(vaddrOf(6), 4n * PAGE, RW, w.table)).toBe(true)
    // Frames 1 to 4 are the pages', since they are allocated first; 5 and 6 are tables.
    expect(framesOf(w, 5, 11)).toEqual([undefined, 1, 2, 3, 4, undefined])
    const bytes = new Uint8Array(4 * 4096).fill(1)
    expect(w.table.read(vaddrOf(6), bytes)).toMatchObject({ done: bytes.length })
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  })
  it('uses frames that lie apart', () => {
    const w = world()
    const taken = Array.from({ length: 10 }, () => w.frames.allocate()!)
    for (const i of [1, 2, 5, 9]) w.frames.free(taken[i]!)
    expect(eager.map(vaddrOf(0), 6n * PAGE, RW, w.table)).toBe(true)
    // Frame 10 is the table for the first two, which are mapped before it is known how the others lie.
    expect(framesOf(w, 0, 6)).toEqual([2, 3, 6, 11, 12, 13])
  })
  it('leaves nothing behind when frames run out at any allocation', () => {
    for (let left = 0; ; left++) {
      const w = world()
      w.frames.left = left
      if (left === 12) {
        // Ten pages and two tables.
        expect(eager.map(vaddrOf(4), 10n * PAGE, RW, w.table)).toBe(true)
        break
      }
      refusal(w, 'out-of-frames', () => eager.map(vaddrOf(4), 10n * PAGE, RW, w.table), { reason: 'out-of-frames' })
    }
  })
  it('leaves nothing behind where the last page is mapped already', () => {
    const w = world()
    expect(eager.map(vaddrOf(9), PAGE, RW, w.table)).toBe(true)
    refusal(w, 'already-mapped', () => eager.map(vaddrOf(4), 6n * PAGE, RW, w.table), { reason: 'already-mapped', vaddr: va(0x9000), level: 0 })
  })
  it('refuses flags and ranges that the machine does not have', () => {
    const w = world()
    refusal(w, 'not-expressible', () => eager.map(vaddrOf(0), PAGE, DEVICE, w.table), { reason: 'not-expressible', message: `toy cannot express ${formatFlags(DEVICE)}: memory is cached, and nobody else sees it` })
    refusal(w, 'not-expressible', () => eager.map(vaddrOf(31), 2n * PAGE, RW, w.table), { reason: 'non-canonical', vaddr: va(0x1f000) })
    refusal(w, 'misaligned', () => eager.map(va(0x1f001), PAGE, RW, w.table), { reason: 'misaligned', vaddr: va(0x1f001) })
    refusal(w, 'not-expressible', () => eager.map(va(2n ** 40n), PAGE, RW, w.table))
    expect(eager.map(vaddrOf(63), PAGE, RW, w.table)).toBe(true)
  })
  it('refuses to unmap or protect what is not mapped', () => {
    const w = world()
    expect(eager.map(vaddrOf(4), 2n * PAGE, RW, w.table)).toBe(true)
    refusal(w, 'not-mapped', () => eager.unmap(vaddrOf(4), 3n * PAGE, w.table))
    refusal(w, 'not-mapped', () => eager.protect(vaddrOf(3), 2n * PAGE, READ, w.table))
  })
  it('has its pages present: a fault is spurious', () => {
    const { table } = world()
    expect(eager.map(vaddrOf(4), PAGE, RW, table)).toBe(true)
    expect(eager.fault(va(vaddrOf(4) + 5n), 'write', RW, table)).toBe('present')
  })
})

describe('a demand backend', () => {
  it('maps nothing before a page is touched, and then that page', () => {
    const w = world()
    expect(demand.map(vaddrOf(0), 32n * PAGE, RW, w.table)).toBe(true)
    expect(w.frames.inner.usedFrames).toBe(1)
    expect(demand.fault(va(vaddrOf(7) + 0x234n), 'read', RW, w.table)).toBe('installed')
    expect(framesOf(w, 6, 9)).toEqual([undefined, 1, undefined])
  })
  it('gives a page that is zero, whatever was in its frame', () => {
    const w = world()
    w.bytes.fill(0xee, 4096)
    expect(demand.fault(vaddrOf(7), 'read', RW, w.table)).toBe('installed')
    const bytes = new Uint8Array(4096).fill(1)
    w.table.read(vaddrOf(7), bytes)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  })
  it('gives a zeroed page again after the last owner of the frame wrote to it', () => {
    const w = world()
    expect(demand.fault(vaddrOf(7), 'write', RW, w.table)).toBe('installed')
    expect(w.table.write(vaddrOf(7), new Uint8Array(4096).fill(7)).done).toBe(4096)
    expect(demand.unmap(vaddrOf(7), PAGE, w.table)).toBe(true)
    expect(w.bytes.every((byte) => byte === 0)).toBe(true)
    expect(demand.fault(vaddrOf(9), 'read', RW, w.table)).toBe('installed')
    expect(framesOf(w, 9, 10)).toEqual([1])
    expect(w.memory.readWord(pa(0x1000))).toBe(0n)
  })
  it('never replaces a page that is present, be it written to or without access', () => {
    const w = world()
    expect(demand.fault(vaddrOf(7), 'write', RW, w.table)).toBe('installed')
    expect(w.table.write(vaddrOf(7), Uint8Array.of(7)).done).toBe(1)
    const image = w.bytes.slice()
    expect(demand.fault(vaddrOf(7), 'write', RW, w.table)).toBe('present')
    expect(sameBytes(image, w.bytes)).toBe(true)
    expect(demand.protect(vaddrOf(7), PAGE, NONE, w.table)).toBe(true)
    expect(demand.fault(vaddrOf(7), 'write', RW, w.table)).toBe('present')
    expect(demand.protect(vaddrOf(7), PAGE, RW, w.table)).toBe(true)
    expect(sameBytes(image, w.bytes)).toBe(true)
  })
  it('refuses a fault for which there is no frame, and leaves nothing behind', () => {
    for (let left = 0; ; left++) {
      const w = world()
      w.frames.left = left
      if (left === 2) {
        expect(demand.fault(vaddrOf(7), 'read', RW, w.table)).toBe('installed')
        break
      }
      refusal(w, 'out-of-frames', () => demand.fault(vaddrOf(7), 'read', RW, w.table), { reason: 'out-of-frames', vaddr: va(0x7000) })
    }
  })
  it('refuses to map where something is, and flags and ranges that the machine does not have', () => {
    const w = world()
    expect(demand.fault(vaddrOf(7), 'read', RW, w.table)).toBe('installed')
    const inTheWay = w.table.walk(va(0x7000)).at(-1)!
    refusal(w, 'already-mapped', () => demand.map(vaddrOf(0), 8n * PAGE, RW, w.table), {
      reason: 'already-mapped', vaddr: va(0x7000), level: 0, entryAddress: inTheWay.entryAddress, entry: inTheWay.entry, message: 'a leaf entry is in the way at 0x7000, level 0',
    })
    refusal(w, 'not-expressible', () => demand.map(vaddrOf(8), PAGE, DEVICE, w.table), { reason: 'not-expressible', message: `toy cannot express ${formatFlags(DEVICE)}: memory is cached, and nobody else sees it` })
    refusal(w, 'not-expressible', () => demand.map(vaddrOf(31), 2n * PAGE, RW, w.table), { reason: 'non-canonical', vaddr: va(0x1f000) })
    refusal(w, 'misaligned', () => demand.map(va(0x1f001), PAGE, RW, w.table), { reason: 'misaligned', vaddr: va(0x1f001) })
    refusal(w, 'not-expressible', () => demand.fault(va(2n ** 40n), 'read', RW, w.table))
    expect(demand.map(vaddrOf(0), 7n * PAGE, RW, w.table)).toBe(true)
  })
  it('unmaps and protects what is present, and passes over the rest', () => {
    const w = world()
    for (const page of [1, 2, 30]) expect(demand.fault(vaddrOf(page), 'read', RW, w.table)).toBe('installed')
    expect(demand.protect(vaddrOf(0), 32n * PAGE, READ, w.table)).toBe(true)
    expect([1, 2, 30].map((page) => w.table.query(vaddrOf(page))?.flags)).toEqual([READ, READ, READ])
    expect(demand.unmap(vaddrOf(0), 32n * PAGE, w.table)).toBe(true)
    expect(w.frames.inner.usedFrames).toBe(1)
  })
})

describe('frames of pages that are unmapped', () => {
  it('are given back once, after everybody was told', () => {
    const w = world()
    expect(eager.map(vaddrOf(6), 4n * PAGE, RW, w.table)).toBe(true)
    w.log.length = 0
    expect(eager.unmap(vaddrOf(6), 4n * PAGE, w.table)).toBe(true)
    expect(w.log[0]).toBe('told 0x6000+0x4000')
    expect(w.log.slice(1).sort()).toEqual(['free 0x1000', 'free 0x2000', 'free 0x3000', 'free 0x4000', 'free 0x5000', 'free 0x6000'])
    expect(w.bytes.every((byte) => byte === 0)).toBe(true)
  })
  it('are only those of the part that goes', () => {
    const w = world()
    expect(eager.map(vaddrOf(6), 4n * PAGE, RW, w.table)).toBe(true)
    w.log.length = 0
    expect(eager.unmap(vaddrOf(7), 2n * PAGE, w.table)).toBe(true)
    expect(w.log).toEqual(['told 0x7000+0x2000', 'free 0x2000', 'free 0x3000'])
    expect(framesOf(w, 5, 11)).toEqual([undefined, 1, undefined, undefined, 4, undefined])
  })
  it('wait for the end of the transaction around', () => {
    const w = world()
    expect(eager.map(vaddrOf(6), PAGE, RW, w.table)).toBe(true)
    w.log.length = 0
    w.table.beginTransaction()
    expect(eager.unmap(vaddrOf(6), PAGE, w.table)).toBe(true)
    expect(eager.map(vaddrOf(6), PAGE, RW, w.table)).toBe(true)
    expect(w.log).toEqual([])
    expect(framesOf(w, 6, 7)).toEqual([3])
    w.table.commitTransaction()
    expect(w.log).toContain('free 0x1000')
    expect(w.log[0]).toBe('told 0x6000+0x1000')
  })
  it('are kept when the transaction around is rolled back', () => {
    const w = world()
    expect(eager.map(vaddrOf(6), 3n * PAGE, RW, w.table)).toBe(true)
    expect(w.table.write(vaddrOf(6), new Uint8Array(3 * 4096).fill(9)).fault).toBeUndefined()
    const image = w.bytes.slice()
    w.table.beginTransaction()
    expect(eager.unmap(vaddrOf(6), 2n * PAGE, w.table)).toBe(true)
    w.table.rollbackTransaction()
    expect(sameBytes(image, w.bytes)).toBe(true)
    expect(eager.unmap(vaddrOf(6), 3n * PAGE, w.table)).toBe(true)
    expect(w.frames.inner.usedFrames).toBe(1)
  })
})

describe('a guest that writes into its tables', () => {
  it('does not free the frames of others, nor any twice', () => {
    const w = world()
    const foreign = w.frames.allocate()!
    expect(eager.map(vaddrOf(6), 4n * PAGE, RW, w.table)).toBe(true)
    const entries = [6, 7, 8, 9].map((page) => w.table.walk(vaddrOf(page)).at(-1)!)
    // Page 6 shows somebody else's frame, 7 the root, 8 and 9 the same frame of their own.
    w.memory.writeWord(entries[0]!.entryAddress, (entries[0]!.word & 0xfffn) | foreign)
    w.memory.writeWord(entries[1]!.entryAddress, (entries[1]!.word & 0xfffn) | w.table.roots[0]!)
    w.memory.writeWord(entries[2]!.entryAddress, entries[3]!.word)
    const before = w.frames.inner.usedFrames
    expect(eager.unmap(vaddrOf(6), 4n * PAGE, w.table)).toBe(true)
    // Two tables and one page; the frames of pages 6, 7 and 8 are lost to the guest, and to nobody else.
    expect(w.frames.inner.usedFrames).toBe(before - 3)
    expect(w.table.tableCount).toBe(1)
    w.frames.free(foreign)
  })
  it('is refused where it let a pointer lead elsewhere, at once', () => {
    const w = world()
    expect(demand.map(vaddrOf(0), 32n * PAGE, RW, w.table)).toBe(true)
    const root = w.table.roots[0]!
    for (let slot = 0n; slot < 4n; slot++) w.memory.writeWord(pa(root + 8n * slot), root | 1n)
    refusal(w, 'already-mapped', () => demand.unmap(vaddrOf(0), 32n * PAGE, w.table))
    refusal(w, 'already-mapped', () => demand.protect(vaddrOf(0), 32n * PAGE, READ, w.table))
    refusal(w, 'already-mapped', () => demand.fault(vaddrOf(4), 'read', READ, w.table))
  })
})

describe('options', () => {
  it('are one of two', () => {
    expect([eager.when, demand.when]).toEqual(['eager', 'demand'])
    expect([eager.granule, demand.granule]).toEqual([4096n, 4096n])
    expect(() => new FrameBackend({ when: 'never' as never })).toThrow(new RangeError('"when" must be eager or demand, got never'))
  })
  it.each<readonly [what: string, given: unknown, error: TypeError]>([
    ['nothing', undefined, new TypeError('"options" must be an object with "when", got undefined')],
    ['null', null, new TypeError('"options" must be an object with "when", got null')],
    ['a word', 'demand', new TypeError('"options" must be an object with "when", got string')],
    ['no "when"', {}, new TypeError('"when" must be eager or demand, got undefined')],
    ['a "when" that is no word', { when: true }, new TypeError('"when" must be eager or demand, got boolean')],
  ])('are refused by name: %s', (_what, given, error) => {
    expect(() => new FrameBackend(given as never)).toThrow(error)
  })
})
