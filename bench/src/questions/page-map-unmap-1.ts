// What does it cost to map one page, and to unmap it, in tables that exist?
import { PAGES_IN_GIB } from '../page-world.ts'
import type { PageQuestion } from '../question.ts'
import { pieceTask } from './pieces.ts'

export const pageMapUnmap1: PageQuestion = {
  name: 'page-map-unmap-1',
  title: 'map one page, unmap it',
  of: 'page-table',
  sizes: [PAGES_IN_GIB],
  prepare: (format, count, seed) => pieceTask(format, count, seed, 1),
}
