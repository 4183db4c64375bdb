// What the operations of a set cost at 16 to 1,000,000 areas, in nanoseconds, and how much heap an
// area takes. Absolute figures of one machine: compare them only within one run. Each is the median
// of several repetitions; a backend that does nothing keeps the page table out of it.
//
//   node --conditions=@addrspace/source --expose-gc packages/memory-set/bench/speed.ts [N,N,…]
import type { VirtAddr } from '@addrspace/memory-addr'
import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'

const PAGE = 4096n
const SIZES = (process.argv[2] ?? '16,100,1000,10000,100000,1000000').split(',').map(Number)
const REPETITIONS = 9

class Accepting {
  map(): boolean {
    return true
  }
  unmap(): boolean {
    return true
  }
  protect(): boolean {
    return true
  }
}

interface World {
  readonly set: MemorySet<number, undefined>
  readonly backend: Accepting
  readonly starts: VirtAddr[]
  readonly sizes: bigint[]
}

let seed = 7

/** An integer in [0, n), from a linear congruential generator: the same sequence in every run. */
function random(n: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((seed / 2 ** 32) * n)
}

/** Areas of 3 to 32 pages, gaps of 1 to 8, a jump every 64 areas; the last eighth in the upper half. */
function layOut(count: number): Pick<World, 'starts' | 'sizes'> {
  const starts: VirtAddr[] = []
  const sizes: bigint[] = []
  let at = 0x40_0000n
  for (let i = 0; i < count; i++) {
    if (i === Math.floor((count * 7) / 8)) at = 0xffff_8000_0000_0000n
    at += BigInt(1 + random(8)) * PAGE
    if (i % 64 === 63) at += 1n << 24n
    const size = BigInt(3 + random(30)) * PAGE
    starts.push(va(at))
    sizes.push(size)
    at += size
  }
  return { starts, sizes }
}

function build(count: number): World & { readonly heapPerArea: number } {
  const { starts, sizes } = layOut(count)
  const backend = new Accepting()
  const before = heapInUse()
  const set = new MemorySet<number, undefined>({ pageTable: undefined })
  for (let i = 0; i < count; i++) unwrap(set.map(starts[i]!, sizes[i]!, random(8), backend))
  return { set, backend, starts, sizes, heapPerArea: (heapInUse() - before) / count }
}

function heapInUse(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Nanoseconds per call: the median of several loops, after a warm-up. */
function cost(calls: number, call: (i: number) => void): number {
  const loop = (): void => {
    for (let i = 0; i < calls; i++) call(i)
  }
  loop()
  loop()
  const times: number[] = []
  for (let r = 0; r < REPETITIONS; r++) {
    const start = performance.now()
    loop()
    times.push(((performance.now() - start) * 1e6) / calls)
  }
  return times.sort((a, b) => a - b)[REPETITIONS >> 1]!
}

let sink = 0

function measure({ set, backend, starts, sizes }: World): Record<string, number> {
  const queries = Array.from({ length: starts.length >= 100_000 ? 2 ** 18 : 2 ** 14 }, () => {
    const i = random(starts.length)
    return random(8) === 0 ? va(starts[i]! - 1n) : va(starts[i]! + BigInt(random(Number(sizes[i]))))
  })
  const ranges = queries.map((start) => ({ start, end: start + PAGE }))
  const ascending = [...queries].sort((a, b) => (a < b ? -1 : 1))
  const middles = Array.from({ length: 2 ** 14 }, () => {
    const i = random(starts.length)
    return va(starts[i]! + (sizes[i]! / (2n * PAGE)) * PAGE)
  })
  const ends = Array.from({ length: 2 ** 14 }, () => {
    const i = random(starts.length)
    return va(starts[i]! + sizes[i]!)
  })
  const mask = queries.length - 1
  const limit = { start: 0n, end: 1n << 47n }
  return {
    'find': cost(100_000, (i) => void (sink += set.find(queries[i & mask]!)?.flags ?? 0)),
    'find ascending': cost(100_000, (i) => void (sink += set.find(ascending[i & mask]!)?.flags ?? 0)),
    'overlaps': cost(100_000, (i) => void (sink += set.overlaps(ranges[i & mask]!) ? 1 : 0)),
    'map + unmap': cost(30_000, (i) => {
      const at = ends[i % ends.length]!
      unwrap(set.map(at, PAGE, 3, backend))
      unwrap(set.unmap(at, PAGE))
    }),
    'free, end fits': cost(30_000, () => void (sink += set.findFreeArea(1n << 40n, { limit, align: PAGE }) === undefined ? 0 : 1)),
    'free from hint': cost(30_000, (i) => void (sink += set.findFreeArea(8n * PAGE, { hint: queries[i & mask]!, align: PAGE }) === undefined ? 0 : 1)),
    'snapshot': cost(30_000, () => set.snapshot().dispose()),
    'unmap middle': costOfSplit((at) => unwrap(set.unmap(at, PAGE)), { set, backend, starts, sizes }, middles),
    'protect page': cost(30_000, (i) => unwrap(set.protect(middles[i % middles.length]!, PAGE, (flags) => flags ^ 1))),
  }
}

/** The first cut of each of many areas, undone outside the measured time. */
function costOfSplit(split: (at: VirtAddr) => void, { set, backend }: World, middles: readonly VirtAddr[]): number {
  const cuts = [...new Set(middles)].slice(0, 4096)
  const times: number[] = []
  for (let r = 0; r < REPETITIONS + 2; r++) {
    const areas = cuts.map((at) => set.find(at)!)
    const start = performance.now()
    for (const at of cuts) split(at)
    times.push(((performance.now() - start) * 1e6) / cuts.length)
    for (const { start: at, size, flags } of areas) unwrap(set.map(at, size, flags, backend, { onOverlap: 'replace' }))
  }
  return times.slice(2).sort((a, b) => a - b)[REPETITIONS >> 1]!
}

const table: Record<string, Record<string, string>> = {}
for (const count of SIZES) {
  const world = build(count)
  const figures = measure(world)
  for (const [operation, ns] of Object.entries(figures)) (table[operation] ??= {})[count] = ns.toFixed(0)
  ;(table['bytes per area'] ??= {})[count] = globalThis.gc === undefined ? '--expose-gc' : world.heapPerArea.toFixed(0)
}
console.log(`ns per operation by number of areas, Node ${process.version}`)
console.table(table)
if (sink === 0) console.log('nothing was found')
