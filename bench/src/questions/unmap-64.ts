// What does it cost to unmap a range over 64 areas? They are mapped again off the clock.
import { unwrap } from '@addrspace/memory-set'

import type { SetQuestion } from '../question.ts'
import { SetWorld } from '../set-world.ts'
import { timed } from '../task.ts'
import { endOf } from '../workload.ts'

const NEIGHBOURS = 64

export const unmap64: SetQuestion = {
  name: 'unmap-64',
  title: 'unmap a range over 64 areas',
  of: 'set',
  sizes: [1000, 10_000, 100_000],
  prepare: (newSet, count, seed) => {
    const world = new SetWorld(newSet(), count, seed)
    const { set, random } = world
    const last = Math.floor((count * 7) / 8) - NEIGHBOURS
    const runs = Array.from({ length: 2 ** 10 }, () => {
      const first = random.below(last + 1)
      const places = world.places.slice(first, first + NEIGHBOURS)
      const { start } = places[0]!
      return { places, start, size: endOf(places[NEIGHBOURS - 1]!) - start }
    })
    let next = 0
    return {
      items: 1,
      most: Infinity,
      check: (sum) => {
        const { places, start, size } = runs[0]!
        unwrap(set.unmap(start, size))
        world.hash(sum)
        world.mend(places)
        world.hash(sum)
      },
      run: (operations) => {
        let spent = 0
        for (let i = 0; i < operations; i++) {
          const { places, start, size } = runs[next++ % runs.length]!
          spent += timed(() => unwrap(set.unmap(start, size)))
          world.mend(places)
        }
        return spent
      },
    }
  },
}
