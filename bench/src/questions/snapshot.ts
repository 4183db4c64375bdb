// What does it cost to take a snapshot, and to release it?
import type { MemorySetQuestion } from '../question.ts'
import { SetWorld } from '../set-world.ts'
import { timed } from '../task.ts'

export const snapshot: MemorySetQuestion = {
  name: 'snapshot',
  title: 'snapshot and its release',
  of: 'memory-set',
  sizes: [1000, 100_000],
  prepare: (newSet, count, seed) => {
    const { set } = new SetWorld(newSet(), count, seed)
    return {
      items: 1,
      most: Infinity,
      check: (sum) => {
        const view = set.snapshot()
        sum.word(view.size)
        view.dispose()
      },
      run: (operations) =>
        timed(() => {
          for (let i = 0; i < operations; i++) set.snapshot().dispose()
        }),
    }
  },
}
