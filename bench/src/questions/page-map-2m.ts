// What does a page cost when 32 GiB are mapped in pages of 2 MiB, into new tables?
import type { PageQuestion } from '../question.ts'
import { wholeRangeTask } from './whole-range.ts'

export const pageMap2m: PageQuestion = {
  name: 'page-map-2m',
  title: 'map 32 GiB in 2 MiB pages, per page',
  of: 'page-table',
  sizes: [2 ** 14],
  prepare: (format, count, seed) => wholeRangeTask(format, count, seed, 'map', 1),
}
