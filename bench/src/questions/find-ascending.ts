// What does it cost to find the area of an address, in ascending order?
import type { SetQuestion } from '../question.ts'
import { findTask } from './find.ts'

export const findAscending: SetQuestion = {
  name: 'find-ascending',
  title: 'find, ascending addresses',
  of: 'set',
  sizes: [1000, 10_000, 100_000],
  prepare: (newSet, count, seed) => findTask(newSet, count, seed, 'ascending'),
}
