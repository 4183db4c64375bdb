// What callers without types can pass, and allocators that lie and throw: named, and nothing has changed.
import { pa, va, type PhysAddr } from '@addrspace/memory-addr'
import {
  BitmapAllocator, checkFlags, formatFlags, Geometry, nameBits, PageTable, parseFlags, PhysMemory, READ, type FrameAllocator, type PageTableOptions,
} from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { ToyFormat, type ToyControls } from './support/toy-format.ts'

const SIZE = 0x2_0000n
const format = new ToyFormat({ breaks: 'size-frame-or-type' })
const untyped = (value: unknown): never => value as never

function options(frames: FrameAllocator = new BitmapAllocator({ start: pa(0), end: SIZE })): PageTableOptions<ToyControls> {
  return { memory: new PhysMemory({ size: SIZE }), frames, format, invalidations: () => undefined }
}

/** Hands out what it is told to, and counts what comes back. */
class Scripted implements FrameAllocator {
  readonly back: PhysAddr[] = []
  next: () => unknown
  onFree: (() => void) | undefined

  constructor(next: () => unknown) {
    this.next = next
  }

  get freeFrames(): number {
    return 100
  }

  allocate(): PhysAddr | undefined {
    return this.next() as PhysAddr | undefined
  }

  allocateRun(): PhysAddr | undefined {
    return this.next() as PhysAddr | undefined
  }

  free(frame: PhysAddr): void {
    this.back.push(frame)
    this.onFree?.()
  }
}

const counting = (from = 0n): (() => bigint) => {
  let next = from
  return () => (next += 0x1000n) - 0x1000n
}

describe('flags', () => {
  it('above bit 31 are none, although a bit operation would drop them', () => {
    for (const flags of [2 ** 32, 2 ** 32 + 1, -1, 0x80, 1.5, NaN, '1', null, Object.create(null)]) {
      const error = /^"flags" must be a set of flags, got /
      expect(() => checkFlags(flags, 'flags')).toThrow(error)
      expect(() => formatFlags(untyped(flags))).toThrow(error)
      expect(() => new PageTable(options()).map(va(0), 0x1000n, pa(0), untyped(flags))).toThrow(error)
    }
    expect(() => parseFlags(untyped(7))).toThrow(new TypeError('"letters" must be a string, got number'))
  })
})

describe('arguments of the wrong type', () => {
  it('are named', () => {
    const table = new PageTable(options())
    expect(() => table.map(va(0), 0x1000n, pa(0), READ, untyped(1))).toThrow('"options" must be an object, got number')
    expect(() => table.unmap(va(0), 0x1000n, untyped('skip'))).toThrow('"options" must be an object, got string')
    expect(() => table.leaves({ start: va(0), end: 0n }, untyped(null))).toThrow('"options" must be an object, got null')
    expect(() => table.read(va(0), untyped([1, 2]))).toThrow('"target" must be a Uint8Array, got object')
    expect(() => table.write(va(0), untyped(undefined))).toThrow('"source" must be a Uint8Array, got undefined')
    expect(() => table.memory.read(pa(0), untyped(new ArrayBuffer(8)))).toThrow('"target" must be a Uint8Array, got object')
    expect(() => table.memory.write(pa(0), untyped('bytes'))).toThrow('"source" must be a Uint8Array, got string')
    expect(() => table.memory.contains(untyped(0))).toThrow('"paddr" must be a bigint, got number')
    expect(() => table.hasFrames(pa(0), NaN)).toThrow('"count" must be a whole number from 1 on, got NaN')
    expect(() => table.freeFrames(pa(0), 0)).toThrow('"count" must be a whole number from 1 on, got 0')
    expect(() => table.allocateFrames(untyped(1n))).toThrow('"frames" must be a whole number from 1 on, got bigint')
    expect(() => table.translate(va(0), 'read', untyped(Object.create(null)))).toThrow('"mode" must be user or kernel, got object')
    expect(() => nameBits(format.layouts[0]!, untyped(1))).toThrow('"word" must be a bigint, got number')
  })

  it('of a constructor, too', () => {
    for (const [name, value] of [['memory', {}], ['frames', { allocate: () => undefined }], ['format', null], ['invalidations', 1], ['upperHalfOf', {}], ['accessedDirty', 'none']] as const) {
      expect(() => new PageTable({ ...options(), [name]: value })).toThrow(`"${name}" must be `)
    }
    expect(() => new PageTable(untyped(undefined))).toThrow('"options" must be an object, got undefined')
    expect(() => new PhysMemory(untyped(4096n))).toThrow('"options" must be an object, got bigint')
    expect(() => new Geometry(untyped(null))).toThrow('"numbers" must be an object, got null')
    const numbers = { levels: 3, indexBits: 9, physBits: 40, leafLevels: [0], halves: 'sign-extended' } as const
    expect(() => new Geometry({ ...numbers, levels: untyped('3') })).toThrow('"levels" must be a whole number, got string')
    expect(() => new Geometry({ ...numbers, leafLevels: untyped(0) })).toThrow('"leafLevels" must be a list of whole numbers')
  })
})

describe('an allocator of more frames than a memory can have', () => {
  it('is refused before a bit is allocated for each of them', () => {
    expect(() => new BitmapAllocator({ start: pa(0), end: 2n ** 64n })).toThrow('"range" must be of at most 16 TiB, got 0x0..0x10000000000000000')
    expect(() => new BitmapAllocator({ start: pa(0x1000), end: 2n ** 44n + 0x2000n })).toThrow('"range" must be of at most 16 TiB')
  })
})

describe('an allocator that lies', () => {
  it('about what a frame is: refused by name, and nothing is kept', () => {
    for (const [given, error] of [[0x1000, /"frames/], [null, /"frames/], [0x1001n, /"frames" must give whole frames/], [-0x1000n, /"frames/], [2n ** 64n, /"frames/]] as const) {
      const frames = new Scripted(counting())
      const table = new PageTable(options(frames))
      frames.next = () => given
      expect(() => table.allocateFrames(1)).toThrow(error)
      expect(() => table.map(va(0), 0x1000n, pa(0), READ)).toThrow(error)
      expect(table.tableCount).toBe(1)
      frames.next = counting(0x4000n)
      expect(table.map(va(0), 0x1000n, pa(0), READ).ok).toBe(true)
    }
  })

  it('about what is free: no frame has two owners', () => {
    const frames = new Scripted(counting())
    const table = new PageTable(options(frames))
    const page = table.allocateFrames(1)!
    expect(page).toBe(0x1000n)
    for (const used of [page, table.roots[0]!]) {
      frames.next = () => used
      expect(() => table.allocateFrames(1)).toThrow(`"frames" must give no frame that is in use, got 0x${used.toString(16)}`)
      expect(() => table.map(va(0), 0x1000n, pa(0), READ)).toThrow('"frames" must give no frame that is in use')
    }
    expect(frames.back).toEqual([])
    expect(table.hasFrames(page, 1)).toBe(true)
    // A run holds one of them.
    frames.next = () => 0n
    expect(() => table.allocateFrames(2)).toThrow('"frames" must give no frame that is in use')
  })

  it('with a throw where the roots are taken: no bracket is left open', () => {
    const first = new PageTable(options())
    const { frames } = first
    const failing = Object.assign(Object.create(frames) as FrameAllocator, { allocate: () => { throw new Error('none') } })
    expect(() => new PageTable({ ...options(), frames: failing })).toThrow('none')
    expect(() => first.commitTransaction()).toThrow('no transaction has begun')
  })
})

describe('an allocator that throws when frames come back', () => {
  it('has been given all of them, and what it threw first is passed on', () => {
    const frames = new Scripted(counting())
    const table = new PageTable(options(frames))
    const pages = [table.allocateFrames(1)!, table.allocateFrames(1)!]
    let throws = 0
    frames.onFree = () => { throw new Error(`free ${String(++throws)}`) }
    table.beginTransaction()
    for (const page of pages) table.freeFrames(page, 1)
    expect(() => table.commitTransaction()).toThrow('free 1')
    expect(frames.back).toEqual(pages)
    // The same while going back, with nothing left behind that the next change would tell of.
    table.beginTransaction()
    const others = [table.allocateFrames(1)!, table.allocateFrames(1)!]
    expect(() => table.rollbackTransaction()).toThrow('free 3')
    expect(frames.back.slice(2)).toEqual(others.reverse())
    expect(() => table.commitTransaction()).toThrow('no transaction has begun')
  })
})

describe('a sink that takes frames', () => {
  it('throws, and none is lost', () => {
    const given = options()
    const table: PageTable<ToyControls> = new PageTable({ ...given, invalidations: () => void table.allocateFrames(1) })
    expect(table.map(va(0), 0x1000n, pa(0), READ).ok).toBe(true)
    const free = given.frames.freeFrames
    expect(() => table.protect(va(0), 0x1000n, parseFlags(''))).toThrow('a table must not be changed by its own sink')
    expect(given.frames.freeFrames).toBe(free)
  })
})
