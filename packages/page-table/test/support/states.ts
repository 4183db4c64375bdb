// All states of the toy's pages that sequences of operations reach, found on the model alone.
import { EXECUTE, NONE, READ, unionOf, WRITE } from '@addrspace/page-table'

import { Model } from './model.ts'
import { actOnModel, type Operation } from './operations.ts'

export const RW = unionOf(READ, WRITE)
export const RX = unionOf(READ, EXECUTE)

/**
 * Operations on pages 0 to 31. A level-1 leaf has 4 pages, a level-2 leaf 16: they map at every level,
 * and cut leaves of every level at either end and in the middle.
 */
export const OPERATIONS: readonly Operation[] = [
  { verb: 'map', from: 0, count: 32, frame: 64, flags: RW },
  { verb: 'map', from: 0, count: 16, frame: 64, flags: RW, maxLeafLevel: 1 },
  { verb: 'map', from: 3, count: 11, frame: 99, flags: RX },
  { verb: 'map', from: 4, count: 4, frame: 33, flags: RW },
  { verb: 'map', from: 15, count: 2, frame: 0, flags: READ },
  { verb: 'map', from: 16, count: 16, frame: 4096, flags: NONE },
  { verb: 'map', from: 30, count: 2, frame: 8190, flags: RW },
  { verb: 'unmap', from: 0, count: 32, holes: 'skip' },
  { verb: 'unmap', from: 5, count: 1, holes: 'refuse' },
  { verb: 'unmap', from: 4, count: 4, holes: 'refuse' },
  { verb: 'unmap', from: 3, count: 14, holes: 'skip' },
  { verb: 'unmap', from: 0, count: 16, holes: 'refuse' },
  { verb: 'protect', from: 0, count: 32, flags: READ, holes: 'skip' },
  { verb: 'protect', from: 6, count: 1, flags: NONE, holes: 'refuse' },
  { verb: 'protect', from: 4, count: 4, flags: RW, holes: 'refuse' },
  { verb: 'protect', from: 7, count: 10, flags: RX, holes: 'refuse' },
  { verb: 'protect', from: 16, count: 16, flags: RW, holes: 'skip' },
  { verb: 'remap', from: 5, frame: 128 },
  { verb: 'remap', from: 17, frame: 70 },
]

/** The same operations so many pages further up. */
export function shifted(operations: readonly Operation[], by: number): readonly Operation[] {
  return operations.map((operation) => ({ ...operation, from: operation.from + by }))
}

export interface State {
  readonly model: Model
  /** One shortest way to get there. */
  readonly path: readonly Operation[]
}

/** The states that at most `depth` operations reach, nearest first, the empty one included. */
export function statesOf(operations: readonly Operation[], depth: number, pages = 64): State[] {
  const states: State[] = [{ model: Model.empty(pages), path: [] }]
  const seen = new Set(states.map(({ model }) => model.key))
  for (const state of states) {
    if (state.path.length === depth) continue
    for (const operation of operations) {
      const model = actOnModel(state.model, operation)
      if (model === undefined || seen.has(model.key)) continue
      seen.add(model.key)
      states.push({ model, path: [...state.path, operation] })
    }
  }
  return states
}
