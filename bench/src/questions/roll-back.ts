// What does it cost to remember a set, map a page, and roll back?
import { va } from '@addrspace/memory-addr'
import { MappingError, unwrap, type MappingResult } from '@addrspace/memory-set'

import type { MemorySetQuestion } from '../question.ts'
import { SetWorld } from '../set-world.ts'
import { keep, timed } from '../task.ts'
import { endOf, PAGE } from '../workload.ts'

export const rollBack: MemorySetQuestion = {
  name: 'roll-back',
  title: 'a transaction that maps a page and rolls back',
  of: 'memory-set',
  sizes: [1000, 100_000],
  prepare: (newSet, count, seed) => {
    const world = new SetWorld(newSet(), count, seed)
    const { set, places, random, backend } = world
    const starts = Array.from({ length: 2 ** 14 }, () => va(endOf(places[random.below(count)]!)))
    const mask = starts.length - 1
    const refusal: MappingResult = { ok: false, error: new MappingError('hole', 'no') }
    const mapAndRefuse = (i: number): MappingResult =>
      set.transaction(() => {
        unwrap(set.map(starts[i & mask]!, PAGE, 3, backend))
        return refusal
      })
    let next = 0
    return {
      items: 1,
      most: Infinity,
      check: (sum) => {
        for (let i = 0; i < 512; i++) if (mapAndRefuse(i).ok) throw new Error('expected the refusal')
        world.hash(sum)
      },
      run: (operations) => {
        const first = next
        next = (first + operations) & mask
        return timed(() => {
          let refused = 0
          for (let i = first; i < first + operations; i++) refused += mapAndRefuse(i).ok ? 0 : 1
          keep(refused)
        })
      },
    }
  },
}
