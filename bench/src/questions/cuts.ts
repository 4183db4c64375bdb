// Does something to the page in the middle of areas, which cuts them; the cuts are mended off the clock.
import type { VirtAddr } from '@addrspace/memory-addr'

import type { AreaSet } from '../area-set.ts'
import { SetWorld } from '../set-world.ts'
import { timed, type Task } from '../task.ts'
import { checkedOperations, choose, cutsAtOnce, middleOf, PAGE } from '../workload.ts'

export function cutTask(newSet: () => AreaSet, count: number, seed: number, cut: (set: AreaSet, page: VirtAddr) => void): Task {
  const world = new SetWorld(newSet(), count, seed)
  const { set } = world
  const fitting = choose(world.places, 2 ** 14, world.random, ({ size }) => size >= 3n * PAGE)
  const atOnce = Math.min(cutsAtOnce(count), fitting.length)
  const places = fitting.slice(0, Math.floor(fitting.length / atOnce) * atOnce)
  const pages = places.map(middleOf)
  let next = 0
  return {
    items: 1,
    most: atOnce,
    check: (sum) => {
      const checked = Math.min(checkedOperations(count), atOnce)
      for (const page of pages.slice(0, checked)) cut(set, page)
      world.hash(sum)
      world.mend(places.slice(0, checked))
      world.hash(sum)
    },
    run: (operations) => {
      const first = next + operations > places.length ? 0 : next
      next = first + operations
      const spent = timed(() => {
        for (let i = first; i < first + operations; i++) cut(set, pages[i]!)
      })
      world.mend(places.slice(first, next))
      return spent
    },
  }
}
