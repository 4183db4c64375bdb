// What does it cost to ask whether the page of an address is free?
import type { VirtAddr } from '@addrspace/memory-addr'
import { va } from '@addrspace/memory-addr'

import type { SetQuestion } from '../question.ts'
import { SetWorld } from '../set-world.ts'
import { keep, timed } from '../task.ts'
import { addressesFor, PAGE } from '../workload.ts'

export const overlapsRandom: SetQuestion = {
  name: 'overlaps-random',
  title: 'overlaps, random pages',
  of: 'set',
  sizes: [16, 100, 1000, 10_000, 100_000, 1_000_000],
  prepare: (newSet, count, seed) => {
    const { set, places, random } = new SetWorld(newSet(), count, seed)
    const ranges = addressesFor(places, random).map((addr): { start: VirtAddr; end: bigint } => {
      const start = va(addr & ~(PAGE - 1n))
      return { start, end: start + PAGE }
    })
    const mask = ranges.length - 1
    let next = 0
    return {
      items: 1,
      most: Infinity,
      check: (sum) => {
        for (const range of ranges) sum.word(set.overlaps(range) ? 1 : 0)
      },
      run: (operations) => {
        const first = next
        next = (first + operations) & mask
        return timed(() => {
          let found = 0
          for (let i = first; i < first + operations; i++) found += set.overlaps(ranges[i & mask]!) ? 1 : 0
          keep(found)
        })
      },
    }
  },
}
