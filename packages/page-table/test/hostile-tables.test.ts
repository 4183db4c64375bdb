// A guest can write anything into a table. Reading follows it as hardware does; changing stays in
// the tables that this page table made, where it made them.
import { pa, va } from '@addrspace/memory-addr'
import { NONE, READ, unionOf, USER, WRITE } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { equalBytes } from './support/check.ts'
import { SOFTWARE } from './support/toy-format.ts'
import { entryAt, forge, tableAt } from './support/words.ts'
import { PAGE, reasonOf, vaddrOf, world } from './support/world.ts'

const RW = unionOf(READ, WRITE)
const WHOLE_LOWER = 32n * PAGE

describe('a root that points to itself', () => {
  it('is not freed when the range below it is unmapped', () => {
    const { table, frames, bytes } = world()
    const root = table.roots[0]!
    forge(table, root, 0, root, 2)
    const image = bytes.slice()
    expect(reasonOf(table.unmap(va(0), 16n * PAGE, { holes: 'skip' }))).toBe('invalid-entry')
    expect(equalBytes(image, bytes)).toBe(true)
    expect(frames.inner.usedFrames).toBe(1)
    expect(table.tableCount).toBe(1)
  })
  it('is translated through, as hardware does', () => {
    const { table } = world()
    const root = table.roots[0]!
    expect(table.map(vaddrOf(17), PAGE, pa(0x5000), RW).ok).toBe(true)
    forge(table, root, 0, root, 2)
    // The root as the table of level 1, and the table of level 1 for pages 16 to 31 as that of level 0.
    expect(table.walk(vaddrOf(4)).map(({ entry }) => entry.kind)).toEqual(['table', 'table', 'invalid'])
  })
  it('in every slot ends the iteration of leaves', () => {
    const { table } = world()
    const root = table.roots[0]!
    for (let slot = 0; slot < 4; slot++) forge(table, root, slot, root, 2)
    expect([...table.leaves({ start: va(0), end: 2n ** 64n })]).toEqual([])
    expect([...table.pagesOf(pa(0))]).toEqual([])
  })
  it('is freed once when the table is disposed of', () => {
    const { table, frames, bytes } = world()
    expect(table.map(vaddrOf(17), PAGE, pa(0x5000), RW).ok).toBe(true)
    const root = table.roots[0]!
    for (let slot = 0; slot < 4; slot++) forge(table, root, slot, root, 2)
    table.dispose()
    expect(frames.inner.usedFrames).toBe(0)
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  })
})

describe('a pointer to a table of another place', () => {
  it('does not give that table back', () => {
    const { table, frames } = world()
    expect(table.map(vaddrOf(17), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(table.map(vaddrOf(1), PAGE, pa(0x6000), RW).ok).toBe(true)
    const used = frames.inner.usedFrames
    forge(table, table.roots[0]!, 0, tableAt(table, vaddrOf(17), 1), 2)
    expect(reasonOf(table.unmap(va(0), 16n * PAGE, { holes: 'skip' }))).toBe('invalid-entry')
    expect(frames.inner.usedFrames).toBe(used)
    expect(table.query(vaddrOf(17))?.paddr).toBe(0x5000n)
    table.dispose()
    expect(frames.inner.usedFrames).toBe(0)
  })
})

describe('a pointer into a data frame', () => {
  it('is read through, and never written through', () => {
    const { table, frames, memory, bytes } = world()
    expect(table.map(vaddrOf(0), PAGE, pa(0x5000), RW).ok).toBe(true)
    const data = frames.allocate()!
    const level1 = tableAt(table, vaddrOf(0), 1)
    forge(table, level1, 1, data, 1)
    memory.writeWord(entryAt(data, 0), table.format.encode({ kind: 'leaf', frame: pa(0x7000), flags: READ, accessed: false, dirty: false }, 0))
    expect(table.query(vaddrOf(4))?.paddr).toBe(0x7000n)
    const image = bytes.slice()
    expect(reasonOf(table.unmap(vaddrOf(4), PAGE))).toBe('invalid-entry')
    expect(reasonOf(table.protect(vaddrOf(4), PAGE, RW))).toBe('invalid-entry')
    expect(reasonOf(table.remap(vaddrOf(4), pa(0)))).toBe('invalid-entry')
    expect(reasonOf(table.map(vaddrOf(5), PAGE, pa(0), RW))).toBe('invalid-entry')
    expect(equalBytes(image, bytes)).toBe(true)
  })
})

describe('a pointer out of memory', () => {
  it('is a fault for an access, and refuses a change', () => {
    const { table, bytes } = world()
    forge(table, table.roots[0]!, 1, pa(0x100_0000), 2)
    const image = bytes.slice()
    expect(table.translate(vaddrOf(17), 'read', 'kernel')).toEqual({ kind: 'fault', reason: 'memory', level: 1, bit: '' })
    expect(table.query(vaddrOf(17))).toBeUndefined()
    expect(table.walk(vaddrOf(17))).toHaveLength(1)
    expect(reasonOf(table.map(vaddrOf(17), PAGE, pa(0), RW))).toBe('invalid-entry')
    expect(reasonOf(table.unmap(va(0), WHOLE_LOWER, { holes: 'skip' }))).toBe('invalid-entry')
    expect(reasonOf(table.remap(vaddrOf(17), pa(0)))).toBe('invalid-entry')
    expect(equalBytes(image, bytes)).toBe(true)
  })
})

describe('words that hardware does not see', () => {
  it('are as good as zero: a table with nothing else in it goes', () => {
    const { table, memory, frames, bytes } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    // No kind, no marker: absent, whatever the rest says.
    memory.writeWord(entryAt(tableAt(table, vaddrOf(1), 0), 3), 0x0000_0000_ffff_fffcn)
    expect(reasonOf(table.unmap(vaddrOf(1), PAGE))).toBe('ok')
    expect(table.tableCount).toBe(1)
    expect(frames.inner.usedFrames).toBe(1)
    expect(bytes.subarray(4096).every((byte) => byte === 0)).toBe(true)
  })
  it('are overwritten by a mapping, and come back when it is rolled back', () => {
    const { table, memory, bytes } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    memory.writeWord(entryAt(tableAt(table, vaddrOf(1), 0), 3), 0xfcn)
    const image = bytes.slice()
    table.beginTransaction()
    expect(reasonOf(table.map(vaddrOf(2), 2n * PAGE, pa(0x6000), RW))).toBe('ok')
    expect(table.query(vaddrOf(3))?.paddr).toBe(0x7000n)
    table.rollbackTransaction()
    expect(equalBytes(image, bytes)).toBe(true)
  })
})

describe('a hidden leaf that is none by its frame alone', () => {
  it('is a hole between hidden leaves', () => {
    const { table, memory } = world()
    expect(table.map(vaddrOf(0), 32n * PAGE, pa(0), NONE).ok).toBe(true)
    const second = entryAt(table.roots[0]!, 1)
    memory.writeWord(second, memory.readWord(second) + (1n << 28n))
    expect(table.query(vaddrOf(16))).toBeUndefined()
    expect(reasonOf(table.protect(vaddrOf(0), 32n * PAGE, RW))).toBe('not-mapped')
    expect(reasonOf(table.protect(vaddrOf(0), 32n * PAGE, RW, { holes: 'skip' }))).toBe('ok')
    expect(table.query(vaddrOf(16))).toBeUndefined()
    expect(table.query(vaddrOf(15))?.flags).toBe(RW)
  })
})

describe('an orphaned table', () => {
  it('is kept until dispose, and its place can be mapped anew', () => {
    const { table, memory, frames } = world()
    expect(table.map(vaddrOf(17), PAGE, pa(0x5000), RW).ok).toBe(true)
    memory.writeWord(entryAt(table.roots[0]!, 1), 0n)
    expect(reasonOf(table.map(vaddrOf(18), PAGE, pa(0x6000), RW))).toBe('ok')
    expect(table.tableCount).toBe(5)
    table.dispose()
    expect(frames.inner.usedFrames).toBe(0)
  })
})

describe('bits that are not ours', () => {
  it('survive protecting and splitting', () => {
    const { table, memory } = world()
    expect(table.map(vaddrOf(0), 16n * PAGE, pa(0), RW).ok).toBe(true)
    const root = entryAt(table.roots[0]!, 0)
    memory.writeWord(root, memory.readWord(root) | SOFTWARE)
    expect(reasonOf(table.protect(vaddrOf(0), 16n * PAGE, unionOf(READ, USER)))).toBe('ok')
    expect(memory.readWord(root) & SOFTWARE).toBe(SOFTWARE)
    expect(reasonOf(table.unmap(vaddrOf(5), PAGE))).toBe('ok')
    for (const page of [0, 4, 6, 7, 15]) expect(table.walk(vaddrOf(page)).at(-1)!.word & SOFTWARE).toBe(SOFTWARE)
  })
})

