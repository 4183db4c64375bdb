// What does a page cost when 1 GiB in pages of 4 KiB is unmapped, tables given back?
import { PAGES_IN_GIB } from '../page-world.ts'
import type { PageQuestion } from '../question.ts'
import { wholeRangeTask } from './whole-range.ts'

export const pageUnmap: PageQuestion = {
  name: 'page-unmap',
  title: 'unmap 1 GiB in 4 KiB pages, per page',
  of: 'page-table',
  sizes: [PAGES_IN_GIB],
  prepare: (format, count, seed) => wholeRangeTask(format, count, seed, 'unmap', 0),
}
