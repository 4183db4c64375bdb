// One operation on the whole of a range: mapped into new tables, protected to and fro, or unmapped.
import { va, type VirtAddr } from '@addrspace/memory-addr'
import type { PteFormat } from '@addrspace/page-table'

import { hashQuery, LARGE, mapPages, must, newTable, randomAddress, RO, RW } from '../page-world.ts'
import { timed, type Task } from '../task.ts'
import { PAGE, Random } from '../workload.ts'

const MOST_PAGES = 2 ** 20
const CHECKED = 1024

export function wholeRangeTask(format: PteFormat<unknown>, count: number, seed: number, verb: 'map' | 'protect' | 'unmap', level: 0 | 1): Task {
  const random = new Random(seed)
  const table = newTable(format)
  const start = va(0)
  const size = BigInt(count) * (level === 0 ? PAGE : LARGE)
  let flags = RW
  const map = (): void => mapPages(table, start, size, level)
  const unmap = (): void => must(table.unmap(start, size))
  const protect = (): void => {
    flags = flags === RW ? RO : RW
    must(table.protect(start, size, flags))
  }
  if (verb === 'protect') map()
  return {
    items: count,
    most: Infinity,
    check: (sum) => {
      if (verb === 'protect') protect()
      else map()
      const pages = Math.min(Number(size / PAGE), MOST_PAGES)
      const queries: VirtAddr[] = Array.from({ length: CHECKED }, () => randomAddress(pages, random))
      for (const query of queries) hashQuery(table, query, sum)
      if (verb === 'unmap') {
        unmap()
        for (const query of queries) hashQuery(table, query, sum)
      } else if (verb === 'map') unmap()
    },
    run: (operations) => {
      let spent = 0
      for (let i = 0; i < operations; i++) {
        if (verb === 'protect') spent += timed(protect)
        else if (verb === 'map') {
          spent += timed(map)
          unmap()
        } else {
          map()
          spent += timed(unmap)
        }
      }
      return spent
    },
  }
}
