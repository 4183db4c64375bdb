// What does it cost to have the physical address of a random one in 1 GiB of small pages, and nothing else?
import { pa, va, type VirtAddr } from '@addrspace/memory-addr'

import { mapPages, newTable, PAGES_IN_GIB, PHYS, randomAddress } from '../page-world.ts'
import type { PageQuestion } from '../question.ts'
import { keep, timed } from '../task.ts'
import { PAGE, Random } from '../workload.ts'

export const translateAddress: PageQuestion = {
  name: 'translate-address',
  title: 'translate a random address to a physical one',
  of: 'page-table',
  sizes: [PAGES_IN_GIB],
  prepare: (format, count, seed) => {
    const random = new Random(seed)
    const table = newTable(format)
    mapPages(table, va(0), BigInt(count) * PAGE, 0)
    const queries: VirtAddr[] = Array.from({ length: 2 ** 16 }, () => randomAddress(count, random))
    const mask = queries.length - 1
    let next = 0
    return {
      items: 1,
      most: Infinity,
      check: (sum) => {
        for (const query of queries) sum.long(table.paddrOf(query, 'read', 'user') ?? 0n)
      },
      run: (operations) => {
        const first = next
        next = (first + operations) & mask
        return timed(() => {
          let mapped = 0
          // The address is looked at, as whoever asks for it does.
          for (let i = first; i < first + operations; i++) if (table.paddrOf(queries[i & mask]!, 'read', 'user') !== LAST) mapped++
          keep(mapped)
        })
      },
    }
  },
}

/** Of the byte that no query hits: behind the mapped memory. */
const LAST = pa(PHYS + (1n << 40n))
