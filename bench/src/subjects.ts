// Who answers in JavaScript, by name: a set (ours, or a container of others under an adapter), the page
// tables of a machine, or a plain loop.
import { MemorySet } from '@addrspace/memory-set'

import type { AreaSet } from './area-set.ts'
import { fillWhole, fillWithHalves, fillWithKernel } from './limit/fill.ts'
import { MACHINES } from './machines.ts'
import { PEERS } from './peers.ts'
import type { Figure, Question } from './question.ts'
import type { Task } from './task.ts'

const LIMITS: Readonly<Record<string, (entries: number) => Task>> = { 'loop of halves': fillWithHalves, 'typed fill': fillWhole, 'kernel alone': fillWithKernel }

export const OURS = 'set'

const newMemorySet = (): MemorySet<number, undefined> => new MemorySet<number, undefined>({ pageTable: undefined })

/** @throws RangeError if the subject cannot be asked this */
export function prepare(subject: string, question: Question, count: number, seed: number): Task | Figure {
  const format = MACHINES[subject]
  if (question.of === 'page-table') {
    if (format !== undefined) return question.prepare(format, count, seed)
    const limit = LIMITS[subject]
    if (limit !== undefined && question.name === 'page-fill') return limit(count)
  } else if (question.of === 'memory-set') {
    if (subject === OURS) return question.prepare(newMemorySet, count, seed)
  } else {
    const newSet: (() => AreaSet) | undefined = subject === OURS ? newMemorySet : PEERS[subject]
    if (newSet !== undefined) return question.prepare(newSet, count, seed)
  }
  throw new RangeError(`${subject} cannot be asked ${question.name}`)
}
