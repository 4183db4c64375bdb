/** How much there is after each operation of a scenario, as columns: for a picture of all of it at once. */

import type { Scenario } from '@addrspace/conformance'
import type { BackendName } from './backends.ts'
import type { Session } from './session.ts'
import { statusOf } from './steps.ts'

export interface TimelineRequest {
  readonly scenario: Scenario
  readonly backend: BackendName
}

/** Row `i` is the state after `i` operations; there is one more row than operations. */
export interface Timeline {
  readonly areas: Uint32Array<ArrayBuffer>
  /** In use, those of tables included; undefined without page tables. */
  readonly frames: Uint32Array<ArrayBuffer> | undefined
  /** Indices of the operations that were refused, ascending. */
  readonly refused: Uint32Array<ArrayBuffer>
}

/** @throws ScenarioError if the backend refuses the scenario. */
export function timelineOf(session: Session, { scenario, backend }: TimelineRequest): Timeline {
  const { steps } = session.whole(scenario, backend)
  const atFirst = session.at(scenario, backend, 0).use(({ space }) => space.usedFrames())
  return {
    areas: Uint32Array.from([0, ...steps.map(({ areas }) => areas)]),
    frames: atFirst === undefined ? undefined : Uint32Array.from([atFirst, ...steps.map(({ frames }) => frames!)]),
    refused: Uint32Array.from(steps.flatMap(({ result: { op, result, reason } }, index) => (statusOf(op.op, result, reason) === 'refused' ? [index] : []))),
  }
}
