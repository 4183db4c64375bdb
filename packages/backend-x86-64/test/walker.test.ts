// The format under the walker: what lies in memory after a few changes, word by word.
import { pa, va } from '@addrspace/memory-addr'
import { BitmapAllocator, NONE, PageTable, parseFlags, PhysMemory, type PteFormat } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { x8664, x8664La57, type X8664Controls } from '../src/index.ts'

const XD = 1n << 63n

function create(format: PteFormat<X8664Controls>): PageTable<X8664Controls> {
  const memory = new PhysMemory({ base: pa(0x8000_0000), size: 0x10_0000n })
  const frames = new BitmapAllocator({ start: pa(0x8000_0000), end: 0x8010_0000n })
  return new PageTable({ memory, frames, format, invalidations: () => {}, accessedDirty: 'hardware' })
}

const wordsAt = (table: PageTable<X8664Controls>, vaddr: bigint): bigint[] => table.walk(va(vaddr)).map(({ word }) => word)

describe('a table of x86-64', () => {
  it('has widest pointers over a leaf of each size', () => {
    const table = create(x8664)
    // The root is the first frame; a table each for level 2, 1 and 0 follows.
    expect(table.map(va(0x1000n), 0x1000n, pa(0x1234_5000), parseFlags('rw')).ok).toBe(true)
    expect(wordsAt(table, 0x1000n)).toEqual([0x8000_1007n, 0x8000_2007n, 0x8000_3007n, XD | 0x1234_5003n])
    expect(table.map(va(0x20_0000n), 0x20_0000n, pa(0x4020_0000), parseFlags('rxu')).ok).toBe(true)
    expect(wordsAt(table, 0x20_0000n)).toEqual([0x8000_1007n, 0x8000_2007n, 0x4020_0085n])
    expect(table.map(va(0x4000_0000n), 0x4000_0000n, pa(0x4000_0000), parseFlags('rd')).ok).toBe(true)
    expect(wordsAt(table, 0x4000_0000n)).toEqual([0x8000_1007n, XD | 0x4000_0099n])
  })

  it('walks five levels to an address beyond 48 bits', () => {
    const table = create(x8664La57)
    expect(table.map(va(0xff00_0000_0000_0000n), 0x1000n, pa(0xf_ffff_ffff_f000n), parseFlags('rx')).ok).toBe(true)
    expect(wordsAt(table, 0xff00_0000_0000_0000n)).toEqual([0x8000_1007n, 0x8000_2007n, 0x8000_3007n, 0x8000_4007n, 0xf_ffff_ffff_f001n])
    expect(create(x8664).map(va(0xff00_0000_0000_0000n), 0x1000n, pa(0), parseFlags('r')).ok).toBe(false)
  })

  it('hides a huge leaf, splits it hidden, and shows a part', () => {
    const table = create(x8664)
    const start = va(0x20_0000n)
    table.map(start, 0x20_0000n, pa(0x4020_0000), parseFlags('rwu'))
    expect(table.protect(start, 0x20_0000n, NONE).ok).toBe(true)
    expect(wordsAt(table, 0x20_0000n).at(-1)).toBe(XD | 0x4020_018an)
    expect(table.translate(start, 'read', 'kernel')).toEqual({ kind: 'fault', reason: 'not-present', level: 1, bit: 'P' })
    expect(table.protect(va(0x20_1000n), 0x1000n, parseFlags('rwu')).ok).toBe(true)
    expect(wordsAt(table, 0x20_0000n).at(-1)).toBe(XD | 0x4020_010an)
    expect(wordsAt(table, 0x20_1000n).at(-1)).toBe(XD | 0x4020_1007n)
    expect(table.translate(va(0x20_1fffn), 'write', 'user')).toMatchObject({ kind: 'mapped', paddr: 0x4020_1fffn })
  })

  it('splits a huge leaf whose guest chose PAT, which moves from bit 12 to bit 7', () => {
    const table = create(x8664)
    table.map(va(0x20_0000n), 0x20_0000n, pa(0x4020_0000), parseFlags('rx'))
    const { entryAddress } = table.walk(va(0x20_0000n)).at(-1)!
    table.memory.writeWord(entryAddress, 0x4020_1081n)
    expect(table.translate(va(0x20_3456n), 'read', 'kernel')).toMatchObject({ paddr: 0x4020_3456n })
    expect(table.unmap(va(0x20_0000n), 0x1000n).ok).toBe(true)
    expect(wordsAt(table, 0x20_1000n).at(-1)).toBe(0x4020_1081n)
    expect(wordsAt(table, 0x3f_f000n).at(-1)).toBe(0x403f_f081n)
  })

  it('tells the words that hardware would write: A on the way, A and D in the leaf', () => {
    const table = create(x8664)
    table.map(va(0n), 0x4000_0000n, pa(0x4000_0000), parseFlags('rwu'))
    const [root, leaf] = table.walk(va(0n)).map(({ entryAddress }) => entryAddress)
    expect(table.translate(va(0n), 'write', 'user')).toMatchObject({
      updates: [
        { entryAddress: root, word: 0x8000_1027n },
        { entryAddress: leaf, word: XD | 0x4000_00e7n },
      ],
    })
  })

  // Intel SDM vol. 3A, "Page-Fault Exceptions": without NXE, XD is reserved in every present entry, also
  // where the walk finds nothing further down. It used to be seen only at a leaf, and told of the leaf.
  it('takes XD in a pointer for a reserved bit without NXE, before it looks below', () => {
    const table = create(x8664)
    expect(table.map(va(0x1000n), 0x1000n, pa(0x1234_5000), parseFlags('rx')).ok).toBe(true)
    const controls = { wp: true, nxe: false, smep: false, smap: false }
    expect(table.translate(va(0x2000n), 'read', 'kernel', controls)).toMatchObject({ reason: 'not-present', level: 0 })
    const [root] = table.walk(va(0x1000n))
    table.memory.writeWord(root!.entryAddress, root!.word | XD)
    for (const vaddr of [0x1000n, 0x2000n, 0x4000_0000n]) {
      expect(table.translate(va(vaddr), 'read', 'kernel', controls)).toEqual({ kind: 'fault', reason: 'reserved', level: 3, bit: 'XD' })
    }
  })
})

describe('the state of the machine', () => {
  it.each([
    ['half of it', { smap: true }, new TypeError('"controls" must have each of wp, nxe, smep, smap; "wp" is missing')],
    ['what is misspelt', { ...x8664.defaultControls, SMAP: true }, new TypeError('"controls" must have none but wp, nxe, smep, smap; "SMAP" is no control of x86-64')],
    ['a bit for a truth', { ...x8664.defaultControls, smap: 1 }, new RangeError('"controls.smap" must be true or false, got 1')],
  ])('is not %s', (_what, controls, error) => {
    expect(() => create(x8664).translate(va(0), 'read', 'kernel', controls as X8664Controls)).toThrow(error)
  })

  it('may be any that the machine can be in', () => {
    const table = create(x8664La57)
    for (let bits = 0; bits < 16; bits++) {
      const [wp, nxe, smep, smap] = [1, 2, 4, 8].map((bit) => (bits & bit) !== 0) as [boolean, boolean, boolean, boolean]
      expect(table.translate(va(0), 'read', 'kernel', { wp, nxe, smep, smap })).toMatchObject({ kind: 'fault', reason: 'not-present' })
    }
  })
})
