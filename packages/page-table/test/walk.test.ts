// Reading tables: walks, translations, what hardware would write back, bytes across pages, iteration.
import { pa, va } from '@addrspace/memory-addr'
import { EXECUTE, NONE, PageTable, PhysMemory, READ, unionOf, USER, WRITE } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { SOFTWARE, ToyFormat, VETO, type ToyControls } from './support/toy-format.ts'
import { entryAt, forge, tableAt } from './support/words.ts'
import { wasmMemory } from './support/wasm.ts'
import { PAGE, vaddrOf, world, worldOf } from './support/world.ts'

const RW = unionOf(READ, WRITE)
const URW = unionOf(RW, USER)

describe('walk', () => {
  it('tells every entry on the way: level, index, where it lies, word, meaning', () => {
    const { table } = world()
    expect(table.map(vaddrOf(27), PAGE, pa(0x5000), RW).ok).toBe(true)
    // Page 27 is 1, 2, 3 in base 4. The root is frame 0, the other tables are frames 1 and 2.
    expect(table.walk(va(vaddrOf(27) + 5n))).toEqual([
      { level: 2, index: 1, entryAddress: 0x8n, word: 0x1000_0101n, entry: { kind: 'table', frame: 0x1000n } },
      { level: 1, index: 2, entryAddress: 0x1010n, word: 0x2000_0101n, entry: { kind: 'table', frame: 0x2000n } },
      { level: 0, index: 3, entryAddress: 0x2018n, word: 0x2000_5000_020en, entry: { kind: 'leaf', frame: 0x5000n, flags: RW, accessed: true, dirty: true } },
    ])
  })
  it('stops at the first entry that is no table', () => {
    const { table } = world()
    expect(table.map(vaddrOf(0), 16n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.walk(vaddrOf(5)).map(({ level, entry }) => [level, entry.kind])).toEqual([[2, 'leaf']])
    expect(table.walk(vaddrOf(16)).map(({ level, entry }) => [level, entry.kind])).toEqual([[2, 'absent']])
  })
  it('has no steps for an address that the machine does not translate', () => {
    expect(world().table.walk(va(0x2_0000n))).toEqual([])
    expect(world().table.query(va(0x2_0000n))).toBeUndefined()
  })
  it('starts at the root of the half, where there are two', () => {
    const { table } = worldOf(new ToyFormat({ halves: 'two-roots' }))
    expect(table.walk(va(0)).map(({ entryAddress }) => entryAddress)).toEqual([0n])
    expect(table.walk(va(2n ** 64n - 1n)).map(({ entryAddress }) => entryAddress)).toEqual([0x1018n])
  })
})

describe('translate', () => {
  it('gives the physical address, the size and the level of the leaf', () => {
    const { table } = world()
    expect(table.map(vaddrOf(0), 21n * PAGE, pa(0x10_0000), RW).ok).toBe(true)
    expect(table.translate(va(0x5678n), 'read', 'kernel')).toEqual({ kind: 'mapped', paddr: 0x10_5678n, size: 0x1_0000n, level: 2, updates: [] })
    expect(table.translate(va(0x1_3fffn), 'write', 'kernel')).toEqual({ kind: 'mapped', paddr: 0x11_3fffn, size: 0x4000n, level: 1, updates: [] })
    expect(table.translate(va(0x1_4000n), 'read', 'kernel')).toEqual({ kind: 'mapped', paddr: 0x11_4000n, size: 0x1000n, level: 0, updates: [] })
  })
  it('gives the fault: what, at which level, which bit', () => {
    const { table } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0), READ).ok).toBe(true)
    expect(table.map(vaddrOf(2), PAGE, pa(0), NONE).ok).toBe(true)
    const fault = (vaddr: bigint, access: 'read' | 'write' | 'exec', mode: 'user' | 'kernel' = 'kernel'): unknown => table.translate(va(vaddr), access, mode)
    expect(fault(0x2_0000n, 'read')).toEqual({ kind: 'fault', reason: 'non-canonical', level: 2, bit: '' })
    expect(fault(0xffff_ffff_fffd_ffffn, 'read')).toEqual({ kind: 'fault', reason: 'non-canonical', level: 2, bit: '' })
    expect(fault(0x1_0000n, 'read')).toEqual({ kind: 'fault', reason: 'not-present', level: 2, bit: 'KIND' })
    expect(fault(0x4000n, 'read')).toEqual({ kind: 'fault', reason: 'not-present', level: 1, bit: 'KIND' })
    expect(fault(0x2000n, 'read')).toEqual({ kind: 'fault', reason: 'not-present', level: 0, bit: 'KIND' })
    expect(fault(0x1000n, 'write')).toEqual({ kind: 'fault', reason: 'permission', level: 0, bit: 'write' })
    expect(fault(0x1000n, 'exec')).toEqual({ kind: 'fault', reason: 'permission', level: 0, bit: 'exec' })
    expect(fault(0x1000n, 'read', 'user')).toEqual({ kind: 'fault', reason: 'permission', level: 0, bit: 'USER' })
    expect(table.translate(va(0x1000n), 'write', 'kernel', { kernelWrites: 'anywhere' }).kind).toBe('mapped')
  })
  it('gives the fault of an illegal word', () => {
    const { table, memory } = world()
    memory.writeWord(pa(0), 3n)
    memory.writeWord(pa(8), 0x802n | (1n << 28n))
    expect(table.translate(va(0), 'read', 'kernel')).toEqual({ kind: 'fault', reason: 'reserved', level: 2, bit: 'KIND' })
    expect(table.translate(vaddrOf(16), 'read', 'kernel')).toEqual({ kind: 'fault', reason: 'reserved', level: 2, bit: 'FRAME' })
  })
  it('lets the words on the way have a say, and names the level of the one that refuses', () => {
    const { table, memory } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0), URW).ok).toBe(true)
    const entry = entryAt(tableAt(table, vaddrOf(1), 1), 0)
    expect(table.translate(vaddrOf(1), 'read', 'user').kind).toBe('mapped')
    memory.writeWord(entry, memory.readWord(entry) | VETO)
    expect(table.translate(vaddrOf(1), 'read', 'user')).toEqual({ kind: 'fault', reason: 'permission', level: 1, bit: 'VETO' })
    expect(table.translate(vaddrOf(1), 'read', 'kernel').kind).toBe('mapped')
  })
  it('tells the words that hardware would write back, and writes none', () => {
    const { table, memory, bytes } = world({ accessedDirty: 'hardware', tableAccessed: true })
    expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    const image = bytes.slice()
    const entries = table.walk(vaddrOf(1)).map(({ entryAddress, word }) => ({ entryAddress, word }))
    const [root, middle, leaf] = entries
    const read = table.translate(vaddrOf(1), 'read', 'kernel')
    expect(read).toMatchObject({
      updates: [
        { entryAddress: root!.entryAddress, word: root!.word | 0x1000n },
        { entryAddress: middle!.entryAddress, word: middle!.word | 0x1000n },
        { entryAddress: leaf!.entryAddress, word: leaf!.word | 0x200n },
      ],
    })
    expect(Buffer.compare(image, bytes)).toBe(0)
    if (read.kind === 'mapped') for (const { entryAddress, word } of read.updates) memory.writeWord(entryAddress, word)
    expect(table.translate(vaddrOf(1), 'read', 'kernel')).toMatchObject({ updates: [] })
    expect(table.translate(vaddrOf(1), 'write', 'kernel')).toMatchObject({ updates: [{ entryAddress: leaf!.entryAddress, word: leaf!.word | 0x2000_0000_0200n }] })
  })
  it('tells only the pointer that was not marked yet', () => {
    const { table, memory } = world({ tableAccessed: true })
    expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    const root = table.roots[0]!
    expect(table.translate(vaddrOf(1), 'read', 'kernel')).toMatchObject({ updates: [] })
    memory.writeWord(root, memory.readWord(root) & ~0x1000n)
    expect(table.translate(vaddrOf(1), 'read', 'kernel')).toMatchObject({ updates: [{ entryAddress: root }] })
  })
})

describe('a format whose state makes entries illegal', () => {
  // Where the kernel may write anywhere, bit 55 is reserved.
  class Strict extends ToyFormat {
    hasStepFaults({ kernelWrites }: ToyControls): boolean {
      return kernelWrites === 'anywhere'
    }
    stepFault(_low: number, high: number): { reason: 'reserved'; bit: string } | undefined {
      return (high & (1 << 23)) === 0 ? undefined : { reason: 'reserved', bit: '55' }
    }
  }
  const strict = { kernelWrites: 'anywhere' } as const

  it('faults at the first such entry on the way, and before rights are asked', () => {
    for (const level of [2, 1, 0]) {
      const { table, memory } = worldOf(new Strict())
      expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
      for (const step of table.walk(vaddrOf(1))) if (step.level <= level) memory.writeWord(step.entryAddress, step.word | SOFTWARE)
      expect(table.translate(vaddrOf(1), 'exec', 'user', strict)).toEqual({ kind: 'fault', reason: 'reserved', level, bit: '55' })
      expect(table.translate(vaddrOf(1), 'read', 'kernel').kind).toBe('mapped')
    }
  })
  it('faults nowhere else', () => {
    const { table, memory } = worldOf(new Strict())
    expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(table.translate(vaddrOf(1), 'read', 'kernel', strict).kind).toBe('mapped')
    memory.writeWord(pa(table.roots[0]! + 8n), SOFTWARE)
    expect(table.translate(vaddrOf(16), 'read', 'kernel', strict)).toMatchObject({ reason: 'not-present', level: 2 })
  })
})

describe('read and write', () => {
  const data = Uint8Array.from({ length: 3 * 4096 }, (_, i) => (i * 31) % 253)

  it('go across pages whose frames lie apart', () => {
    const { table, memory } = world()
    for (const [page, frame] of [[3, 9], [4, 5], [5, 7], [6, 20]] as const) expect(table.map(vaddrOf(page), PAGE, pa(BigInt(frame) * PAGE), RW).ok).toBe(true)
    expect(table.write(va(0x3800n), data)).toEqual({ done: data.length, fault: undefined })
    const back = new Uint8Array(data.length)
    expect(table.read(va(0x3800n), back)).toEqual({ done: data.length, fault: undefined })
    expect(Buffer.compare(data, back)).toBe(0)
    const piece = new Uint8Array(4096)
    memory.read(pa(0x5000), piece)
    expect(Buffer.compare(piece, data.subarray(0x800, 0x1800))).toBe(0)
  })
  it('tell how far they got, and the fault', () => {
    const { table } = world()
    expect(table.map(vaddrOf(3), 2n * PAGE, pa(0x5000), URW).ok).toBe(true)
    expect(table.protect(vaddrOf(4), PAGE, unionOf(READ, USER)).ok).toBe(true)
    expect(table.read(va(0x3800n), new Uint8Array(0x3000), 'user')).toEqual({ done: 0x1800, fault: { kind: 'fault', reason: 'not-present', level: 0, bit: 'KIND' } })
    expect(table.write(va(0x3800n), data, 'user')).toEqual({ done: 0x800, fault: { kind: 'fault', reason: 'permission', level: 0, bit: 'write' } })
    expect(table.write(va(0x3800n), data.subarray(0, 0x1800), 'kernel', { kernelWrites: 'anywhere' })).toEqual({ done: 0x1800, fault: undefined })
  })
  it('do nothing for no bytes, wherever', () => {
    expect(world().table.read(va(0), new Uint8Array(0))).toEqual({ done: 0, fault: undefined })
  })
  it('go on at address 0 behind the last one', () => {
    const { table } = world()
    expect(table.map(vaddrOf(63), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(table.map(vaddrOf(0), PAGE, pa(0x7000), RW).ok).toBe(true)
    expect(table.write(va(2n ** 64n - 2n), data.subarray(0, 4))).toEqual({ done: 4, fault: undefined })
    expect(table.memory.readWord(pa(0x7000))).toBe(BigInt(data[2]! | (data[3]! << 8)))
  })
  it('stop where a leaf leaves the memory, not before', () => {
    // 40 frames: a leaf of 16 pages from frame 32 on has 8 pages in memory.
    const { table } = world()
    expect(table.map(vaddrOf(0), 16n * PAGE, pa(32n * PAGE), RW).ok).toBe(true)
    expect(table.write(va(0x7f00n), data)).toEqual({ done: 0x100, fault: { kind: 'fault', reason: 'memory', level: 2, bit: '' } })
    expect(table.read(va(0x8000n), new Uint8Array(1))).toEqual({ done: 0, fault: { kind: 'fault', reason: 'memory', level: 2, bit: '' } })
  })
  it('stop where memory begins only later', () => {
    const format = new ToyFormat()
    const memory = new PhysMemory({ base: pa(0x1_0000), size: 0x8000n })
    const frames = { freeFrames: 1, allocate: () => pa(0x1_0000), allocateRun: () => undefined, free: () => {} }
    const table = new PageTable({ memory, frames, format, invalidations: () => {} })
    expect(table.map(vaddrOf(0), 16n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.read(va(0), new Uint8Array(1))).toMatchObject({ done: 0, fault: { reason: 'memory', level: 2 } })
  })
})

describe('leaves', () => {
  it('come in address order, neighbours with consecutive frames as one run, also across tables', () => {
    const { table } = world()
    expect(table.map(vaddrOf(2), 4n * PAGE, pa(0x1000), RW).ok).toBe(true)
    expect(table.map(vaddrOf(6), PAGE, pa(0x5000), READ).ok).toBe(true)
    expect(table.map(vaddrOf(7), PAGE, pa(0x9000), READ).ok).toBe(true)
    expect(table.map(vaddrOf(31), PAGE, pa(0xa000), READ).ok).toBe(true)
    expect(table.map(vaddrOf(32), PAGE, pa(0xb000), READ).ok).toBe(true)
    const whole = { start: va(0), end: 2n ** 64n }
    expect(Array.from(table.leaves(whole), ({ start, size, paddr, flags }) => [start, size, paddr, flags])).toEqual([
      [0x2000n, 0x4000n, 0x1000n, RW],
      [0x6000n, 0x1000n, 0x5000n, READ],
      [0x7000n, 0x1000n, 0x9000n, READ],
      [0x1_f000n, 0x1000n, 0xa000n, READ],
      [0xffff_ffff_fffe_0000n, 0x1000n, 0xb000n, READ],
    ])
  })
  it('of different sizes, or with different accessed bits, are different runs', () => {
    const { table, memory } = world({ accessedDirty: 'hardware' })
    expect(table.map(vaddrOf(0), 6n * PAGE, pa(0), RW).ok).toBe(true)
    const second = entryAt(tableAt(table, vaddrOf(4), 0), 1)
    memory.writeWord(second, memory.readWord(second) | 0x200n)
    expect(Array.from(table.leaves({ start: va(0), end: 0x2_0000n }), ({ size, leafSize, level, accessed }) => [size, leafSize, level, accessed])).toEqual([
      [0x4000n, 0x4000n, 1, false],
      [0x1000n, 0x1000n, 0, false],
      [0x1000n, 0x1000n, 0, true],
    ])
  })
  it('are those that the range touches, whole', () => {
    const { table } = world()
    expect(table.map(vaddrOf(0), 20n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.map(vaddrOf(20), 4n * PAGE, pa(0x1_4000), RW, { maxLeafLevel: 0 }).ok).toBe(true)
    const starts = (start: bigint, end: bigint): bigint[] => Array.from(table.leaves({ start: va(start), end }), (run) => run.start)
    expect(starts(0xffffn, 0x1_0000n)).toEqual([0n])
    expect(starts(0xffffn, 0x1_0001n)).toEqual([0n, 0x1_0000n])
    expect(starts(0x1_5fffn, 0x1_6001n)).toEqual([0x1_5000n])
    expect(starts(0x1_5000n, 0x1_5000n)).toEqual([])
    expect(starts(0x1_8000n, 0x2_0000n)).toEqual([])
    expect(starts(0x2_0000n, 2n ** 63n)).toEqual([])
  })
  it('wrap nowhere: the last frame of the machine ends a run', () => {
    const { table, memory } = world()
    expect(table.map(vaddrOf(0), PAGE, pa(0x1ff_f000), RW).ok).toBe(true)
    // The word that would come next by addition: the carry out of the frame field is a bit of no meaning.
    memory.writeWord(pa(0x2008), memory.readWord(pa(0x2000)) + (1n << 28n))
    const runs = [...table.leaves({ start: va(0), end: 0x2000n })]
    expect(runs.map(({ paddr, size }) => [paddr, size])).toEqual([[0x1ff_f000n, 0x1000n], [0n, 0x1000n]])
  })
  it('go on while the memory of a window grows', () => {
    const source = wasmMemory({ initial: 2, maximum: 4 })
    const memory = new PhysMemory({ size: 0x2_0000n, source })
    const { frames } = world()
    const table = new PageTable({ memory, frames, format: new ToyFormat(), invalidations: () => {} })
    for (const page of [0, 2, 17]) expect(table.map(vaddrOf(page), PAGE, pa(0x5000), RW).ok).toBe(true)
    const seen: bigint[] = []
    for (const { start } of table.leaves({ start: va(0), end: 2n ** 64n })) {
      seen.push(start)
      if (seen.length < 3) source.grow(1)
    }
    expect(seen).toEqual([0n, 0x2000n, 0x1_1000n])
  })
  it('skip what is illegal, and pointers out of memory', () => {
    const { table, memory } = world()
    memory.writeWord(pa(0), 3n)
    forge(table, table.roots[0]!, 1, pa(0x100_0000), 2)
    expect(table.map(vaddrOf(32), PAGE, pa(0x5000), EXECUTE).ok).toBe(true)
    expect(Array.from(table.leaves({ start: va(0), end: 2n ** 64n }), ({ start }) => start)).toEqual([vaddrOf(32)])
  })
})

describe('a format that takes pointers for pointers even at level 0', () => {
  it('makes no walk longer than the levels', () => {
    class Endless extends ToyFormat {
      override classify(low: number, high: number, level: number): ReturnType<ToyFormat['classify']> {
        return (low & 3) === 1 ? 1 : super.classify(low, high, level)
      }
    }
    const { table } = worldOf(new Endless())
    const root = table.roots[0]!
    forge(table, root, 0, root, 2)
    expect(table.translate(va(0), 'read', 'kernel')).toMatchObject({ kind: 'fault', reason: 'reserved', level: 0 })
    expect(table.query(va(0))).toBeUndefined()
    expect([...table.leaves({ start: va(0), end: 2n ** 64n })]).toEqual([])
    expect(table.remap(va(0), pa(0)).ok).toBe(false)
  })
})
