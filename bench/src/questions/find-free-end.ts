// What does it cost to find free space where only the end fits, behind the last area of the lower half?
import { va } from '@addrspace/memory-addr'

import type { SetQuestion } from '../question.ts'
import { SetWorld } from '../set-world.ts'
import { keep, timed } from '../task.ts'
import { PAGE } from '../workload.ts'

const LARGER_THAN_ANY_GAP = 1n << 30n
const LIMIT = { start: va(0), end: 1n << 47n }
const OPTIONS = { hint: 0x40_0000n, limit: LIMIT, align: PAGE }

export const findFreeEnd: SetQuestion = {
  name: 'find-free-end',
  title: 'find free, only the end fits',
  of: 'set',
  sizes: [16, 100, 1000, 10_000, 100_000, 1_000_000],
  prepare: (newSet, count, seed) => {
    const { set } = new SetWorld(newSet(), count, seed)
    return {
      items: 1,
      most: Infinity,
      check: (sum) => sum.long(set.findFreeArea(LARGER_THAN_ANY_GAP, OPTIONS)!),
      run: (operations) =>
        timed(() => {
          let found = 0
          for (let i = 0; i < operations; i++) found += set.findFreeArea(LARGER_THAN_ANY_GAP, OPTIONS) === undefined ? 0 : 1
          keep(found)
        }),
    }
  },
}
