// Maps and unmaps a few pages at random places; the last page of every table stays mapped, and with it the tables.
import { va } from '@addrspace/memory-addr'
import type { PteFormat } from '@addrspace/page-table'

import { hashQuery, mapPages, must, newTable } from '../page-world.ts'
import { timed, type Task } from '../task.ts'
import { PAGE, Random } from '../workload.ts'

const CHECKED = 512

export function pieceTask(format: PteFormat<unknown>, pages: number, seed: number, piece: number): Task {
  const random = new Random(seed)
  const table = newTable(format)
  for (let i = 511; i < pages; i += 512) mapPages(table, va(BigInt(i) * PAGE), PAGE, 0)
  const starts = Array.from({ length: 2 ** 14 }, () => {
    const at = random.below(Math.floor(pages / piece)) * piece
    return va(BigInt((at % 512) + piece > 511 ? at - piece : at) * PAGE)
  })
  const size = BigInt(piece) * PAGE
  const mask = starts.length - 1
  let next = 0
  return {
    items: 1,
    most: Infinity,
    check: (sum) => {
      for (const start of starts.slice(0, CHECKED)) {
        mapPages(table, start, size, 0)
        hashQuery(table, va(start + size - 1n), sum)
        must(table.unmap(start, size))
        hashQuery(table, start, sum)
      }
    },
    run: (operations) => {
      const first = next
      next = (first + operations) & mask
      return timed(() => {
        for (let i = first; i < first + operations; i++) {
          const start = starts[i & mask]!
          mapPages(table, start, size, 0)
          must(table.unmap(start, size))
        }
      })
    },
  }
}
