import { pa, va } from '@addrspace/memory-addr'
import { DEVICE, NONE, READ, unionOf, WRITE, type BreakStep } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { mergeRanges } from '../src/invalidation.ts'
import { entryAt, tableAt } from './support/words.ts'
import { PAGE, told, vaddrOf, world } from './support/world.ts'

const RW = unionOf(READ, WRITE)

/** A step as text: which entry, from which word to which, and for which addresses. */
function showBreak({ entry, oldWord, newWord, range }: BreakStep): string {
  return [entry, oldWord, newWord, range.start, range.size].map((value) => `0x${value.toString(16)}`).join(' ')
}

// A leaf of the toy: kind 2, read and write 0xc, accessed 0x200, huge 0x800, dirty bit 45, frame from bit 28 on.
const LEAF = 0x2000_0000_020en

describe('merging', () => {
  it('sorts ranges and joins those that touch or overlap', () => {
    const ranges = [
      { start: va(0x5000), size: 0x1000n },
      { start: va(0x1000), size: 0x1000n },
      { start: va(0x2000), size: 0x2000n },
      { start: va(0x3000), size: 0x800n },
      { start: va(0x5000), size: 0x2000n },
    ]
    expect(mergeRanges(ranges)).toEqual([
      { start: 0x1000n, size: 0x3000n },
      { start: 0x5000n, size: 0x2000n },
    ])
  })
  it('takes ranges up to the end of the space', () => {
    expect(mergeRanges([{ start: va(2n ** 64n - 0x1000n), size: 0x1000n }, { start: va(0), size: 0x1000n }])).toHaveLength(2)
  })
  it('gives nothing for nothing', () => {
    expect(mergeRanges([])).toEqual([])
  })
})

describe('what is reported', () => {
  it('is one merged range for neighbours in different tables', () => {
    const { table, reports } = world()
    expect(table.map(vaddrOf(3), 3n * PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(table.unmap(vaddrOf(3), 3n * PAGE).ok).toBe(true)
    expect(told(reports)).toEqual(['0x3000+0x3000'])
  })
  it('is nothing for a page without access that gets some, and the page when it loses it', () => {
    const { table, reports } = world()
    expect(table.map(vaddrOf(0), 2n * PAGE, pa(0), NONE).ok).toBe(true)
    expect(table.protect(vaddrOf(0), PAGE, RW).ok).toBe(true)
    expect(reports).toEqual([])
    expect(table.protect(vaddrOf(0), PAGE, NONE).ok).toBe(true)
    expect(told(reports)).toEqual(['0x0+0x1000'])
  })
  it('is nothing where flags are the same already', () => {
    const { table, reports, bytes } = world()
    expect(table.map(vaddrOf(0), 16n * PAGE, pa(0), RW).ok).toBe(true)
    const image = bytes.slice()
    expect(table.protect(vaddrOf(0), 16n * PAGE, RW).ok).toBe(true)
    expect(table.protect(vaddrOf(5), PAGE, RW).ok).toBe(true)
    expect(reports).toEqual([])
    expect(Buffer.compare(image, bytes)).toBe(0)
  })
  it('is nothing where a frame is the same already', () => {
    const { table, reports } = world()
    expect(table.map(vaddrOf(0), PAGE, pa(0), RW).ok).toBe(true)
    expect(table.remap(vaddrOf(0), pa(0)).ok).toBe(true)
    expect(reports).toEqual([])
  })
  it('is the whole leaf that is remapped', () => {
    const { table, reports } = world()
    expect(table.map(vaddrOf(32), 16n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.remap(va(vaddrOf(37) + 5n), pa(0x1_0000)).ok).toBe(true)
    expect(told(reports)).toEqual(['0xfffffffffffe0000+0x10000'])
  })
  it('is something below every table that goes, even if no leaf there was live', () => {
    const { table, reports } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0), NONE).ok).toBe(true)
    expect(table.unmap(vaddrOf(1), PAGE).ok).toBe(true)
    expect(told(reports)).toEqual(['0x1000+0x1000'])
  })
  it('is all that a table spanned, where a guest emptied it before it went', () => {
    const { table, memory, reports } = world()
    expect(table.map(vaddrOf(5), PAGE, pa(0), RW).ok).toBe(true)
    memory.writeWord(table.walk(vaddrOf(5)).at(-1)!.entryAddress, 0n)
    expect(table.unmap(vaddrOf(0), 16n * PAGE, { holes: 'skip' }).ok).toBe(true)
    expect(told(reports)).toEqual(['0x4000+0x4000'])
    expect(table.tableCount).toBe(1)
  })
  it('says whether tables go, since a machine may have cached the pointers to them', () => {
    const { table, reports } = world()
    const last = (): boolean | undefined => reports.at(-1)?.dropsTables
    expect(table.map(vaddrOf(0), 5n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.unmap(vaddrOf(1), PAGE).ok).toBe(true)
    expect(last()).toBe(false)
    expect(table.protect(vaddrOf(0), PAGE, READ).ok).toBe(true)
    expect(last()).toBe(false)
    expect(table.unmap(vaddrOf(4), PAGE).ok).toBe(true)
    expect(last()).toBe(true)
    const page = table.allocateFrames(1)!
    table.beginTransaction()
    expect(table.unmap(vaddrOf(2), PAGE).ok).toBe(true)
    table.freeFrames(page, 1)
    table.commitTransaction()
    expect(last()).toBe(false)
    expect(table.unmap(vaddrOf(0), 32n * PAGE, { holes: 'skip' }).ok).toBe(true)
    expect(last()).toBe(true)
  })
  it('is everything that was live when a table is disposed of, and only then frames are free', () => {
    const { table, reports, log } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0), RW).ok).toBe(true)
    expect(table.map(vaddrOf(62), 2n * PAGE, pa(0), RW).ok).toBe(true)
    table.dispose()
    expect(told(reports)).toEqual(['0x1000+0x1000', '0xffffffffffffe000+0x2000'])
    expect(log[0]).toBe('told')
  })
})

describe('a machine that breaks before it makes', () => {
  it('hears of a split: the leaf, and the pointer that takes its place', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(0), 4n * PAGE, pa(0x10_0000), RW).ok).toBe(true)
    const entry = entryAt(tableAt(table, vaddrOf(0), 1), 0)
    expect(table.protect(vaddrOf(1), PAGE, READ).ok).toBe(true)
    const child = tableAt(table, vaddrOf(0), 0) >> 12n
    const [report] = reports
    expect(report!.breaks.map(showBreak)).toEqual([`0x${entry.toString(16)} 0x${(LEAF | 0x800n | (0x100n << 28n)).toString(16)} 0x${(0x101n | (child << 28n)).toString(16)} 0x0 0x4000`])
    expect(told(reports)).toEqual(['0x0+0x4000'])
  })
  it('hears of every leaf whose memory type changes, in ascending order', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(1), 2n * PAGE, pa(0x5000), RW).ok).toBe(true)
    const leaves = tableAt(table, vaddrOf(1), 0)
    expect(table.protect(vaddrOf(1), 2n * PAGE, unionOf(RW, DEVICE)).ok).toBe(true)
    const device = 1n << 50n
    expect(reports[0]!.breaks.map(showBreak)).toEqual(
      [1n, 2n].map((i) => {
        const word = LEAF | ((4n + i) << 28n)
        return `0x${(leaves + 8n * i).toString(16)} 0x${word.toString(16)} 0x${(word | device).toString(16)} 0x${(i * PAGE).toString(16)} 0x1000`
      }),
    )
  })
  it('hears of a leaf that gets another frame', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(table.remap(vaddrOf(1), pa(0x6000)).ok).toBe(true)
    expect(reports[0]!.breaks.map(({ oldWord, newWord }) => [oldWord, newWord])).toEqual([[LEAF | (5n << 28n), LEAF | (6n << 28n)]])
  })
  it('hears of no break where only rights change, a page goes, or nothing was live', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(0), 4n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.protect(vaddrOf(0), 4n * PAGE, READ).ok).toBe(true)
    expect(table.protect(vaddrOf(0), 4n * PAGE, NONE).ok).toBe(true)
    expect(table.unmap(vaddrOf(1), PAGE).ok).toBe(true)
    expect(table.remap(vaddrOf(0), pa(0x9000)).ok).toBe(true)
    expect(table.protect(vaddrOf(0), PAGE, unionOf(RW, DEVICE)).ok).toBe(true)
    expect(reports.flatMap(({ breaks }) => breaks)).toEqual([])
  })
  it('hears of a page that was unmapped and mapped again in one transaction as of one that was remapped', () => {
    for (const page of [1, 33]) {
      const { table, reports } = world({ breaks: 'size-frame-or-type' })
      expect(table.map(vaddrOf(page - 1), 2n * PAGE, pa(0x4000), RW).ok).toBe(true)
      const entry = entryAt(tableAt(table, vaddrOf(page), 0), 1)
      table.beginTransaction()
      expect(table.unmap(vaddrOf(page), PAGE).ok).toBe(true)
      expect(table.map(vaddrOf(page), PAGE, pa(0x9000), RW).ok).toBe(true)
      table.commitTransaction()
      expect(reports[0]!.breaks).toEqual([{ entry, oldWord: LEAF | (5n << 28n), newWord: LEAF | (9n << 28n), range: { start: vaddrOf(page), size: PAGE } }])
    }
  })
  it.each([
    ['a huge leaf by another one', 4, 0x2_0000n, 4, 0x3_0000n],
    ['a huge leaf by a table', 4, 0x2_0000n, 4, 0x3_1000n],
    ['a table by a huge leaf', 4, 0x2_1000n, 4, 0x3_0000n],
    ['a table by another one', 2, 0x2_1000n, 2, 0x2_1000n],
  ])('hears of the entry when a transaction replaces %s', (_, oldPages, oldFrame, newPages, newFrame) => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    // Below the first entry of level 1, whose table stays for the sake of its last one.
    expect(table.map(vaddrOf(12), 4n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.map(vaddrOf(0), BigInt(oldPages) * PAGE, pa(oldFrame), RW).ok).toBe(true)
    const entry = entryAt(tableAt(table, vaddrOf(0), 1), 0)
    const oldWord = table.memory.readWord(entry)
    table.beginTransaction()
    expect(table.unmap(vaddrOf(0), 4n * PAGE, { holes: 'skip' }).ok).toBe(true)
    expect(table.map(vaddrOf(0), BigInt(newPages) * PAGE, pa(newFrame), RW).ok).toBe(true)
    table.commitTransaction()
    expect(reports[0]!.breaks).toEqual([{ entry, oldWord, newWord: table.memory.readWord(entry), range: { start: 0n, size: 4n * PAGE } }])
    expect(told(reports)).toEqual(['0x0+0x4000'])
  })
  it('hears of one step from the first word to the last, or of none where nothing is there in the end', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(0), 3n * PAGE, pa(0x5000), RW).ok).toBe(true)
    table.beginTransaction()
    for (const frame of [0x8000n, 0x9000n]) {
      expect(table.remap(vaddrOf(0), pa(frame)).ok).toBe(true)
      expect(table.remap(vaddrOf(1), pa(frame)).ok).toBe(true)
    }
    expect(table.protect(vaddrOf(1), PAGE, READ).ok).toBe(true)
    expect(table.unmap(vaddrOf(0), PAGE).ok).toBe(true)
    expect(table.remap(vaddrOf(2), pa(0x8000)).ok).toBe(true)
    expect(table.remap(vaddrOf(2), pa(0x7000)).ok).toBe(true)
    table.commitTransaction()
    expect(reports[0]!.breaks.map(({ oldWord, newWord, range }) => [oldWord, newWord, range.start])).toEqual([[LEAF | (6n << 28n), (LEAF | (9n << 28n)) & ~8n, 0x1000n]])
  })
  it('hears of another type although it was set while hardware did not see the page', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(0), 4n * PAGE, pa(0x5000), RW).ok).toBe(true)
    table.beginTransaction()
    expect(table.protect(vaddrOf(0), 2n * PAGE, NONE).ok).toBe(true)
    expect(table.remap(vaddrOf(1), pa(0x9000)).ok).toBe(true)
    expect(table.protect(vaddrOf(0), PAGE, unionOf(RW, DEVICE)).ok).toBe(true)
    expect(table.protect(vaddrOf(1), PAGE, RW).ok).toBe(true)
    table.commitTransaction()
    expect(reports[0]!.breaks.map(({ range }) => range)).toEqual([{ start: 0n, size: PAGE }, { start: 0x1000n, size: PAGE }])
  })
  it('hears only of the leaf that was there when it is split twice over', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(16), 16n * PAGE, pa(0x10_0000), RW).ok).toBe(true)
    expect(table.unmap(vaddrOf(21), PAGE).ok).toBe(true)
    expect(reports[0]!.breaks.map(({ entry, range }) => [entry, range])).toEqual([[entryAt(table.roots[0]!, 1), { start: 0x1_0000n, size: 16n * PAGE }]])
  })
  it('hears of nothing in a table that went', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(0), 2n * PAGE, pa(0x5000), RW).ok).toBe(true)
    table.beginTransaction()
    expect(table.remap(vaddrOf(0), pa(0x9000)).ok).toBe(true)
    expect(table.unmap(vaddrOf(0), 32n * PAGE, { holes: 'skip' }).ok).toBe(true)
    table.commitTransaction()
    expect(reports[0]!.breaks).toEqual([])
  })
  it('hears of addresses below either root', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type', halves: 'two-roots' })
    for (const page of [17, 64, 127]) {
      expect(table.map(vaddrOf(page, 'two-roots'), PAGE, pa(0x5000), RW).ok).toBe(true)
      expect(table.remap(vaddrOf(page, 'two-roots'), pa(0x9000)).ok).toBe(true)
    }
    expect(reports.flatMap(({ breaks }) => breaks.map(({ range }) => range.start))).toEqual([0x1_1000n, 0xffff_ffff_fffc_0000n, 0xffff_ffff_ffff_f000n])
  })
  it('hears of nothing that was rolled back', () => {
    const { table, reports } = world({ breaks: 'size-frame-or-type' })
    expect(table.map(vaddrOf(0), 4n * PAGE, pa(0), RW).ok).toBe(true)
    table.beginTransaction()
    expect(table.unmap(vaddrOf(1), PAGE).ok).toBe(true)
    table.rollbackTransaction()
    expect(table.protect(vaddrOf(0), 4n * PAGE, READ).ok).toBe(true)
    expect(reports.flatMap(({ breaks }) => breaks)).toEqual([])
    expect(told(reports)).toEqual(['0x0+0x4000'])
  })
})
