/** Long scenario files, read where they hold nobody up, and handed over in pieces that hold nobody up either. */

import { parseScenarios, ScenarioError, type Scenario, type ScenarioOp } from '@addrspace/conformance'

/** What a file's text turns out to be. */
export type ReadScenario =
  /** Its first scenario, and how many there are besides. */
  | { readonly kind: 'scenario'; readonly scenario: Scenario; readonly others: number }
  | { readonly kind: 'wrong'; readonly problem: string }

/** A piece of the operations; the answer's scenario has none. */
export interface ReadOps {
  /** The index of the first, from 0. */
  readonly from: number
  readonly ops: readonly ScenarioOp[]
}

/** To take over more at once would be noticed. */
const PIECE = 5000

/** Reads a file: its operations are told in pieces, the rest is the answer. */
export async function readScenario(text: string, tell: (piece: ReadOps) => void, pause: () => Promise<void>): Promise<ReadScenario> {
  try {
    const [first, ...others] = parseScenarios(text)
    const { ops } = first!
    for (let from = 0; from < ops.length; from += PIECE) {
      tell({ from, ops: ops.slice(from, from + PIECE) })
      await pause()
    }
    return { kind: 'scenario', scenario: { ...first!, ops: [] }, others: others.length }
  } catch (error) {
    if (error instanceof ScenarioError) return { kind: 'wrong', problem: error.message }
    throw error
  }
}

/** Puts the answer and the pieces together again; of a job that was begun anew, the pieces count that came last. */
export class PiecedOps {
  readonly #ops: ScenarioOp[] = []

  add({ from, ops }: ReadOps): void {
    this.#ops.length = from
    this.#ops.push(...ops)
  }

  whole(read: ReadScenario): ReadScenario {
    return read.kind === 'wrong' ? read : { ...read, scenario: { ...read.scenario, ops: this.#ops } }
  }
}
