// What does it cost to unmap the middle page of an area, which leaves two?
import { unwrap } from '@addrspace/memory-set'

import type { SetQuestion } from '../question.ts'
import { PAGE } from '../workload.ts'
import { cutTask } from './cuts.ts'

export const unmapSplit: SetQuestion = {
  name: 'unmap-split',
  title: 'unmap the middle page of an area',
  of: 'set',
  sizes: [16, 100, 1000, 10_000, 100_000, 1_000_000],
  prepare: (newSet, count, seed) => cutTask(newSet, count, seed, (set, page) => unwrap(set.unmap(page, PAGE))),
}
