// How many bytes of heap does an area take, arrays outside of it included?
import { unwrap } from '@addrspace/memory-set'

import { CountingBackend, type AreaSet } from '../area-set.ts'
import type { Figure, SetQuestion } from '../question.ts'
import { layOut, Random } from '../workload.ts'

export const heap: SetQuestion = {
  name: 'heap',
  title: 'heap per area',
  of: 'set',
  unit: 'bytes',
  sizes: [1000, 10_000, 100_000, 1_000_000],
  prepare: (newSet, count, seed): Figure => {
    const places = layOut(count, new Random(seed))
    const backend = new CountingBackend()
    const build = (): AreaSet => {
      const set = newSet()
      for (const { start, size, flags } of places) unwrap(set.map(start, size, flags, backend))
      return set
    }
    // Compiled code is on the heap too; with several small sets what is compiled late does not count.
    build()
    const before = inUse()
    const sets = Array.from({ length: Math.max(1, Math.floor(100_000 / count)) }, build)
    const after = inUse()
    // Asked afterwards, so that none can be collected before.
    if (sets.some(({ size }) => size !== count)) throw new Error(`expected sets of ${String(count)} areas`)
    return { figure: (after - before) / (count * sets.length) }
  },
}

function inUse(): number {
  if (globalThis.gc === undefined) throw new Error('expected --expose-gc')
  // Twice: what the first one finds dead, arrays outside of the heap included, is gone after the second.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
