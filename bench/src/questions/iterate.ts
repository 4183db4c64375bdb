// What does an area cost in a `for … of` over all of them?
import type { SetQuestion } from '../question.ts'
import { SetWorld } from '../set-world.ts'
import { keep, timed } from '../task.ts'

export const iterate: SetQuestion = {
  name: 'iterate',
  title: 'iterate with for … of, per area',
  of: 'set',
  sizes: [1000, 100_000],
  prepare: (newSet, count, seed) => {
    const world = new SetWorld(newSet(), count, seed)
    const { set } = world
    return {
      items: count,
      most: Infinity,
      check: (sum) => world.hash(sum),
      run: (operations) =>
        timed(() => {
          let flags = 0
          for (let i = 0; i < operations; i++) for (const area of set) flags += area.flags
          keep(flags)
        }),
    }
  },
}
