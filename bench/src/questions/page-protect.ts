// What does a page cost when 1 GiB in pages of 4 KiB is protected?
import { PAGES_IN_GIB } from '../page-world.ts'
import type { PageQuestion } from '../question.ts'
import { wholeRangeTask } from './whole-range.ts'

export const pageProtect: PageQuestion = {
  name: 'page-protect',
  title: 'protect 1 GiB in 4 KiB pages, per page',
  of: 'page-table',
  sizes: [PAGES_IN_GIB],
  prepare: (format, count, seed) => wholeRangeTask(format, count, seed, 'protect', 0),
}
