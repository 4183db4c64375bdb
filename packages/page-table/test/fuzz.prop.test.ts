// Tables full of random words, pointing anywhere: to tables, to themselves, to data, out of memory.
// Every operation ends in a value, in few steps, and touches nothing that is not its own.
import { pa, va, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import { Geometry, READ, type Access, type Mode } from '@addrspace/page-table'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { equalBytes } from './support/check.ts'
import { act } from './support/operations.ts'
import { randomFrom, randomWord } from './support/random.ts'
import { OPERATIONS, RW, shifted } from './support/states.ts'
import { ToyFormat } from './support/toy-format.ts'
import { entryAt, forge } from './support/words.ts'
import { PAGE, vaddrOf, world, worldOf, type World } from './support/world.ts'

const FRAMES = 64
const OWN_FRAMES = 40
const buffer = new ArrayBuffer(FRAMES * 4096)
const ACCESSES: readonly Access[] = ['read', 'write', 'exec']
const MODES: readonly Mode[] = ['user', 'kernel']
const WHOLE = { start: va(0), end: 2n ** 64n }

/** A pointer, a leaf, or anything. */
function anyWord(next: (n: number) => number, format: ToyFormat): bigint {
  const noise = next(4) === 0 ? randomWord(next) & ~(0x1fffn << 28n) & ~3n : 0n
  const frame = pa(BigInt(next(FRAMES + 8)) * PAGE)
  if (next(5) === 0) return randomWord(next)
  if (next(3) === 0) return format.encode({ kind: 'leaf', frame, flags: RW, accessed: false, dirty: false }, 0) | noise
  return format.encode({ kind: 'table', frame }, 1) | noise
}

/** A world with some mappings, whose tables and all other frames are then overwritten at random. */
function hostileWorld(next: (n: number) => number): { w: World; format: ToyFormat } {
  const format = new ToyFormat({ breaks: 'size-frame-or-type', tableAccessed: true })
  const w = worldOf(format, { frames: FRAMES, allocatable: OWN_FRAMES, buffer })
  for (let i = 0; i < 4; i++) act(w.table, OPERATIONS[next(OPERATIONS.length)]!)
  for (let frame = 0; frame < FRAMES; frame++) {
    const isFree = frame < OWN_FRAMES && frame >= w.frames.inner.usedFrames
    if (isFree) continue
    for (let slot = 0; slot < 4; slot++) if (next(3) > 0) w.memory.writeWord(entryAt(pa(BigInt(frame) * PAGE), slot), anyWord(next, format))
  }
  return { w, format }
}

/** Reads in all ways, in bounded time; 21 tables with 4 entries of 16 pages make at most 64 runs of leaves. */
function readAll({ table }: World, vaddr: VirtAddr): void {
  for (const access of ACCESSES) for (const mode of MODES) expect(['mapped', 'fault']).toContain(table.translate(vaddr, access, mode).kind)
  expect(table.walk(vaddr).length).toBeLessThanOrEqual(3)
  table.query(vaddr)
  table.read(vaddr, new Uint8Array(3 * 4096))
  let runs = 0
  for (const run of table.leaves(WHOLE)) {
    expect(run.size).toBeGreaterThan(0n)
    runs++
  }
  expect(runs).toBeLessThanOrEqual(64)
  expect(Array.from(table.pagesOf(pa(0x5000))).length).toBeLessThanOrEqual(64)
}

describe('random words', () => {
  it('are decoded and classified alike at every level: 4,000,000 of them', () => {
    const format = new ToyFormat()
    const next = randomFrom(11)
    const kinds = ['absent', 'table', 'leaf', 'leaf', 'invalid']
    for (let i = 0; i < 4_000_000; i++) {
      const low = next(2 ** 32) | 0
      const high = next(2 ** 32) | 0
      const level = i % 3
      const kind = format.classify(low, high, level)
      if (i % 16 === 0 && format.decode((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0), level).kind !== kinds[kind]) throw new Error(`${String(low)} ${String(high)}`)
    }
  })
})

describe('tables of random words', () => {
  it('are read in bounded steps: 5000 worlds', () => {
    const next = randomFrom(12)
    for (let round = 0; round < 5000; round++) {
      const { w } = hostileWorld(next)
      for (const page of [0, 5, 17, 32, 63, next(64)]) readAll(w, vaddrOf(page))
      readAll(w, va(randomWord(next)))
    }
  }, 60_000)
  it('are changed only where they are own tables, and given back once: 5000 worlds', () => {
    const next = randomFrom(13)
    const operations = [...OPERATIONS, ...shifted(OPERATIONS, 32)]
    for (let round = 0; round < 5000; round++) {
      const { w } = hostileWorld(next)
      const foreign = w.bytes.slice(OWN_FRAMES * 4096)
      for (let i = 0; i < 8; i++) {
        const image = w.bytes.slice()
        const used = w.frames.inner.usedFrames
        const isOpen = next(3) === 0
        if (isOpen) w.table.beginTransaction()
        const result = act(w.table, operations[next(operations.length)]!)
        if (isOpen) w.table.rollbackTransaction()
        if (isOpen || !result.ok) {
          if (!equalBytes(image, w.bytes)) throw new Error(`round ${String(round)}: a refusal has changed the memory`)
          expect(w.frames.inner.usedFrames).toBe(used)
        }
        expect(w.table.tableCount).toBe(w.frames.inner.usedFrames)
        if (!equalBytes(foreign, w.bytes.subarray(OWN_FRAMES * 4096))) throw new Error(`round ${String(round)}: foreign memory was written`)
      }
      w.table.dispose()
      expect(w.frames.inner.usedFrames).toBe(0)
      if (!equalBytes(foreign, w.bytes.subarray(OWN_FRAMES * 4096))) throw new Error(`round ${String(round)}: foreign memory was written`)
    }
  }, 60_000)
  it('never make an operation throw, whatever its arguments', () => {
    const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    const paged = word.map((value) => value & ~0xfffn)
    const vaddr = fc.oneof(word, paged, fc.integer({ min: 0, max: 63 }).map(vaddrOf)).map((value) => value as VirtAddr)
    const paddr = fc.oneof(word, paged, fc.integer({ min: 0, max: 8200 }).map((frame) => BigInt(frame) * PAGE)).map((value) => value as PhysAddr)
    const size = fc.oneof(word, paged, fc.integer({ min: 0, max: 33 }).map((pages) => BigInt(pages) * PAGE))
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), vaddr, size, paddr), { maxLength: 10 }), (seed, calls) => {
        const { w } = hostileWorld(randomFrom(seed))
        for (const [verb, start, length, target] of calls) {
          if (verb === 0) expect(typeof w.table.map(start, length, target, READ).ok).toBe('boolean')
          if (verb === 1) expect(typeof w.table.unmap(start, length, { holes: 'skip' }).ok).toBe('boolean')
          if (verb === 2) expect(typeof w.table.protect(start, length, READ, { holes: 'skip' }).ok).toBe('boolean')
          if (verb === 3) expect(typeof w.table.remap(start, target).ok).toBe('boolean')
          readAll(w, start)
        }
      }),
      { numRuns: 300 },
    )
  }, 60_000)
})

describe('a machine of five levels of 512 entries, its root full of pointers to itself', () => {
  // 512^5 ways lead through it: whoever follows them all never comes back.
  class Deep extends ToyFormat {
    override readonly geometry: Geometry = new Geometry({ levels: 5, indexBits: 9, physBits: 25, leafLevels: [0, 1, 2], halves: 'sign-extended' })
  }

  it('is searched in no time, since nothing is searched twice in vain', () => {
    const format = new Deep()
    const { table } = worldOf(format)
    const root = table.roots[0]!
    for (let slot = 0; slot < 512; slot++) forge(table, root, slot, root, 4)
    expect([...table.leaves(WHOLE)]).toEqual([])
    expect([...table.pagesOf(pa(0))]).toEqual([])
    expect(table.unmap(va(0), 2n ** 56n, { holes: 'skip' }).ok).toBe(false)
    expect(table.protect(va(0), 2n ** 56n, READ, { holes: 'skip' }).ok).toBe(false)
    expect(table.map(va(0), 2n ** 24n, pa(0), READ).ok).toBe(false)
    expect(table.translate(va(0), 'read', 'kernel')).toEqual({ kind: 'fault', reason: 'reserved', level: 0, bit: 'KIND' })
    table.dispose()
  })
  it('tells its leaves one by one where there are any, from the first on', () => {
    const format = new Deep()
    const { table, memory } = worldOf(format)
    const root = table.roots[0]!
    for (let slot = 0; slot < 512; slot++) forge(table, root, slot, root, 4)
    memory.writeWord(entryAt(root, 511), format.encode({ kind: 'leaf', frame: pa(0x5000), flags: READ, accessed: false, dirty: false }, 0))
    const leaves = table.leaves(WHOLE)
    expect(leaves.next().value).toMatchObject({ start: 511n * PAGE, paddr: 0x5000n })
    expect(leaves.next().value).toMatchObject({ start: 1023n * PAGE, paddr: 0x5000n })
    const pages = table.pagesOf(pa(0x5123))
    expect([pages.next().value, pages.next().value]).toEqual([511n * PAGE + 0x123n, 1023n * PAGE + 0x123n])
    expect(table.pagesOf(pa(0x6000)).next().done).toBe(true)
    // What was made there itself is told alone.
    expect([...table.leaves(WHOLE, { tables: 'own' })]).toEqual([])
  })
})

describe('pages that many addresses share', () => {
  it('are all found, in ascending order', () => {
    const { table } = world()
    expect(table.map(vaddrOf(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(table.map(vaddrOf(16), 16n * PAGE, pa(0), RW).ok).toBe(true)
    expect(table.map(vaddrOf(63), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect([...table.pagesOf(pa(0x5010))]).toEqual([0x1010n, 0x1_5010n, 2n ** 64n - 0xff0n])
    expect([...table.pagesOf(pa(2n ** 64n - 1n))]).toEqual([])
  })
})
