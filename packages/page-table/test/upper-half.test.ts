// Address spaces that share their upper half, as processes share a kernel: one root whose upper
// entries are the same in all, or a second root that is the same.
import { pa, va } from '@addrspace/memory-addr'
import { PageTable, READ, unionOf, WRITE } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { ToyFormat, type ToyControls } from './support/toy-format.ts'
import { PAGE, reasonOf, told, vaddrOf, worldOf } from './support/world.ts'

const RW = unionOf(READ, WRITE)

describe.each(['sign-extended', 'two-roots'] as const)('a shared upper half, %s', (halves) => {
  const format = new ToyFormat({ halves })
  const upper = halves === 'two-roots' ? 64 : 32
  const at = (page: number): ReturnType<typeof vaddrOf> => vaddrOf(page, halves)

  function kernelAndProcess(prepare?: (kernel: PageTable<ToyControls>) => void) {
    const kernel = worldOf(format)
    prepare?.(kernel.table)
    const { memory, frames } = kernel
    const process = new PageTable({ memory, frames, format, invalidations: (report) => kernel.reports.push(report), upperHalfOf: kernel.table })
    return { ...kernel, kernel: kernel.table, process }
  }

  it('shows what was mapped before and what is mapped later, from either side', () => {
    const { kernel, process } = kernelAndProcess((table) => {
      expect(table.map(at(upper), PAGE, pa(0x5000), RW).ok).toBe(true)
    })
    expect(process.query(at(upper))?.paddr).toBe(0x5000n)
    expect(kernel.map(at(upper + 20), PAGE, pa(0x6000), RW).ok).toBe(true)
    expect(process.query(at(upper + 20))?.paddr).toBe(0x6000n)
    expect(process.map(at(upper + 8), 4n * PAGE, pa(0x1_0000), RW).ok).toBe(true)
    expect(kernel.query(at(upper + 11))?.paddr).toBe(0x1_3000n)
    expect(process.unmap(at(upper), PAGE).ok).toBe(true)
    expect(kernel.query(at(upper))).toBeUndefined()
  })

  it('does not share the lower half', () => {
    const { kernel, process } = kernelAndProcess()
    expect(process.map(at(1), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(kernel.query(at(1))).toBeUndefined()
  })

  it('outlives the one that shares it, tables included that it made', () => {
    const { kernel, process, frames } = kernelAndProcess()
    const used = frames.inner.usedFrames
    expect(process.map(at(upper + 1), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(process.map(at(1), PAGE, pa(0x6000), RW).ok).toBe(true)
    process.dispose()
    expect(kernel.query(at(upper + 1))?.paddr).toBe(0x5000n)
    expect(kernel.unmap(at(upper + 1), PAGE).ok).toBe(true)
    expect(frames.inner.usedFrames).toBe(used - 1)
  })

  it('outlives the one that it was taken from', () => {
    const { kernel, process, frames } = kernelAndProcess()
    expect(kernel.map(at(upper + 1), PAGE, pa(0x5000), RW).ok).toBe(true)
    kernel.dispose()
    expect(process.query(at(upper + 1))?.paddr).toBe(0x5000n)
    process.dispose()
    expect(frames.inner.usedFrames).toBe(0)
  })

  it('takes a leaf of the largest size where nothing is mapped', () => {
    const { kernel, process } = kernelAndProcess()
    expect(reasonOf(kernel.map(at(upper), 16n * PAGE, pa(0), RW))).toBe('ok')
    expect(process.query(at(upper + 15))?.paddr).toBe(0xf000n)
    expect(reasonOf(process.unmap(at(upper), 16n * PAGE))).toBe('ok')
    expect(kernel.query(at(upper + 15))).toBeUndefined()
    expect(reasonOf(process.map(at(upper), 16n * PAGE, pa(0), RW))).toBe('ok')
  })

  it('goes on to be one after a largest leaf was there before and is changed', () => {
    const { kernel, process } = kernelAndProcess((table) => {
      expect(table.map(at(upper), 32n * PAGE, pa(0), RW).ok).toBe(true)
    })
    expect(kernel.unmap(at(upper), 16n * PAGE).ok).toBe(true)
    expect(process.query(at(upper))).toBeUndefined()
    expect(process.protect(at(upper + 16), 16n * PAGE, READ).ok).toBe(true)
    expect(kernel.query(at(upper + 31))?.flags).toBe(READ)
  })

  it('reports what is stale once, to the sink of whoever made the change', () => {
    const { kernel, process, reports } = kernelAndProcess()
    expect(kernel.map(at(upper + 1), PAGE, pa(0x5000), RW).ok).toBe(true)
    reports.length = 0
    expect(process.unmap(at(upper + 1), PAGE).ok).toBe(true)
    expect(told(reports)).toEqual([`0x${at(upper + 1).toString(16)}+0x1000`])
  })

  it('is rolled back by whoever began', () => {
    const { kernel, process, frames } = kernelAndProcess()
    const used = frames.inner.usedFrames
    process.beginTransaction()
    expect(process.map(at(upper + 1), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(kernel.query(at(upper + 1))?.paddr).toBe(0x5000n)
    process.rollbackTransaction()
    expect(kernel.query(at(upper + 1))).toBeUndefined()
    expect(frames.inner.usedFrames).toBe(used)
    expect(kernel.map(at(upper + 1), PAGE, pa(0x5000), RW).ok).toBe(true)
  })

  it('can be handed on', () => {
    const { kernel, process, memory, frames } = kernelAndProcess()
    const child = new PageTable({ memory, frames, format, invalidations: () => {}, upperHalfOf: process })
    process.dispose()
    expect(child.map(at(upper + 1), PAGE, pa(0x5000), RW).ok).toBe(true)
    expect(kernel.query(at(upper + 1))?.paddr).toBe(0x5000n)
    child.dispose()
    kernel.dispose()
    expect(frames.inner.usedFrames).toBe(0)
  })

  it('is refused while the other is within a transaction, from another machine, memory or allocator', () => {
    const { kernel, memory, frames } = kernelAndProcess()
    const options = { memory, frames, format, invalidations: () => {}, upperHalfOf: kernel }
    expect(() => new PageTable({ ...options, format: new ToyFormat({ halves }) })).toThrow(TypeError)
    expect(() => new PageTable({ ...options, memory: worldOf(format).memory })).toThrow(TypeError)
    expect(() => new PageTable({ ...options, frames: worldOf(format).frames })).toThrow(TypeError)
    kernel.beginTransaction()
    expect(() => new PageTable(options)).toThrow(TypeError)
    kernel.commitTransaction()
  })

  it('lets pages that one allocated be given back by any of them, but once', () => {
    const { kernel, process, frames } = kernelAndProcess()
    const used = frames.inner.usedFrames
    const page = kernel.allocateFrames(2)!
    expect(process.hasFrames(page, 2)).toBe(true)
    process.freeFrames(page, 1)
    expect([kernel.hasFrames(page, 1), kernel.hasFrames(page, 2)]).toEqual([false, false])
    expect(() => kernel.freeFrames(page, 1)).toThrow(RangeError)
    kernel.dispose()
    expect(process.hasFrames(pa(page + PAGE), 1)).toBe(true)
    process.freeFrames(pa(page + PAGE), 1)
    expect(frames.inner.usedFrames).toBeLessThanOrEqual(used)
    process.dispose()
    expect(frames.inner.usedFrames).toBe(0)
  })

  it('keeps pages that were allocated in an open transaction from being given back by others', () => {
    const { kernel, process, frames } = kernelAndProcess()
    const used = frames.inner.usedFrames
    const before = process.allocateFrames(1)!
    kernel.beginTransaction()
    const [rolledBack, kept] = [kernel.allocateFrames(1)!, kernel.allocateFrames(2)!]
    expect([kernel.hasFrames(rolledBack, 1), process.hasFrames(rolledBack, 1)]).toEqual([true, false])
    expect(process.hasFrames(pa(kept + PAGE), 1)).toBe(false)
    expect(() => process.freeFrames(rolledBack, 1)).toThrow(RangeError)
    process.freeFrames(before, 1)
    kernel.rollbackTransaction()
    expect(frames.inner.usedFrames).toBe(used)
    kernel.beginTransaction()
    const page = kernel.allocateFrames(1)!
    kernel.commitTransaction()
    process.freeFrames(page, 1)
    expect(frames.inner.usedFrames).toBe(used)
  })

  it('is not changed by one while it is within a transaction of another, whose rollback would lose that', () => {
    const { kernel, process, frames } = kernelAndProcess((table) => {
      expect(table.map(at(upper), PAGE, pa(0x5000), RW).ok).toBe(true)
    })
    const used = frames.inner.usedFrames
    const busy = new TypeError('the shared upper half must not be changed: it is within a transaction of another table')
    kernel.beginTransaction()
    // What the kernel has not touched yet, its rollback does not touch.
    expect(process.map(at(upper + 1), PAGE, pa(0x6000), RW).ok).toBe(true)
    expect(kernel.map(at(upper + 2), PAGE, pa(0x7000), RW).ok).toBe(true)
    expect(() => process.map(at(upper + 3), PAGE, pa(0x6000), RW)).toThrow(busy)
    expect(() => process.unmap(at(upper + 1), PAGE)).toThrow(busy)
    expect(() => process.protect(at(upper + 1), PAGE, READ)).toThrow(busy)
    expect(() => process.remap(at(upper + 1), pa(0x9000))).toThrow(busy)
    expect(process.query(at(upper + 2))?.paddr).toBe(0x7000n)
    expect(process.map(at(1), PAGE, pa(0x6000), RW).ok).toBe(true)
    expect(process.unmap(at(1), PAGE).ok).toBe(true)
    kernel.rollbackTransaction()
    expect([process.query(at(upper + 1))?.paddr, process.query(at(upper + 2))]).toEqual([0x6000n, undefined])
    expect(process.map(at(upper + 3), PAGE, pa(0x6000), RW).ok).toBe(true)
    process.beginTransaction()
    process.beginTransaction()
    expect(process.unmap(at(upper + 3), PAGE).ok).toBe(true)
    process.commitTransaction()
    expect(() => kernel.unmap(at(upper + 1), PAGE)).toThrow(busy)
    process.commitTransaction()
    expect(kernel.unmap(at(upper + 1), PAGE).ok).toBe(true)
    expect(frames.inner.usedFrames).toBe(used)
  })

  it('leaves nothing behind where there are not enough frames', () => {
    for (let free = 0; free < 4; free++) {
      const { frames, memory, table: kernel, bytes } = worldOf(format)
      expect(kernel.map(at(0), PAGE, pa(0x5000), RW).ok).toBe(true)
      frames.failsAfter = frames.allocations + free
      const image = bytes.slice()
      const used = frames.inner.usedFrames
      try {
        const process = new PageTable({ memory, frames, format, invalidations: () => {}, upperHalfOf: kernel })
        process.dispose()
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
        expect(frames.inner.usedFrames).toBe(used)
        expect(Buffer.compare(image, bytes)).toBe(0)
      }
      frames.failsAfter = Infinity
      kernel.dispose()
      expect(frames.inner.usedFrames).toBe(0)
    }
  })
})

describe('an upper half with an illegal entry', () => {
  it('is not shared', () => {
    const format = new ToyFormat()
    const { table, memory, frames } = worldOf(format)
    memory.writeWord(pa(table.roots[0]! + 24n), 3n)
    expect(() => new PageTable({ memory, frames, format, invalidations: () => {}, upperHalfOf: table })).toThrow(RangeError)
    expect(table.map(va(0), PAGE, pa(0), RW).ok).toBe(true)
  })
})

describe('the frames that sharing takes', () => {
  it('are a table for every top-level entry of the half that has none, and those that lack are told', () => {
    const format = new ToyFormat()
    const make = (allocatable: number): (() => unknown) => {
      const { table, memory, frames } = worldOf(format, { allocatable })
      expect(table.map(vaddrOf(32), 16n * PAGE, pa(0), RW).ok).toBe(true)
      return () => new PageTable({ memory, frames, format, invalidations: () => {}, upperHalfOf: table })
    }
    expect(make(4)).not.toThrow()
    expect(make(3)).toThrow(new RangeError('"frames" must have free frames in the memory: 2 tables of the shared upper half are needed, 1 frame is free'))
  })
  it('are asked for no more where the half is shared already', () => {
    const format = new ToyFormat()
    const { table, memory, frames } = worldOf(format, { allocatable: 5 })
    const share = (): PageTable<ToyControls> => new PageTable({ memory, frames, format, invalidations: () => {}, upperHalfOf: table })
    share()
    share()
    expect(frames.inner.freeFrames).toBe(0)
    expect(share).toThrow(new RangeError('"frames" must have free frames in the memory: no frame is left for the root'))
  })
})
