// The format under the walker: what a machine of this kind has in memory after an operation, and what
// words that a guest wrote make of a walk.
import { describe, expect, it } from 'vitest'
import { pa, va, type VirtAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, NONE, PageTable, parseFlags, PhysMemory } from '@addrspace/page-table'
import { riscvSv39, type RiscvControls } from '@addrspace/backend-riscv-sv39'
import { FORMATS } from './oracle.ts'

const BASE = pa(0x8000_0000)

function setUp(format = riscvSv39): { memory: PhysMemory; table: PageTable<RiscvControls> } {
  const memory = new PhysMemory({ base: BASE, size: 0x40_0000n })
  const frames = new BitmapAllocator({ start: BASE, end: BASE + 0x10_0000n })
  return { memory, table: new PageTable({ memory, frames, format, invalidations: () => {} }) }
}

/** Writes a word over the entry at which the walk to an address ends. */
function forge(memory: PhysMemory, table: PageTable<RiscvControls>, vaddr: VirtAddr, word: bigint): void {
  memory.writeWord(table.walk(vaddr).at(-1)!.entryAddress, word)
}

const lastWord = (table: PageTable<RiscvControls>, vaddr: VirtAddr): bigint => table.walk(vaddr).at(-1)!.word
const readWord = (table: PageTable<RiscvControls>, vaddr: VirtAddr): unknown => table.translate(vaddr, 'read', 'kernel')

describe('a page table of Sv39', () => {
  it('starts in the root that satp would name, with words of the manual\'s form', () => {
    const { table } = setUp()
    expect(table.map(va(0x1000), 0x1000n, pa(0x1000_0000), parseFlags('rw')).ok).toBe(true)
    // The allocator gives the lowest frame: root 0x80000, then 0x80001, 0x80002. Frame << 10, V; and R | W | A | D | V.
    expect(table.walk(va(0x1000)).map(({ word }) => word)).toEqual([0x2000_0401n, 0x2000_0801n, 0x0400_00c7n])
  })

  it('maps the largest leaves at each level that the machine has', () => {
    for (const { format, levels } of FORMATS) {
      const { table } = setUp(format)
      const size = 512n ** BigInt(levels - 1) * 4096n
      expect(table.map(va(0), size, pa(0), parseFlags('rx')).ok).toBe(true)
      expect(table.walk(va(0)).map(({ level, word }) => [level, word])).toEqual([[levels - 1, 0xcbn]])
      expect(table.tableCount).toBe(1)
    }
  })

  it('hides a huge leaf and shows it again, its frame, size, accessed and dirty as they were', () => {
    const { table } = setUp()
    expect(table.map(va(0x20_0000), 0x20_0000n, pa(0x4000_0000), parseFlags('rwu')).ok).toBe(true)
    expect(table.protect(va(0x20_0000), 0x20_0000n, NONE).ok).toBe(true)
    // Frame 0x40000 << 10, A | D, RSW; V, R, W, X and U clear.
    expect(lastWord(table, va(0x20_0000))).toBe(0x1000_03c0n)
    expect(readWord(table, va(0x20_1000))).toEqual({ kind: 'fault', reason: 'not-present', level: 1, bit: 'V' })
    expect(table.query(va(0x20_1000))).toEqual({ paddr: 0x4000_1000n, size: 0x20_0000n, flags: NONE })
    expect(table.protect(va(0x20_0000), 0x20_0000n, parseFlags('rwu')).ok).toBe(true)
    expect(lastWord(table, va(0x20_0000))).toBe(0x1000_00d7n)
  })

  it('splits a hidden huge leaf into hidden leaves', () => {
    const { table } = setUp()
    expect(table.map(va(0x20_0000), 0x20_0000n, pa(0x4000_0000), parseFlags('g')).ok).toBe(true)
    expect(table.protect(va(0x20_1000), 0x1000n, parseFlags('r')).ok).toBe(true)
    expect([0x20_0000, 0x20_1000, 0x20_2000].map((vaddr) => lastWord(table, va(vaddr)))).toEqual([0x1000_03e0n, 0x1000_04c3n, 0x1000_0be0n])
  })

  it('never takes the word of a page without access for a pointer into it', () => {
    const { memory, table } = setUp()
    const page = pa(0x8020_0000)
    expect(table.map(va(0x20_0000), 0x20_0000n, page, NONE).ok).toBe(true)
    // Where a pointer's first entry would be, the page holds what would be a leaf to 0xdead000.
    memory.writeWord(page, (0xdeadn << 10n) | 0xcfn)
    expect(table.query(va(0x20_0000))?.paddr).toBe(page)
    expect(table.walk(va(0x20_0000)).map(({ level }) => level)).toEqual([2, 1])
    expect(readWord(table, va(0x20_0000))).toEqual({ kind: 'fault', reason: 'not-present', level: 1, bit: 'V' })
  })

  it('faults with the manual\'s bit where a guest wrote an illegal word', () => {
    const { memory, table } = setUp()
    expect(table.map(va(0x20_0000), 0x20_0000n, pa(0x4000_0000), parseFlags('r')).ok).toBe(true)
    forge(memory, table, va(0x20_0000), 0x1000_04cfn)
    expect(readWord(table, va(0x20_0000))).toEqual({ kind: 'fault', reason: 'reserved', level: 1, bit: 'PPN[0]' })
    forge(memory, table, va(0x20_0000), 0x1000_00c5n)
    expect(readWord(table, va(0x20_0000))).toEqual({ kind: 'fault', reason: 'reserved', level: 1, bit: 'W' })
    forge(memory, table, va(0x20_0000), 0x2000_0411n)
    expect(readWord(table, va(0x20_0000))).toEqual({ kind: 'fault', reason: 'reserved', level: 1, bit: 'U' })
  })

  it('leaves a marked but misaligned word beside a hidden leaf alone', () => {
    const { memory, table } = setUp()
    expect(table.map(va(0x20_0000), 0x40_0000n, pa(0x4000_0000), NONE).ok).toBe(true)
    forge(memory, table, va(0x40_0000), 0x1008_0700n)
    expect(table.protect(va(0x20_0000), 0x40_0000n, parseFlags('r'), { holes: 'skip' }).ok).toBe(true)
    expect(lastWord(table, va(0x20_0000))).toBe(0x1000_00c3n)
    expect(lastWord(table, va(0x40_0000))).toBe(0x1008_0700n)
  })

  it('goes through a global pointer, and tells what Svadu would write', () => {
    const { memory, table } = setUp()
    expect(table.map(va(0x1000), 0x1000n, pa(0x1000_0000), parseFlags('rw')).ok).toBe(true)
    const [, pointer, leaf] = table.walk(va(0x1000))
    forge(memory, table, va(0x1000), leaf!.word & ~0xc0n)
    memory.writeWord(pointer!.entryAddress, pointer!.word | 0x20n)
    expect(readWord(table, va(0x1000))).toEqual({ kind: 'fault', reason: 'access-flag', level: 0, bit: 'A' })
    expect(table.translate(va(0x1008), 'write', 'kernel', { sum: false, mxr: false, ad: 'svadu' })).toEqual({
      kind: 'mapped',
      level: 0,
      paddr: 0x1000_0008n,
      size: 0x1000n,
      updates: [{ entryAddress: leaf!.entryAddress, word: 0x0400_00c7n }],
    })
  })
})

describe('the state of the machine', () => {
  it.each([
    ['half of it', { mxr: true }, new TypeError('"controls" must have each of sum, mxr, ad; "sum" is missing')],
    ['that of another machine', { ...riscvSv39.defaultControls, smap: true }, new TypeError('"controls" must have none but sum, mxr, ad; "smap" is no control of riscv-sv39')],
    ['a word that is none of two', { ...riscvSv39.defaultControls, ad: 'nonsense' }, new RangeError('"controls.ad" must be svade or svadu, got nonsense')],
  ])('is not %s', (_what, controls, error) => {
    expect(() => setUp().table.translate(va(0), 'read', 'kernel', controls as RiscvControls)).toThrow(error)
  })

  it('may be any that the machine can be in', () => {
    const { table } = setUp()
    for (const sum of [false, true]) {
      for (const mxr of [false, true]) {
        for (const ad of ['svade', 'svadu'] as const) expect(table.translate(va(0), 'read', 'kernel', { sum, mxr, ad })).toMatchObject({ kind: 'fault', reason: 'not-present' })
      }
    }
  })
})
