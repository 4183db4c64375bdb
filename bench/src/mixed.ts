// One program that uses everything: sets over all kinds of backends, and the page tables of all machines.
// What is measured afterwards has met calls of many shapes.
import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import { pa, va } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingBackend } from '@addrspace/memory-set'
import type { MappingFlags, PageTable } from '@addrspace/page-table'

import { Checksum } from './checksum.ts'
import { MACHINES } from './machines.ts'
import { newTable, RO, RW } from './page-world.ts'
import { QUESTIONS } from './questions.ts'
import { sample } from './task.ts'
import { PAGE } from './workload.ts'

const TURNS = 200
const AREAS = 32
const PAGES = 2 ** 10
/** Milliseconds for each machine's question. */
const TIME = 5

export function useEverything(): void {
  for (let turn = 0; turn < 2; turn++) {
    useBackends()
    for (const format of Object.values(MACHINES)) {
      for (const question of QUESTIONS) {
        if (question.of !== 'page-table') continue
        const task = question.prepare(format, PAGES, turn)
        task.check(new Checksum())
        sample(task, TIME)
      }
    }
  }
}

function useBackends(): void {
  const nothing = new MemorySet<number, undefined>({ pageTable: undefined })
  const mock = new MemorySet<number, MockPageTable>({ pageTable: new MockPageTable() })
  const paged = Object.values(MACHINES).map((format) => new MemorySet<MappingFlags, PageTable<unknown>>({ pageTable: newTable(format), merge: 'equal-neighbours' }))
  const linear = new LinearBackend<unknown>(va(0), pa(0))
  for (let turn = 0; turn < TURNS; turn++) {
    use(nothing, new NullBackend(), 1, 3)
    use(mock, new MockBackend(), 1, 3)
    for (const set of paged) {
      use(set, linear, RW, RO)
      for (const when of ['eager', 'demand'] as const) use(set, new FrameBackend<unknown>({ when }), RW, RO)
    }
  }
}

/** Maps, finds, protects, unmaps; the set is empty afterwards. */
function use<F, P>(set: MemorySet<F, P>, backend: MappingBackend<F, P>, before: F, after: F): void {
  for (let i = 0; i < AREAS; i++) unwrap(set.map(va(BigInt(i) * 4n * PAGE), 3n * PAGE, before, backend))
  for (let i = 0; i < AREAS; i++) {
    const middle = va(BigInt(i) * 4n * PAGE + PAGE)
    if (set.find(middle)?.flags !== before || !set.overlaps({ start: middle, end: middle + 1n })) throw new Error('expected an area')
    unwrap(set.protect(middle, PAGE, () => after))
    unwrap(set.unmap(middle, PAGE))
  }
  if (set.findFreeArea(PAGE, { align: PAGE }) !== PAGE) throw new Error('expected the first hole')
  let count = 0
  for (const area of set) if (area.flags === before) count++
  if (count !== 2 * AREAS) throw new Error(`expected ${String(2 * AREAS)} areas, got ${String(count)}`)
  unwrap(set.clear())
}
