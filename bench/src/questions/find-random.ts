// What does it cost to find the area of an address, in random order?
import type { SetQuestion } from '../question.ts'
import { findTask } from './find.ts'

export const findRandom: SetQuestion = {
  name: 'find-random',
  title: 'find, random addresses',
  of: 'set',
  sizes: [16, 100, 1000, 10_000, 100_000, 1_000_000],
  prepare: (newSet, count, seed) => findTask(newSet, count, seed, 'random'),
}
