// What operations of each kind cost on a world as it is, in counts that are the same in every run: words of the
// set's index, steps into frames of page tables, calls of backends.
import { Random } from '@addrspace/conformance/model'

import { operate, OPERATION_KINDS, type OperationKind } from './random-operation.ts'
import type { ScaleWorld } from './scale-world.ts'
import { touchedWords } from './touched-words.ts'

/** Per operation, on average. */
export interface OperationCost {
  readonly words: number
  readonly visits: number
  readonly calls: number
}

export type OperationCosts = Readonly<Record<OperationKind, OperationCost>>

/** Carries out `samples` operations of each kind. */
export function costsOf(world: ScaleWorld, seed: number, samples: number): OperationCosts {
  const random = new Random(seed)
  const entries = OPERATION_KINDS.map((kind) => {
    const before = { visits: world.memory.visits, calls: world.counts.calls }
    let words = 0
    for (let i = 0; i < samples; i++) words += touchedWords(world.set, () => operate(kind, random, world))
    const cost = { words: words / samples, visits: (world.memory.visits - before.visits) / samples, calls: (world.counts.calls - before.calls) / samples }
    return [kind, cost] as const
  })
  return Object.fromEntries(entries) as Record<OperationKind, OperationCost>
}
