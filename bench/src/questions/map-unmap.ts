// What does it cost to map the page behind an area, and to unmap it?
import { va } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'

import type { SetQuestion } from '../question.ts'
import { SetWorld } from '../set-world.ts'
import { timed } from '../task.ts'
import { checkedOperations, endOf, PAGE } from '../workload.ts'

export const mapUnmap: SetQuestion = {
  name: 'map-unmap',
  title: 'map one page, unmap it',
  of: 'set',
  sizes: [16, 100, 1000, 10_000, 100_000, 1_000_000],
  prepare: (newSet, count, seed) => {
    const world = new SetWorld(newSet(), count, seed)
    const { set, places, random, backend } = world
    const starts = Array.from({ length: 2 ** 14 }, () => va(endOf(places[random.below(count)]!)))
    const mask = starts.length - 1
    let next = 0
    return {
      items: 1,
      most: Infinity,
      check: (sum) => {
        for (const start of starts.slice(0, checkedOperations(count))) {
          unwrap(set.map(start, PAGE, 3, backend))
          sum.word(set.find(start)!.flags)
          unwrap(set.unmap(start, PAGE))
        }
        world.hash(sum)
      },
      run: (operations) => {
        const first = next
        next = (first + operations) & mask
        return timed(() => {
          for (let i = first; i < first + operations; i++) {
            const start = starts[i & mask]!
            unwrap(set.map(start, PAGE, 3, backend))
            unwrap(set.unmap(start, PAGE))
          }
        })
      },
    }
  },
}
