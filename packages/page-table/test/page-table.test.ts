// What each operation does and refuses, by example, on the toy machine: 4 KiB, 16 KiB and 64 KiB leaves,
// 32 pages in either half.
import { pa, va } from '@addrspace/memory-addr'
import { BitmapAllocator, DEVICE, EXECUTE, NONE, PageTable, PhysMemory, READ, UNCACHED, unionOf, USER, WRITE, type PageTableError, type PageTableOptions, type PageTableResult } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { equalBytes, leavesOf } from './support/check.ts'
import { ToyFormat, type ToyControls } from './support/toy-format.ts'
import { PAGE, vaddrOf, world, worldOf, type World } from './support/world.ts'

const RW = unionOf(READ, WRITE)

/** Expects a refusal that changes nothing; gives its error. */
function refusal({ bytes, frames, reports }: World, act: () => PageTableResult) {
  const image = bytes.slice()
  const used = frames.inner.usedFrames
  const told = reports.length
  const result = act()
  expect(equalBytes(image, bytes)).toBe(true)
  expect([frames.inner.usedFrames, reports.length]).toEqual([used, told])
  if (result.ok) throw new Error('was not refused')
  return result.error
}

/** Pages as `leavesOf` tells them, those given. */
function pagesIn(w: World, from: number, to: number): string[] {
  return leavesOf(w, 64).split(' ').slice(from, to)
}

describe('map', () => {
  it('takes the largest leaves that fit', () => {
    const w = world()
    expect(w.table.map(vaddrOf(3), 18n * PAGE, pa(0x3000), RW).ok).toBe(true)
    expect(pagesIn(w, 2, 22)).toEqual(['-', '3.3.0', '4.3.1', '5.3.1', '6.3.1', '7.3.1', '8.3.1', '9.3.1', '10.3.1', '11.3.1', '12.3.1', '13.3.1', '14.3.1', '15.3.1', '16.3.1', '17.3.1', '18.3.1', '19.3.1', '20.3.0', '-'])
  })
  it('takes no larger leaves than it is told, nor than the frame is aligned to', () => {
    const w = world()
    expect(w.table.map(vaddrOf(0), 16n * PAGE, pa(0), RW, { maxLeafLevel: 1 }).ok).toBe(true)
    expect(w.table.map(vaddrOf(16), 4n * PAGE, pa(0x1000), RW).ok).toBe(true)
    expect(w.table.map(vaddrOf(20), 4n * PAGE, pa(0x4000), RW, { maxLeafLevel: 0 }).ok).toBe(true)
    expect(w.table.map(vaddrOf(32), 16n * PAGE, pa(0x1_0000), RW, { maxLeafLevel: 2 }).ok).toBe(true)
    expect([0, 16, 20, 32].map((page) => w.table.query(vaddrOf(page))?.size)).toEqual([0x4000n, 0x1000n, 0x1000n, 0x1_0000n])
  })
  it('takes the first and the last page of either half, and the last frame of the machine', () => {
    const { table } = world()
    for (const page of [0, 31, 32, 63]) expect(table.map(vaddrOf(page), PAGE, pa(0x1ff_f000), RW).ok).toBe(true)
    expect([0x0n, 0x1_ffffn, 0xffff_ffff_fffe_0000n, 2n ** 64n - 1n].map((vaddr) => table.query(va(vaddr))?.paddr)).toEqual([0x1ff_f000n, 0x1ff_ffffn, 0x1ff_f000n, 0x1ff_ffffn])
  })
  it('takes a whole half at once', () => {
    const { table } = world()
    expect(table.map(vaddrOf(0), 32n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.map(vaddrOf(32), 32n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.tableCount).toBe(1)
  })
  it('sets accessed and dirty, or leaves them to the hardware', () => {
    for (const accessedDirty of ['preset', 'hardware'] as const) {
      const { table } = world({ accessedDirty })
      expect(table.map(vaddrOf(0), PAGE, pa(0), RW).ok).toBe(true)
      const isSet = accessedDirty === 'preset'
      expect([...table.leaves({ start: va(0), end: 4096n })]).toMatchObject([{ accessed: isSet, dirty: isSet }])
    }
  })
  it('strengthens what the machine cannot say, and tells what it granted', () => {
    const { table } = world()
    expect(table.map(vaddrOf(0), PAGE, pa(0), WRITE).ok).toBe(true)
    expect(table.query(vaddrOf(0))?.flags).toBe(RW)
  })
  it('names what is in the way: where, at which level, which entry', () => {
    const w = world()
    expect(w.table.map(vaddrOf(0), 16n * PAGE, pa(0), RW).ok).toBe(true)
    expect(w.table.map(vaddrOf(16), PAGE, pa(0), RW).ok).toBe(true)
    const under = refusal(w, () => w.table.map(vaddrOf(5), PAGE, pa(0), READ))
    expect(under).toMatchObject({ name: 'PageTableError', reason: 'already-mapped', level: 2, vaddr: 0x5000n, entryAddress: w.table.roots[0]!, entry: { kind: 'leaf', frame: 0n, flags: RW } })
    expect(under.message).toBe('a leaf entry of 64 KiB is in the way at 0x5000, level 2')
    expect(refusal(w, () => w.table.map(vaddrOf(16), PAGE, pa(0), READ))).toMatchObject({ reason: 'already-mapped', level: 0, vaddr: 0x1_0000n })
  })
  it('names the first page that is mapped where a huge leaf was to be, at whichever level', () => {
    const w = world()
    const over = (): PageTableError => refusal(w, () => w.table.map(vaddrOf(0), 16n * PAGE, pa(0), READ))
    expect(w.table.map(vaddrOf(14), PAGE, pa(0x3000), RW).ok).toBe(true)
    const low = over()
    expect(low).toMatchObject({ reason: 'already-mapped', level: 0, vaddr: 0xe000n, entry: { kind: 'leaf', frame: 0x3000n } })
    expect(low.message).toBe('a leaf entry of 4 KiB is in the way at 0xe000, level 0')
    expect(w.table.map(vaddrOf(8), 4n * PAGE, pa(0), NONE).ok).toBe(true)
    expect(over().message).toBe('a leaf entry of 16 KiB is in the way at 0x8000, level 1')
  })
  it('names the table where a guest left nothing in it', () => {
    const w = world()
    expect(w.table.map(vaddrOf(5), PAGE, pa(0), RW).ok).toBe(true)
    w.memory.writeWord(w.table.walk(vaddrOf(5)).at(-1)!.entryAddress, 0n)
    expect(refusal(w, () => w.table.map(vaddrOf(0), 16n * PAGE, pa(0), READ)).message).toBe('a table entry is in the way at 0x0, level 2')
  })
  it('leaves no prefix behind where the last page is taken', () => {
    const w = world()
    expect(w.table.map(vaddrOf(30), PAGE, pa(0), RW).ok).toBe(true)
    expect(refusal(w, () => w.table.map(vaddrOf(1), 30n * PAGE, pa(0x1000), RW))).toMatchObject({ reason: 'already-mapped', vaddr: 0x1_e000n })
  })
  it('refuses ranges, frames and flags that the machine does not have', () => {
    const w = world()
    const map = (vaddr: bigint, size: bigint, paddr = 0n, flags = RW): string => refusal(w, () => w.table.map(va(vaddr), size, pa(paddr), flags)).reason
    expect(map(0n, 0n)).toBe('empty-range')
    expect(map(1n, PAGE)).toBe('misaligned')
    expect(map(0n, PAGE + 1n)).toBe('misaligned')
    expect(map(0n, PAGE, 0x800n)).toBe('misaligned')
    expect(map(0x2_0000n, PAGE)).toBe('non-canonical')
    expect(map(0x1_f000n, 2n * PAGE)).toBe('non-canonical')
    expect(map(0xffff_ffff_fffd_f000n, 2n * PAGE)).toBe('non-canonical')
    expect(map(0n, 2n ** 64n)).toBe('non-canonical')
    expect(map(0xffff_ffff_ffff_f000n, 2n * PAGE)).toBe('non-canonical')
    expect(map(0n, PAGE, 0x200_0000n)).toBe('too-wide')
    expect(map(0n, 2n * PAGE, 0x1ff_f000n)).toBe('too-wide')
    expect(map(0n, PAGE, 2n ** 64n - PAGE)).toBe('too-wide')
    expect(map(0n, PAGE, 0n, unionOf(READ, DEVICE, UNCACHED))).toBe('not-expressible')
  })
  it('lets two addresses have one frame, and forgets one without the other', () => {
    const { table } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(table.map(vaddrOf(2), PAGE, pa(0x5000), READ).ok).toBe(true)
    expect(table.unmap(vaddrOf(1), PAGE).ok).toBe(true)
    expect(table.query(vaddrOf(2))).toEqual({ paddr: 0x5000n, size: PAGE, flags: READ })
  })
})

describe('unmap', () => {
  it('refuses a hole, or skips it, and ends at once in a wide one', () => {
    const w = world()
    expect(refusal(w, () => w.table.unmap(vaddrOf(0), 32n * PAGE))).toMatchObject({ reason: 'not-mapped', level: 2, vaddr: 0n, entry: { kind: 'absent' } })
    expect(w.table.map(vaddrOf(0), 2n * PAGE, pa(0), RW).ok).toBe(true)
    expect(refusal(w, () => w.table.unmap(vaddrOf(0), 3n * PAGE))).toMatchObject({ reason: 'not-mapped', level: 0, vaddr: 0x2000n })
    expect(w.table.unmap(vaddrOf(0), 32n * PAGE, { holes: 'skip' }).ok).toBe(true)
    expect(w.table.tableCount).toBe(1)
  })
  it('cuts the head, the middle and the tail of a huge leaf', () => {
    for (const from of [0, 6, 15]) {
      const w = world()
      expect(w.table.map(vaddrOf(0), 16n * PAGE, pa(0x1_0000), RW).ok).toBe(true)
      expect(w.table.unmap(vaddrOf(from), PAGE).ok).toBe(true)
      expect(pagesIn(w, 0, 16)).toEqual(Array.from({ length: 16 }, (_, page) => (page === from ? '-' : `${String(16 + page)}.3.${Math.floor(page / 4) === Math.floor(from / 4) ? '0' : '1'}`)))
    }
  })
  it('makes room for a huge leaf again', () => {
    const { table } = world()
    for (let page = 0; page < 16; page++) expect(table.map(vaddrOf(page), PAGE, pa(0), RW).ok).toBe(true)
    for (let page = 15; page >= 0; page--) expect(table.unmap(vaddrOf(page), PAGE).ok).toBe(true)
    expect(table.map(vaddrOf(0), 16n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.query(vaddrOf(0))?.size).toBe(0x1_0000n)
  })
})

describe('protect', () => {
  it('keeps frame, size, accessed and dirty', () => {
    const w = world({ accessedDirty: 'hardware' })
    expect(w.table.map(vaddrOf(0), 16n * PAGE, pa(0x1_0000), RW).ok).toBe(true)
    const root = w.table.roots[0]!
    w.memory.writeWord(root, w.memory.readWord(root) | w.table.format.accessedBit)
    expect(w.table.protect(vaddrOf(0), 16n * PAGE, unionOf(READ, EXECUTE, USER)).ok).toBe(true)
    expect([...w.table.leaves({ start: va(0), end: 0x1_0000n })]).toMatchObject([{ paddr: 0x1_0000n, leafSize: 0x1_0000n, accessed: true, dirty: false, flags: 13 }])
    expect(w.table.protect(vaddrOf(5), PAGE, RW).ok).toBe(true)
    expect([...w.table.leaves({ start: va(0), end: 0x1_0000n })].every(({ accessed, dirty }) => accessed && !dirty)).toBe(true)
  })
  it('takes all access and gives it back, at every size', () => {
    for (const pages of [1n, 4n, 16n]) {
      const { table, memory } = world()
      expect(table.map(vaddrOf(0), pages * PAGE, pa(0x1_0000), RW).ok).toBe(true)
      const { entryAddress, word } = table.walk(vaddrOf(0)).at(-1)!
      expect(table.protect(vaddrOf(0), pages * PAGE, NONE).ok).toBe(true)
      expect(table.query(vaddrOf(0))).toEqual({ paddr: 0x1_0000n, size: pages * PAGE, flags: NONE })
      expect(table.translate(vaddrOf(0), 'read', 'kernel')).toMatchObject({ kind: 'fault', reason: 'not-present' })
      expect(table.protect(vaddrOf(0), pages * PAGE, RW).ok).toBe(true)
      expect(memory.readWord(entryAddress)).toBe(word)
    }
  })
  it('refuses or skips holes, and maps nothing there', () => {
    const w = world()
    expect(w.table.map(vaddrOf(4), 4n * PAGE, pa(0x4000), RW).ok).toBe(true)
    expect(refusal(w, () => w.table.protect(vaddrOf(4), 8n * PAGE, READ))).toMatchObject({ reason: 'not-mapped', level: 1, vaddr: 0x8000n })
    expect(w.table.protect(vaddrOf(0), 32n * PAGE, READ, { holes: 'skip' }).ok).toBe(true)
    expect(pagesIn(w, 3, 9)).toEqual(['-', '4.1.1', '5.1.1', '6.1.1', '7.1.1', '-'])
  })
  it('refuses flags that the machine does not have, after ranges that it does not have', () => {
    const w = world()
    expect(refusal(w, () => w.table.protect(vaddrOf(0), PAGE, unionOf(READ, DEVICE, UNCACHED))).reason).toBe('not-expressible')
    expect(refusal(w, () => w.table.protect(vaddrOf(0), 0n, unionOf(READ, DEVICE, UNCACHED))).reason).toBe('empty-range')
  })
})

describe('remap', () => {
  it('changes the frame of the leaf that holds an address, of any size', () => {
    const w = world()
    expect(w.table.map(vaddrOf(0), 20n * PAGE, pa(0), RW).ok).toBe(true)
    expect(w.table.remap(va(0x5123n), pa(0x10_0000)).ok).toBe(true)
    expect(w.table.remap(va(0x1_0000n), pa(0x4000)).ok).toBe(true)
    expect(w.table.query(va(0xffffn))).toEqual({ paddr: 0x10_ffffn, size: 0x1_0000n, flags: RW })
    expect(w.table.query(va(0x1_0001n))?.paddr).toBe(0x4001n)
  })
  it('keeps a page without access one', () => {
    const { table } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0), NONE).ok).toBe(true)
    expect(table.remap(vaddrOf(1), pa(0x7000)).ok).toBe(true)
    expect(table.query(vaddrOf(1))).toEqual({ paddr: 0x7000n, size: PAGE, flags: NONE })
  })
  it('refuses a hole, and frames that do not suit the leaf', () => {
    const w = world()
    expect(w.table.map(vaddrOf(0), 4n * PAGE, pa(0), RW).ok).toBe(true)
    const remap = (vaddr: bigint, paddr: bigint): unknown => refusal(w, () => w.table.remap(va(vaddr), pa(paddr)))
    expect(remap(0x4000n, 0n)).toMatchObject({ reason: 'not-mapped', level: 1, vaddr: 0x4000n })
    expect(remap(0x1000n, 0x1000n)).toMatchObject({ reason: 'misaligned', level: 1, vaddr: 0n })
    expect(remap(0x1000n, 0x200_0000n)).toMatchObject({ reason: 'too-wide', level: 1 })
    expect(remap(0x2_0000n, 0n)).toMatchObject({ reason: 'non-canonical' })
  })
})

describe('a page table', () => {
  it('is made of one frame, or of one for each half', () => {
    expect(world().table.roots).toEqual([0n])
    expect(world({ halves: 'two-roots' }).table.roots).toEqual([0n, 0x1000n])
  })
  it('clears what its allocator hands out dirty, and puts it back when it is refused', () => {
    const w = world()
    w.bytes.fill(0xff, 4096)
    const error = refusal(w, () => w.table.map(vaddrOf(1), 31n * PAGE, pa(0x1ff_0000), RW))
    expect(error.reason).toBe('too-wide')
    w.frames.failsAfter = w.frames.allocations + 1
    expect(refusal(w, () => w.table.map(vaddrOf(1), PAGE, pa(0), RW)).reason).toBe('out-of-frames')
    w.frames.failsAfter = Infinity
    expect(w.table.map(vaddrOf(1), PAGE, pa(0), RW).ok).toBe(true)
    expect(pagesIn(w, 0, 4)).toEqual(['-', '0.3.0', '-', '-'])
  })
  it('takes no table from where pointers cannot reach', () => {
    const { memory, frames } = world({ frames: 8200 })
    const options = { memory, frames, format: new ToyFormat(), invalidations: () => {} }
    expect(() => new PageTable(options)).not.toThrow()
    expect(frames.inner.allocateRun(4096)).toBe(0x100_0000n)
    for (let frame = frames.allocate()!; frame < 0x200_0000n; frame = frames.allocate()!);
    expect(() => new PageTable(options)).toThrow(RangeError)
  })
  it('throws for wrong options', () => {
    const { memory, frames } = world()
    const format = new ToyFormat()
    const make = (options: Partial<Record<keyof PageTableOptions<ToyControls>, unknown>>) => () => new PageTable({ memory, frames, format, invalidations: () => {}, ...options } as never)
    expect(make({ invalidations: undefined })).toThrow(TypeError)
    expect(make({ accessedDirty: 'on' })).toThrow(RangeError)
    const used = frames.inner.usedFrames
    frames.failsAfter = 0
    expect(make({})).toThrow(RangeError)
    expect(frames.inner.usedFrames).toBe(used)
  })
  it('gives every table back when it is disposed of, and throws afterwards', () => {
    for (const halves of ['sign-extended', 'two-roots'] as const) {
      const { table, frames, bytes } = worldOf(new ToyFormat({ halves }))
      expect(table.map(vaddrOf(1, halves), 20n * PAGE, pa(0x1000), RW).ok).toBe(true)
      const last = halves === 'two-roots' ? 127 : 63
      expect(table.map(vaddrOf(last, halves), PAGE, pa(0x1000), RW).ok).toBe(true)
      table.dispose()
      expect(frames.inner.usedFrames).toBe(0)
      expect(bytes.every((byte) => byte === 0)).toBe(true)
      const uses = [
        () => table.map(va(0), PAGE, pa(0), RW),
        () => table.unmap(va(0), PAGE),
        () => table.protect(va(0), PAGE, RW),
        () => table.remap(va(0), pa(0)),
        () => table.query(va(0)),
        () => table.walk(va(0)),
        () => table.translate(va(0), 'read', 'user'),
        () => table.read(va(0), new Uint8Array(1)),
        () => table.leaves({ start: va(0), end: 1n }),
        () => table.pagesOf(pa(0)),
        () => table.allocateFrames(1),
        () => table.hasFrames(pa(0), 1),
        () => table.freeFrames(pa(0), 1),
        () => table.beginTransaction(),
        () => table.commitTransaction(),
        () => table.rollbackTransaction(),
        () => table.dispose(),
      ]
      for (const use of uses) expect(use).toThrow(new TypeError('the table was disposed of'))
    }
  })
  it('leaves pages that were not given back to the allocator', () => {
    const { table, frames } = world()
    const page = table.allocateFrames(2)!
    table.dispose()
    expect(frames.inner.usedFrames).toBe(2)
    frames.free(page, 2)
    expect(frames.inner.usedFrames).toBe(0)
  })
  it('allocates pages in runs, aligned, or gives undefined', () => {
    const { table } = world({ frames: 8 })
    expect(table.allocateFrames(4)).toBe(0x4000n)
    expect(table.allocateFrames(4)).toBeUndefined()
    expect(table.allocateFrames(1)).toBe(0x1000n)
    expect(() => table.allocateFrames(3)).toThrow(RangeError)
  })
})

describe('arguments of the wrong kind', () => {
  const { table, bytes } = world()
  const image = bytes.slice()
  // Written as by a program without types.
  const untyped = table as unknown as Record<string, (...args: unknown[]) => unknown>
  it.each<readonly [string, readonly unknown[], typeof TypeError | typeof RangeError]>([
    ['map', [0, PAGE, 0n, RW], TypeError],
    ['map', [0n, 4096, 0n, RW], TypeError],
    ['map', [0n, PAGE, 0, RW], TypeError],
    ['map', [-1n, PAGE, 0n, RW], RangeError],
    ['map', [2n ** 64n, PAGE, 0n, RW], RangeError],
    ['map', [0n, -PAGE, 0n, RW], RangeError],
    ['map', [0n, 2n ** 64n + 1n, 0n, RW], RangeError],
    ['map', [0n, PAGE, 2n ** 64n, RW], RangeError],
    ['map', [0n, PAGE, 0n, 128], RangeError],
    ['map', [0n, PAGE, 0n, -1], RangeError],
    ['map', [0n, PAGE, 0n, 0.5], RangeError],
    ['map', [0n, PAGE, 0n, 'rw'], RangeError],
    ['map', [0n, PAGE, 0n, undefined], RangeError],
    ['map', [0n, PAGE, 0n, RW, { maxLeafLevel: -1 }], RangeError],
    ['map', [0n, PAGE, 0n, RW, { maxLeafLevel: 3 }], RangeError],
    ['map', [0n, PAGE, 0n, RW, { maxLeafLevel: NaN }], RangeError],
    ['map', [0n, PAGE, 0n, RW, { maxLeafLevel: 0.5 }], RangeError],
    ['unmap', [0, PAGE], TypeError],
    ['unmap', [0n, 4096], TypeError],
    ['unmap', [0n, PAGE, { holes: 'ignore' }], RangeError],
    ['protect', [undefined, PAGE, RW], TypeError],
    ['protect', [0n, -1n, RW], RangeError],
    ['protect', [0n, PAGE, 1024], RangeError],
    ['protect', [0n, PAGE, RW, { holes: true }], RangeError],
    ['remap', [0, 0n], TypeError],
    ['remap', [0n, 0], TypeError],
    ['remap', [-1n, 0n], RangeError],
    ['query', [0], TypeError],
    ['query', [2n ** 64n], RangeError],
    ['walk', ['0'], TypeError],
    ['walk', [-1n], RangeError],
    ['translate', [0, 'read', 'user'], TypeError],
    ['translate', [2n ** 64n, 'read', 'user'], RangeError],
    ['translate', [0n, 'execute', 'user'], RangeError],
    ['translate', [0n, 'read', 'supervisor'], RangeError],
    ['translate', [0n], RangeError],
    ['read', [0, new Uint8Array(1)], TypeError],
    ['read', [0n, [1]], TypeError],
    ['write', [0n, 'abc'], TypeError],
    ['write', [0n, new Uint8Array(1), 'root'], RangeError],
    ['leaves', [{ start: 0, end: 1n }], TypeError],
    ['leaves', [{ start: 2n, end: 1n }], RangeError],
    ['leaves', [undefined], TypeError],
    ['leaves', [{ start: 0n, end: 1n }, { tables: 'mine' }], RangeError],
    ['pagesOf', [0], TypeError],
    ['hasFrames', [0, 1], TypeError],
    ['freeFrames', [0, 1], TypeError],
  ])('%s of wrong arguments, case %#', (method, args, error) => {
    expect(() => untyped[method]!.apply(table, [...args])).toThrow(error)
    expect(equalBytes(image, bytes)).toBe(true)
  })
})

describe('an allocator that reaches past the memory', () => {
  const beyond = (): World => world({ frames: 4, allocatable: 40 })
  it('gives no pages but those that lie in it', () => {
    const { table, frames } = beyond()
    expect(table.allocateFrames(2)).toBe(0x2000n)
    expect(table.allocateFrames(4)).toBeUndefined()
    expect(table.allocateFrames(1)).toBe(0x1000n)
    expect(table.allocateFrames(1)).toBeUndefined()
    expect(frames.inner.usedFrames).toBe(4)
  })
  it('is told by the first frame that is no use', () => {
    const w = beyond()
    expect(refusal(w, () => w.table.map(vaddrOf(0), 20n * PAGE, pa(0x1000), RW)).message).toBe('no frame is left in the memory for a table at 0x8000: the next that is free, 0x4000, does not lie in it')
    expect(w.table.map(vaddrOf(0), 16n * PAGE, pa(0), RW).ok).toBe(true)
    w.table.allocateFrames(1)
    w.table.allocateFrames(2)
    expect(refusal(w, () => w.table.unmap(vaddrOf(1), PAGE)).message).toBe('no frame is left in the memory to split the leaf at 0x0: the next that is free, 0x4000, does not lie in it')
  })
  it('has nothing for the root if it begins there', () => {
    const memory = new PhysMemory({ base: pa(0x1_0000), size: 0x1_0000n })
    const make = (frames: BitmapAllocator) => () => new PageTable({ memory, frames, format: new ToyFormat(), invalidations: () => {} })
    const below = new BitmapAllocator({ start: pa(0), end: 0x1000n })
    expect(make(below)).toThrow(new RangeError('"frames" must have free frames in the memory: no frame is left in the memory for the root: the next that is free, 0x0, does not lie in it'))
    expect(below.usedFrames).toBe(0)
    expect(make(new BitmapAllocator({ start: pa(0x1_0000), end: 0x1_0000n }))).toThrow(new RangeError('"frames" must have free frames in the memory: no frame is left for the root'))
  })
})

describe('what is said of mistakes', () => {
  it('counts tables and frames in words that agree', () => {
    const w = world({ allocatable: 2 })
    expect(refusal(w, () => w.table.map(vaddrOf(0), PAGE, pa(0), RW)).message).toBe('2 tables at 0x0 are needed, 1 frame is free')
    expect(w.table.map(vaddrOf(0), 4n * PAGE, pa(0), RW).ok).toBe(true)
    expect(refusal(w, () => w.table.map(vaddrOf(5), PAGE, pa(0), RW)).message).toBe('1 table at 0x5000 is needed, 0 frames are free')
  })
  it('names the option that is missing', () => {
    const { memory, frames } = world()
    const options = { memory, frames, format: new ToyFormat(), invalidations: () => {} }
    const make = (changes: object) => () => new PageTable({ ...options, ...changes })
    expect(() => new PageTable(undefined as never)).toThrow(new TypeError('"options" must be an object, got undefined'))
    expect(make({ memory: undefined })).toThrow(new TypeError('"memory" must be a PhysMemory'))
    expect(make({ frames: null })).toThrow(new TypeError('"frames" must be a FrameAllocator'))
    expect(make({ format: 'x86-64' })).toThrow(new TypeError('"format" must be a PteFormat'))
    expect(make({ invalidations: undefined })).toThrow(new TypeError('"invalidations" must be a function'))
    expect(make({ upperHalfOf: {} })).toThrow(new TypeError('"upperHalfOf" must be a PageTable'))
    expect(make({ accessedDirty: 'set' })).toThrow(new RangeError('"accessedDirty" must be preset or hardware, got set'))
  })
  it('names the frame that is not to be given back', () => {
    const { table } = world()
    const page = table.allocateFrames(2)!
    const free = (frame: bigint, count: number) => () => table.freeFrames(pa(frame), count)
    expect(free(page, 3)).toThrow(new RangeError('"frame": 0x4000 is not allocated here, or was given back already'))
    expect(free(page + 8n, 1)).toThrow(new RangeError('"frame" must be a multiple of 4096, got 0x2008'))
    expect(free(page, 1.5)).toThrow(new RangeError('"count" must be a whole number from 1 on, got 1.5'))
    table.freeFrames(page, 1)
    expect(free(page, 2)).toThrow(new RangeError('"frame": 0x2000 is not allocated here, or was given back already'))
  })
  it('says what levels there are', () => {
    const { table } = world()
    expect(() => table.map(va(0), PAGE, pa(0), RW, { maxLeafLevel: 9 })).toThrow(new RangeError('"maxLeafLevel" must be a level from 0 to 2, got 9'))
  })
})
