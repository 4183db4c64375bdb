// What does an entry cost when tables are filled, against the memory's own limit? The operation is that of page-map.
import { pageMap } from './page-map.ts'
import type { PageQuestion } from '../question.ts'

export const pageFill: PageQuestion = {
  ...pageMap,
  name: 'page-fill',
  title: 'fill entries, per entry of 8 bytes',
  prepare: (format, count, seed) => {
    const task = pageMap.prepare(format, count, seed)
    return {
      ...task,
      check: (sum) => sum.word(count * 8),
    }
  },
}
