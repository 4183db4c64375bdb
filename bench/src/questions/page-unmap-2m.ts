// What does a page cost when 32 GiB in pages of 2 MiB are unmapped, tables given back?
import type { PageQuestion } from '../question.ts'
import { wholeRangeTask } from './whole-range.ts'

export const pageUnmap2m: PageQuestion = {
  name: 'page-unmap-2m',
  title: 'unmap 32 GiB in 2 MiB pages, per page',
  of: 'page-table',
  sizes: [2 ** 14],
  prepare: (format, count, seed) => wholeRangeTask(format, count, seed, 'unmap', 1),
}
