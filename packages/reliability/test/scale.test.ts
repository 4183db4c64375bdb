// A large address space in the bounds of CI: costs in counts, which are the same on every machine.
import { NullBackend } from '@addrspace/backend-mock'
import { Random } from '@addrspace/conformance/model'
import { addrRangeFromSize, va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'

import { CI_SCALE, runScale } from '../src/index.ts'
import { compareWorld } from '../src/scale/compare-world.ts'
import { randomOperation } from '../src/scale/random-operation.ts'
import { ScaleWorld } from '../src/scale/scale-world.ts'
import { touchedWords } from '../src/scale/touched-words.ts'

describe('a large address space', () => {
  it('keeps its costs, and loses nothing, over a million random operations', () => {
    const { start, afterTenth, end, restored, cleared, ratios, words, factor, mappedBytes } = runScale(CI_SCALE)
    expect(factor).toBe(32)
    expect(mappedBytes).toBe(4 * 2 ** 30)
    expect(start).toMatchObject({ areas: 65_536, leaves: 2 ** 20 })
    expect(end.operations).toBe(1_000_000)
    for (const at of [start, afterTenth, end, restored, cleared]) expect(at.lostFrames).toBe(0)

    // What was mapped anew is what was there in the beginning, down to the number of tables.
    expect({ areas: restored.areas, leaves: restored.leaves, tables: restored.tables }).toEqual({ areas: start.areas, leaves: start.leaves, tables: start.tables })
    expect({ areas: cleared.areas, leaves: cleared.leaves, tables: cleared.tables, nodes: cleared.nodes }).toEqual({ areas: 0, leaves: 0, tables: 1, nodes: 1 })

    // Nodes are at least a quarter full, whatever was done; an inner one has that many children.
    for (const at of [start, afterTenth, end, restored]) expect(at.nodes).toBeLessThan((at.areas / 8) * (4 / 3))
    expect(end.indexBytes / end.areas).toBeLessThan(64)
    expect(restored.indexBytes).toBe(end.indexBytes)
    // Memory comes in pieces of 16 frames, in each of which there may be one table.
    for (const at of [start, end]) expect(at.memoryBytes).toBeLessThan(16 * 4096 * at.tables)

    // 32 times as many areas: one more level of the index, or two, where there are at least three; the same page tables.
    for (const [kind, ratio] of Object.entries(ratios)) {
      expect.soft(ratio.words, `index words of ${kind}`).toBeLessThan(5 / 3)
      // At most the walk from the root that a smaller space seldom needs, since the way is known: four levels, at most eight looks at each, since mapping goes twice.
      expect.soft(ratio.moreSteps, `table steps of ${kind}`).toBeLessThan(32)
      expect.soft(ratio.calls, `backend calls of ${kind}`).toBeLessThan(1.5)
    }
    expect(Math.max(...Object.values(words))).toBeLessThan(5000)
  }, 600_000)

  it('gives the same figures for the same seed', () => {
    const bounds = { seed: 3, areas: 1024, fewAreas: 64, operations: 5000 }
    const first = runScale(bounds)
    expect(runScale(bounds)).toEqual(first)
    expect(runScale({ ...bounds, seed: 4 })).not.toEqual(first)
  })
})

describe('the comparison of a large address space', () => {
  const world = (): ScaleWorld => {
    const made = new ScaleWorld(64)
    made.fill()
    const random = new Random(1)
    for (let i = 0; i < 500; i++) randomOperation(random, made)
    return made
  }

  it('sees a page that should be mapped, or that should not', () => {
    const right = world()
    const page = right.bytes.findIndex((byte) => byte === 0)
    right.bytes[page] = 1
    expect(() => compareWorld(right)).toThrow()
    right.bytes[page] = 0
    expect(compareWorld(right).leaves).toBeGreaterThan(0)
    right.bytes[right.bytes.findIndex((byte) => byte !== 0)] = 0
    expect(() => compareWorld(right)).toThrow()
  })

  it('sees a leaf that says something else', () => {
    const right = world()
    const page = right.bytes.findIndex((byte) => byte !== 0)
    unwrap(right.set.map(va(0x1000n), 0x1000n, 1 as never, right.backends[1]!))
    unwrap(right.set.unmap(va(0x1000n), 0x1000n))
    expect(right.table.protect(right.addressOf(page), 0x1000n, 5 as never).ok).toBe(true)
    expect(() => compareWorld(right)).toThrow(/has a leaf with flags 5/)
  })

  it('sees a frame that nobody has any more', () => {
    const right = world()
    expect(right.frames.allocate()).toBeDefined()
    expect(() => compareWorld(right)).toThrow(/frames are in use/)
  })
})

describe('touched words', () => {
  const filled = (count: number): MemorySet<number, undefined> => {
    const set = new MemorySet<number, undefined>({ pageTable: undefined })
    for (let i = 0; i < count; i++) unwrap(set.map(va(BigInt(i) * 0x2000n), 0x1000n, i % 8, new NullBackend()))
    return set
  }

  it('grow with the areas where all are visited, and leave the set as it is', () => {
    const counts = [100, 10_000].map((count) => {
      const set = filled(count)
      const touched = touchedWords(set, () => {
        expect([...set]).toHaveLength(count)
      })
      set.checkInvariants()
      expect(set.size).toBe(count)
      return touched
    })
    expect(counts[1]! / counts[0]!).toBeGreaterThan(90)
  })

  it('hardly grow where the index is searched', () => {
    const [few, many] = [100, 10_000].map((count) => {
      const set = filled(count)
      return touchedWords(set, () => set.overlaps(addrRangeFromSize(va(0x1000n), 0x1000n)))
    })
    expect(few).toBeGreaterThan(5)
    expect(many! / few!).toBeLessThan(4)
  })

  it('are counted through a change that makes the index grow', () => {
    const set = filled(64)
    expect(touchedWords(set, () => {
      for (let i = 64; i < 2000; i++) unwrap(set.map(va(BigInt(i) * 0x2000n), 0x1000n, 0, new NullBackend()))
    })).toBeGreaterThan(100)
    set.checkInvariants()
    expect(set.size).toBe(2000)
  })
})
