// Reading tables that somebody else has made: words written by hand, and what a PageTable made.
import { pa, va } from '@addrspace/memory-addr'
import { NONE, PageTableView, PhysMemory, READ, unionOf, WRITE, type MemorySource } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { ToyFormat } from './support/toy-format.ts'
import { wasmMemory } from './support/wasm.ts'
import { PAGE, vaddrOf, world, worldOf } from './support/world.ts'

const RW = unionOf(READ, WRITE)
const END = 2n ** 64n

/** A guest's own: page 27 (1, 2, 3 in base 4) is mapped to 0x5000, by tables at 0x2000, 0x4000 and 0x1000. */
const WORDS: readonly (readonly [paddr: bigint, word: bigint])[] = [
  [0x2008n, 0x4000_0101n],
  [0x4010n, 0x1000_0101n],
  [0x1018n, 0x2000_5000_020en],
]

/** The frame field of the toy begins at bit 28, so that 0x4000 is written as 0x4000_0000 and 0x5000 as 0x5000_0000. */
function guestMemory(source?: MemorySource): PhysMemory {
  const memory = new PhysMemory({ size: 0x1_0000n, ...(source === undefined ? {} : { source }) })
  for (const [paddr, word] of WORDS) memory.writeWord(pa(paddr), word)
  return memory
}

describe('a view', () => {
  it('reads what a guest has written', () => {
    const view = new PageTableView({ memory: guestMemory(), format: new ToyFormat(), roots: [pa(0x2000)] })
    const vaddr = va(vaddrOf(27) + 0x123n)
    expect(view.roots).toEqual([0x2000n])
    expect(view.walk(vaddr).map(({ level, entryAddress, word }) => [level, entryAddress, word])).toEqual([
      [2, 0x2008n, 0x4000_0101n],
      [1, 0x4010n, 0x1000_0101n],
      [0, 0x1018n, 0x2000_5000_020en],
    ])
    expect(view.translate(vaddr, 'write', 'kernel')).toEqual({ kind: 'mapped', paddr: 0x5123n, size: PAGE, level: 0, updates: [] })
    expect(view.translate(vaddr, 'write', 'user')).toMatchObject({ kind: 'fault', reason: 'permission', level: 0 })
    expect(view.paddrOf(vaddr, 'write', 'kernel')).toBe(0x5123n)
    expect(view.paddrOf(vaddr, 'write', 'user')).toBeUndefined()
    expect(view.query(vaddr)).toEqual({ paddr: 0x5123n, size: PAGE, flags: RW })
    expect([...view.pagesOf(pa(0x5008))]).toEqual([vaddrOf(27) + 8n])
    expect(view.write(vaddr, Uint8Array.of(7, 8)).done).toBe(2)
    expect(view.memory.readWord(pa(0x5120))).toBe(0x08_0700_0000n)
  })
  it('follows the guest: a word changed is seen at once, also where a WebAssembly.Memory has grown', () => {
    const source = wasmMemory({ initial: 1, maximum: 2 })
    const view = new PageTableView({ memory: guestMemory(source), format: new ToyFormat(), roots: [pa(0x2000)] })
    expect(view.paddrOf(vaddrOf(27), 'read', 'kernel')).toBe(0x5000n)
    source.grow(1)
    new DataView(source.buffer).setBigUint64(0x1018, 0x2000_6000_020en, true)
    expect(view.paddrOf(vaddrOf(27), 'read', 'kernel')).toBe(0x6000n)
    new DataView(source.buffer).setBigUint64(0x4010, 0n, true)
    expect(view.translate(vaddrOf(27), 'read', 'kernel')).toMatchObject({ kind: 'fault', reason: 'not-present', level: 1 })
  })
  it('of a table that was made here answers as that does', () => {
    const { table, memory } = worldOf(new ToyFormat({ halves: 'two-roots' }))
    for (const [page, count, flags] of [[0, 21, RW], [40, 3, READ], [50, 1, NONE]] as const) expect(table.map(vaddrOf(page), BigInt(count) * PAGE, pa(0x10_0000), flags).ok).toBe(true)
    const view = new PageTableView({ memory, format: table.format, roots: table.roots })
    expect(view.roots).toEqual(table.roots)
    expect([...view.leaves({ start: va(0), end: END })]).toEqual([...table.leaves({ start: va(0), end: END })])
    for (let page = 0; page < 64; page++) {
      const vaddr = vaddrOf(page)
      expect(view.walk(vaddr)).toEqual(table.walk(vaddr))
      expect(view.translate(vaddr, 'write', 'kernel')).toEqual(table.translate(vaddr, 'write', 'kernel'))
      expect(view.query(vaddr)).toEqual(table.query(vaddr))
    }
  })
  it('owns none of the tables', () => {
    const { table, memory } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0), RW).ok).toBe(true)
    const view = new PageTableView({ memory, format: table.format, roots: table.roots })
    expect([...table.leaves({ start: va(0), end: END }, { tables: 'own' })]).toHaveLength(1)
    expect([...view.leaves({ start: va(0), end: END }, { tables: 'own' })]).toEqual([])
  })
  it('of a root that is not in memory finds a memory fault, wherever that is', () => {
    for (const root of [0x1_0000n, 2n ** 43n, 2n ** 44n + 0x2000n, 2n ** 64n - PAGE]) {
      const view = new PageTableView({ memory: guestMemory(), format: new ToyFormat(), roots: [pa(root)] })
      expect(view.translate(vaddrOf(27), 'read', 'kernel'), String(root)).toEqual({ kind: 'fault', reason: 'memory', level: 2, bit: '' })
      expect(view.walk(vaddrOf(27))).toEqual([])
      expect([...view.leaves({ start: va(0), end: END })]).toEqual([])
    }
  })
  it('is refused with roots that are none', () => {
    const memory = guestMemory()
    const open = (roots: unknown, format = new ToyFormat()) => () => new PageTableView({ memory, format, roots: roots as never })
    expect(open([])).toThrow(new RangeError('"roots" must be 1 on toy, got 0'))
    expect(open([pa(0), pa(PAGE)])).toThrow(RangeError)
    expect(open([pa(0)], new ToyFormat({ halves: 'two-roots' }))).toThrow(new RangeError('"roots" must be 2 on toy, got 1'))
    expect(open([pa(0x2008)])).toThrow(new RangeError('"roots" must be multiples of 4096, got 0x2008'))
    expect(open([0x2000])).toThrow(TypeError)
    expect(open([-1n])).toThrow(RangeError)
  })
})
