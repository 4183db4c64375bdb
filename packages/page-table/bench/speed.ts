// What the operations of a page table cost on a machine, in nanoseconds per 4 KiB page of a range of
// 1 GiB, and per call for single pages and translations. Absolute figures of one computer: compare them
// only within one run. Each is the median of several repetitions.
//
//   node --conditions=@addrspace/source packages/page-table/bench/speed.ts packages/backend-x86-64/src/index.ts [name of the format]
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pa, va, type VirtAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, PageTable, PhysMemory, READ, unionOf, USER, WRITE, type MappingFlags, type PageTableResult, type PteFormat } from '@addrspace/page-table'

const GIB = 1n << 30n
const PAGES = 2 ** 18
const REPETITIONS = 15
/** No page of the range lies there. */
const NOWHERE = pa(1n << 50n)
const RW = unionOf(READ, WRITE, USER)
const RO = unionOf(READ, USER)

const [file, name] = process.argv.slice(2)
if (file === undefined) throw new Error('expected the module of a machine')
const module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
const format = Object.entries(module).find(([key, value]) => (name ?? key) === key && typeof value === 'object' && value !== null && 'classify' in value)?.[1] as PteFormat<unknown> | undefined
if (format === undefined) throw new Error(`${file} exports no format${name === undefined ? '' : ` ${name}`}`)

let seed = 7

/** An integer in [0, n), the same sequence in every run. */
function random(n: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((seed / 2 ** 32) * n)
}

function must(result: PageTableResult): void {
  if (!result.ok) throw result.error
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Times `run` after `prepare`, over and over; prints nanoseconds per item. */
function measure(label: string, items: number, run: () => void, prepare: () => void = () => {}): void {
  const times: number[] = []
  for (let i = 0; i < REPETITIONS; i++) {
    prepare()
    const start = performance.now()
    run()
    times.push(((performance.now() - start) * 1e6) / items)
  }
  console.log(`${label.padEnd(58)} ${median(times).toFixed(2).padStart(9)}   best ${Math.min(...times).toFixed(2)}`)
}

function newTable(source?: ArrayBuffer): PageTable<unknown> {
  const size = 256n << 20n
  const memory = new PhysMemory({ size, ...(source === undefined ? {} : { source }) })
  return new PageTable({ memory, frames: new BitmapAllocator({ start: pa(0), end: size }), format: format!, invalidations: () => {} })
}

/** All single pages first, so that loops are compiled before they are timed. */
function warmUp(table: PageTable<unknown>): void {
  for (let i = 0; i < 3000; i++) {
    const vaddr = va(BigInt(random(PAGES)) << 12n)
    must(table.map(vaddr, 4096n * BigInt(1 + (i % 3)), pa(0x4000_0000), RW, { maxLeafLevel: 0 }))
    must(table.protect(vaddr, 4096n, RO))
    must(table.unmap(vaddr, 4096n * BigInt(1 + (i % 3))))
  }
}

/** Every other page, so that no two entries are alike in a run. */
function scatter(table: PageTable<unknown>): void {
  for (let i = 0; i < PAGES; i++) must(table.map(va(BigInt(i) << 12n), 4096n, pa((BigInt(PAGES + random(PAGES))) << 12n), i % 2 === 0 ? RW : RO))
}

for (const [store, source] of [
  ['sparse store', undefined],
  ['ArrayBuffer', new ArrayBuffer(256 << 20)],
] as const) {
  console.log(`\n${format.name}, ${store}`)
  const table = newTable(source)
  warmUp(table)
  const start = va(0)
  const map = (): void => must(table.map(start, GIB, pa(GIB), RW, { maxLeafLevel: 0 }))
  const unmap = (): void => must(table.unmap(start, GIB))
  const protect = (flags: MappingFlags): void => must(table.protect(start, GIB, flags))
  let flags = RO
  const isMapped = (): boolean => table.query(start) !== undefined
  measure('map 1 GiB in 4 KiB pages, ns/page', PAGES, map, () => isMapped() && unmap())
  measure('protect 1 GiB', PAGES, () => protect(flags), () => (flags = flags === RO ? RW : RO))
  measure('unmap 1 GiB', PAGES, unmap, () => isMapped() || map())
  map()
  const addresses: VirtAddr[] = Array.from({ length: 200_000 }, () => va((BigInt(random(PAGES)) << 12n) | BigInt(random(4096))))
  let mapped = 0
  measure('translate a random address in 1 GiB, ns', addresses.length, () => {
    for (const vaddr of addresses) {
      const answer = table.translate(vaddr, 'read', 'user')
      // The address is looked at: an answer of which only the kind is would never be made.
      if (answer.kind === 'mapped' && answer.paddr !== NOWHERE) mapped++
    }
  })
  measure('query a random address in 1 GiB, ns', addresses.length, () => {
    for (const vaddr of addresses) if (table.query(vaddr) !== undefined) mapped++
  })
  measure('iterate over 1 GiB, one run, ns/page', PAGES, () => {
    for (const run of table.leaves({ start, end: GIB })) mapped += run.level
  })
  must(table.unmap(start, GIB))
  scatter(table)
  measure('iterate over 1 GiB, every page a run, ns/page', PAGES, () => {
    for (const run of table.leaves({ start, end: GIB })) mapped += run.level
  })
  must(table.unmap(start, GIB))
  // One page in each table keeps it, the last.
  for (let at = (1n << 21n) - 4096n; at < GIB; at += 1n << 21n) must(table.map(va(at), 4096n, pa(0), RW))
  const pages = addresses.slice(0, 20_000).map((vaddr) => va(vaddr & ~0x1f_ffffn))
  measure('map and unmap a single page, ns for both', pages.length, () => {
    for (const vaddr of pages) {
      must(table.map(vaddr, 4096n, pa(GIB), RW))
      must(table.unmap(vaddr, 4096n))
    }
  })
  must(table.unmap(start, GIB, { holes: 'skip' }))
  measure('the same, with three tables made and dropped', pages.length, () => {
    for (const vaddr of pages) {
      must(table.map(vaddr, 4096n, pa(GIB), RW))
      must(table.unmap(vaddr, 4096n))
    }
  })
  measure('map 1 GiB as one transaction of 2 MiB pieces, ns/page', PAGES, () => {
    table.beginTransaction()
    for (let at = 0n; at < GIB; at += 1n << 21n) must(table.map(va(at), 1n << 21n, pa(GIB + at), RW, { maxLeafLevel: 0 }))
    table.rollbackTransaction()
  })
  if (mapped < 0) throw new Error('nothing was read')
}
