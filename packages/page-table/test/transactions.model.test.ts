// Random operations in nested brackets: what is rolled back has never been, what is committed is told
// once, at the end, completely, and before any frame is free.
import { pa, type PhysAddr } from '@addrspace/memory-addr'
import { DEVICE, NONE, READ, unionOf, type MappingFlags } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { checkWorld, equalBytes } from './support/check.ts'
import { Model } from './support/model.ts'
import { act, actOnModel, type Operation } from './support/operations.ts'
import { randomFrom } from './support/random.ts'
import { brokenPages, differing, reportedPages, reportedSteps, stepsOf } from './support/stale.ts'
import { RW, RX } from './support/states.ts'
import { PAGE, vaddrOf, world, type World } from './support/world.ts'

const FRAMES = 96
const buffer = new ArrayBuffer(FRAMES * 4096)

/** An operation within one half: leaf-sized ranges more often than others. */
function randomOperation(next: (n: number) => number): Operation {
  const size = [1, 1, 2, 4, 4, 16, 16, 32, 1 + next(31)][next(9)]!
  const from = 32 * next(2) + (next(3) === 0 ? next(33 - size) : size * next(Math.floor(32 / size)))
  const flags = [RW, READ, RX, NONE, unionOf(RW, DEVICE)][next(5)]!
  const holes = next(2) === 0 ? 'refuse' : 'skip'
  switch (next(5)) {
    case 0:
      return { verb: 'unmap', from, count: size, holes }
    case 1:
      return { verb: 'protect', from, count: size, flags, holes }
    case 2:
      return { verb: 'remap', from, frame: 16 * next(64) + (next(2) === 0 ? 0 : next(16)) }
    default:
      return { verb: 'map', from, count: size, frame: next(2) === 0 ? 64 + from : next(8000), flags, maxLeafLevel: next(3) }
  }
}

/** Carries out an operation on both; gives the model afterwards. */
function both(world: World, model: Model, operation: Operation): Model {
  const expected = actOnModel(model, operation)
  if (act(world.table, operation).ok !== (expected !== undefined)) throw new Error(`${JSON.stringify(operation)} differs from the model`)
  return expected ?? model
}

/** What must be reported after a sequence, at least and at most. */
interface Bounds {
  readonly least: Set<number>
  readonly most: Set<number>
}

function boundsOf(models: readonly Model[], operations: readonly Operation[]): Bounds {
  const first = models[0]!
  const last = models.at(-1)!
  const most = new Set<number>()
  for (const [i, after] of models.entries()) {
    const before = models[i - 1]
    if (before === undefined) continue
    for (const page of brokenPages(before, after)) most.add(page)
    // Tables that go are told by the range that was unmapped.
    const { verb, from, count } = { count: 1, ...operations[i - 1]! }
    if (verb === 'unmap' && before.key !== after.key) for (let page = from; page < from + count; page++) most.add(page)
  }
  const least = new Set<number>()
  for (const [page, old] of first.pages.entries()) {
    const now = last.pages[page]
    if (old !== undefined && old.flags !== NONE && (now?.frame !== old.frame || now.flags !== old.flags)) least.add(page)
  }
  for (const step of stepsOf(models)) {
    const [page, count] = step.split('+').map(Number)
    for (let i = page!; i < page! + count!; i++) {
      least.add(i)
      most.add(i)
    }
  }
  return { least, most }
}

describe('a transaction that is rolled back', () => {
  it('has never been: 3000 random sequences', () => {
    const next = randomFrom(1)
    for (let round = 0; round < 300; round++) {
      const w = world({ frames: FRAMES, buffer, breaks: 'size-frame-or-type' })
      let model = Model.empty(64)
      for (let i = 0; i < 10; i++) {
        for (let k = next(4); k > 0; k--) model = both(w, model, randomOperation(next))
        const image = w.bytes.slice()
        const used = w.frames.inner.usedFrames
        w.reports.length = 0
        w.table.beginTransaction()
        let inner = model
        for (let k = next(8); k > 0; k--) inner = both(w, inner, randomOperation(next))
        expect(w.reports).toEqual([])
        w.table.rollbackTransaction()
        if (!equalBytes(image, w.bytes)) throw new Error(`round ${String(round)}: the image differs`)
        expect(w.frames.inner.usedFrames).toBe(used)
        expect(w.reports).toEqual([])
        checkWorld(w, model)
      }
    }
  })
  it('takes only its own bracket back: 600 random nestings', () => {
    const next = randomFrom(2)
    for (let round = 0; round < 600; round++) {
      const w = world({ frames: FRAMES, buffer })
      let model = Model.empty(64)
      // Models and images at the open brackets; frames that are dropped within one stay until it ends.
      const open: { model: Model; image: Uint8Array }[] = []
      for (let i = 0; i < 30; i++) {
        const dice = next(6)
        if (dice === 0 && open.length < 4) {
          open.push({ model, image: w.bytes.slice() })
          w.table.beginTransaction()
        } else if (dice === 1 && open.length > 0) {
          w.table.commitTransaction()
          open.pop()
        } else if (dice === 2 && open.length > 0) {
          w.table.rollbackTransaction()
          const { model: before, image } = open.pop()!
          model = before
          if (!equalBytes(image, w.bytes)) throw new Error(`round ${String(round)}: the image differs`)
        } else model = both(w, model, randomOperation(next))
        if (open.length === 0) checkWorld(w, model)
        else expect(w.table.tableCount).toBe(1 + model.tables.length)
      }
      while (open.length > 0) {
        w.table.commitTransaction()
        open.pop()
      }
      checkWorld(w, model)
    }
  })
})

describe('a transaction that is committed', () => {
  it('tells once, all that is stale, what is to be broken, and nothing that was not touched: 1500 random sequences', () => {
    let steps = 0
    const next = randomFrom(3)
    for (let round = 0; round < 1500; round++) {
      const w = world({ frames: FRAMES, buffer, breaks: 'size-frame-or-type' })
      let model = Model.empty(64)
      for (let k = next(6); k > 0; k--) model = both(w, model, randomOperation(next))
      w.reports.length = 0
      w.log.length = 0
      w.table.beginTransaction()
      const models = [model]
      const operations: Operation[] = []
      for (let k = 1 + next(6); k > 0; k--) {
        const operation = randomOperation(next)
        operations.push(operation)
        models.push((model = both(w, model, operation)))
      }
      expect(w.reports).toEqual([])
      const log = [...w.log]
      w.table.commitTransaction()
      expect(w.reports.length).toBeLessThanOrEqual(1)
      expect(w.log.slice(log.length).indexOf('told')).toBeLessThanOrEqual(0)
      const { least, most } = boundsOf(models, operations)
      const told = reportedPages(w.reports, 64)
      expect(differing(least, told)).toEqual([])
      expect(differing(told, most)).toEqual([])
      const expected = stepsOf(models)
      expect(reportedSteps(w.reports, 64).toSorted()).toEqual(expected.toSorted())
      steps += expected.length
      checkWorld(w, model)
    }
    expect(steps).toBeGreaterThan(200)
  })
  it('tells nothing where nothing was live', () => {
    const { table, reports } = world()
    table.beginTransaction()
    expect(table.map(vaddrOf(0), 4n * PAGE, pa(0), RW).ok).toBe(true)
    table.commitTransaction()
    expect(reports).toEqual([])
  })
})

describe('pages in a transaction', () => {
  it('go back to the allocator with the rollback, with what was in them before', () => {
    const { table, frames, bytes } = world()
    // Dirt where the next frames will be.
    bytes.fill(0xaa, 4096, 4 * 4096)
    const image = bytes.slice()
    table.beginTransaction()
    const page = table.allocateFrames(1)!
    const run = table.allocateFrames(2)!
    expect([page, run]).toEqual([0x1000n, 0x2000n])
    expect(bytes.subarray(4096, 4 * 4096).every((byte) => byte === 0)).toBe(true)
    table.memory.writeWord(page, 5n)
    table.rollbackTransaction()
    expect(equalBytes(image, bytes)).toBe(true)
    expect(frames.inner.usedFrames).toBe(1)
    expect(table.hasFrames(page, 1)).toBe(false)
  })
  it('are zero again when what was written to them is rolled back', () => {
    const { table, bytes } = world()
    table.beginTransaction()
    table.memory.writeWord(table.allocateFrames(1)!, 5n)
    table.rollbackTransaction()
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  })
  it('are free only after everybody was told, and hold nothing then', () => {
    const { table, frames, log, memory } = world()
    const page = table.allocateFrames(1)!
    memory.writeWord(page, 5n)
    expect(table.map(vaddrOf(0), PAGE, page, RW).ok).toBe(true)
    log.length = 0
    table.beginTransaction()
    expect(table.unmap(vaddrOf(0), PAGE).ok).toBe(true)
    table.freeFrames(page, 1)
    expect(frames.inner.usedFrames).toBe(4)
    expect(log).toEqual([])
    table.commitTransaction()
    expect(log[0]).toBe('told')
    expect(log.filter((line) => line === 'free 1+1')).toHaveLength(1)
    expect(frames.inner.usedFrames).toBe(1)
    expect(memory.readWord(page)).toBe(0n)
  })
  it('that were given back are there again after a rollback', () => {
    const { table, frames } = world()
    const run = table.allocateFrames(4)!
    table.beginTransaction()
    table.freeFrames(pa(run + PAGE), 2)
    expect(table.hasFrames(run, 1)).toBe(true)
    expect(table.hasFrames(pa(run + PAGE), 1)).toBe(false)
    table.rollbackTransaction()
    expect(table.hasFrames(run, 4)).toBe(true)
    table.freeFrames(run, 4)
    expect(frames.inner.usedFrames).toBe(1)
  })
  it('are refused twice, and where they were not allocated here', () => {
    const { table, frames } = world()
    const page = table.allocateFrames(1)!
    const foreign = frames.allocate()!
    const wrong: [PhysAddr, number][] = [
      [foreign, 1],
      [page, 2],
      [page, 0],
      [page, 0.5],
      [page, -1],
      [pa(page + 8n), 1],
      [table.roots[0]!, 1],
      [pa(0x8000_0000), 1],
    ]
    for (const [frame, count] of wrong) expect(() => table.freeFrames(frame, count)).toThrow(RangeError)
    table.beginTransaction()
    table.freeFrames(page, 1)
    expect(() => table.freeFrames(page, 1)).toThrow(RangeError)
    table.commitTransaction()
    expect(() => table.freeFrames(page, 1)).toThrow(RangeError)
    expect(frames.inner.usedFrames).toBe(2)
  })
})

describe('the sink', () => {
  const flags: MappingFlags = RW
  it('must not change the table', () => {
    const caught: unknown[] = []
    const w = world()
    w.reports.push = (...reports) => {
      try {
        w.table.beginTransaction()
      } catch (error) {
        caught.push(error)
      }
      return reports.length
    }
    expect(w.table.map(vaddrOf(0), PAGE, pa(0), flags).ok).toBe(true)
    expect(w.table.unmap(vaddrOf(0), PAGE).ok).toBe(true)
    expect(caught).toEqual([new TypeError('a table must not be changed by its own sink')])
  })
  it('that throws is heard, and the change stands', () => {
    const w = world()
    expect(w.table.map(vaddrOf(0), PAGE, pa(0), flags).ok).toBe(true)
    const { push } = w.reports
    w.reports.push = () => {
      throw new Error('from the sink')
    }
    expect(() => w.table.unmap(vaddrOf(0), PAGE)).toThrow('from the sink')
    w.reports.push = push
    checkWorld(w, Model.empty(64))
    expect(w.table.map(vaddrOf(0), PAGE, pa(0), flags).ok).toBe(true)
  })
})

describe('brackets that do not match', () => {
  it('throw', () => {
    const { table } = world()
    expect(() => table.commitTransaction()).toThrow(TypeError)
    expect(() => table.rollbackTransaction()).toThrow(TypeError)
  })
  it('left open keep a table from being disposed of', () => {
    const { table } = world()
    table.beginTransaction()
    expect(() => table.dispose()).toThrow(TypeError)
    table.rollbackTransaction()
    table.dispose()
  })
})
