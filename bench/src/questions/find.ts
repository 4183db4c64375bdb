// Looks addresses up; shared by the questions that differ in their order.
import type { AreaSet } from '../area-set.ts'
import { SetWorld } from '../set-world.ts'
import { keep, timed, type Task } from '../task.ts'
import { addressesFor } from '../workload.ts'
import { va } from '@addrspace/memory-addr'

export function findTask(newSet: () => AreaSet, count: number, seed: number, order: 'random' | 'ascending'): Task {
  const world = new SetWorld(newSet(), count, seed)
  const { set } = world
  const drawn = addressesFor(world.places, world.random)
  // Sorted bigints would lie scattered in the heap: made anew, they lie in the order of the queries.
  const queries = order === 'random' ? drawn : Array.from(BigUint64Array.from(drawn).sort(), (addr) => va(addr))
  const mask = queries.length - 1
  let next = 0
  return {
    items: 1,
    most: Infinity,
    check: (sum) => {
      world.hash(sum)
      for (const query of queries) {
        const area = set.find(query)
        if (area === undefined) sum.word(99)
        else {
          sum.long(area.start)
          sum.word(area.flags)
        }
      }
    },
    run: (operations) => {
      const first = next
      next = (first + operations) & mask
      return timed(() => {
        let found = 0
        for (let i = first; i < first + operations; i++) found += set.find(queries[i & mask]!)?.flags ?? 0
        keep(found)
      })
    },
  }
}
