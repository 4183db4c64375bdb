// All questions, in the order of the tables.
import type { Question } from './question.ts'
import { findAscending } from './questions/find-ascending.ts'
import { findFreeEnd } from './questions/find-free-end.ts'
import { findRandom } from './questions/find-random.ts'
import { heap } from './questions/heap.ts'
import { iterate } from './questions/iterate.ts'
import { mapUnmap } from './questions/map-unmap.ts'
import { overlapsRandom } from './questions/overlaps-random.ts'
import { pageFill } from './questions/page-fill.ts'
import { pageMap2m } from './questions/page-map-2m.ts'
import { pageMapUnmap1 } from './questions/page-map-unmap-1.ts'
import { pageMapUnmap16 } from './questions/page-map-unmap-16.ts'
import { pageMap } from './questions/page-map.ts'
import { pageProtect } from './questions/page-protect.ts'
import { pageUnmap2m } from './questions/page-unmap-2m.ts'
import { pageUnmap } from './questions/page-unmap.ts'
import { protectMiddle } from './questions/protect-middle.ts'
import { rollBack } from './questions/roll-back.ts'
import { snapshot } from './questions/snapshot.ts'
import { translate } from './questions/translate.ts'
import { translateAddress } from './questions/translate-address.ts'
import { unmap64 } from './questions/unmap-64.ts'
import { unmapSplit } from './questions/unmap-split.ts'

export const QUESTIONS: readonly Question[] = [
  findRandom,
  findAscending,
  overlapsRandom,
  mapUnmap,
  unmapSplit,
  protectMiddle,
  findFreeEnd,
  unmap64,
  iterate,
  heap,
  snapshot,
  rollBack,
  pageMap,
  pageProtect,
  pageUnmap,
  pageMap2m,
  pageUnmap2m,
  pageMapUnmap16,
  pageMapUnmap1,
  pageFill,
  translate,
  translateAddress,
]

/** @throws RangeError if there is none of that name */
export function questionNamed(name: string): Question {
  const question = QUESTIONS.find((other) => other.name === name)
  if (question === undefined) throw new RangeError(`expected one of ${QUESTIONS.map((other) => other.name).join(', ')}, got ${name}`)
  return question
}
