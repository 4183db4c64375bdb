// What does it cost to map 16 pages, and to unmap them, in tables that exist?
import { PAGES_IN_GIB } from '../page-world.ts'
import type { PageQuestion } from '../question.ts'
import { pieceTask } from './pieces.ts'

export const pageMapUnmap16: PageQuestion = {
  name: 'page-map-unmap-16',
  title: 'map 16 pages, unmap them',
  of: 'page-table',
  sizes: [PAGES_IN_GIB],
  prepare: (format, count, seed) => pieceTask(format, count, seed, 16),
}
