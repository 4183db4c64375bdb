// What does it cost to protect the middle page of an area, which leaves three?
import { unwrap } from '@addrspace/memory-set'

import type { SetQuestion } from '../question.ts'
import { PAGE } from '../workload.ts'
import { cutTask } from './cuts.ts'

export const protectMiddle: SetQuestion = {
  name: 'protect-middle',
  title: 'protect the middle page of an area',
  of: 'set',
  sizes: [16, 100, 1000, 10_000, 100_000, 1_000_000],
  prepare: (newSet, count, seed) => cutTask(newSet, count, seed, (set, page) => unwrap(set.protect(page, PAGE, (flags) => flags ^ 1))),
}
