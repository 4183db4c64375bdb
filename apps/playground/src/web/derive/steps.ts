/** What each operation of a scenario came to on each backend, for a window of operations. */

import type { JsonValue, Scenario } from '@addrspace/conformance'
import type { BackendName } from './backends.ts'
import { grantReport, type GrantReport } from './grants.ts'
import { problemOf, type AfterOp, type RunProblem } from './live-space.ts'
import type { Session } from './session.ts'

/** done: changed or bracketed something · refused: nothing was changed · answered: a question · no-table: there is none to ask. */
export type StepStatus = 'done' | 'refused' | 'answered' | 'no-table'

/** One operation on one backend. */
export interface StepOutcome {
  /** From 0. */
  readonly index: number
  readonly status: StepStatus
  /** As `addrspace run --json` gives it. */
  readonly result: JsonValue
  /** Of a refusal: its closed reason, such as `overlap`. */
  readonly reason?: string
  /** Of a refusal: what the set says, in one line. */
  readonly explanation?: string
  /** On machines, of `map` and of `protect` without a mask, if not refused for another reason. */
  readonly grant?: GrantReport
  /** Whether the operation's `expect` was not met. */
  readonly isMismatch: boolean
  /** Areas, tables and frames after it; undefined without page tables. */
  readonly areas: number
  readonly tables: number | undefined
  readonly frames: number | undefined
}

/** A window of operations on one backend. */
export interface BackendSteps {
  readonly backend: BackendName
  /** Why nothing ran: the backend refuses the scenario as a whole. */
  readonly problem?: RunProblem
  /** Of the operations `[from, to)` that were asked for. */
  readonly steps: readonly StepOutcome[]
  /** Of the whole scenario. */
  readonly mismatches: number
}

/** What is asked: operations `[from, to)`. */
export interface StepsRequest {
  readonly scenario: Scenario
  readonly backends: readonly BackendName[]
  readonly from: number
  readonly to: number
}

/** Runs the scenario on each backend, if it has not been. */
export function stepsOf(session: Session, { scenario, backends, from, to }: StepsRequest): readonly BackendSteps[] {
  return backends.map((backend) => {
    try {
      const { steps } = session.whole(scenario, backend)
      return {
        backend,
        steps: steps.slice(from, to).map((step) => outcomeOf(backend, step)),
        mismatches: steps.filter(({ result }) => result.isMismatch).length,
      }
    } catch (error) {
      const problem = problemOf(error, scenario)
      if (problem === undefined) throw error
      return { backend, problem, steps: [], mismatches: 0 }
    }
  })
}

const QUESTIONS: ReadonlySet<string> = new Set(['find', 'overlaps', 'findFree', 'translate', 'query', 'areas'])

function outcomeOf(backend: BackendName, { result, areas, tables, frames }: AfterOp): StepOutcome {
  const { index, op, reason, error, isMismatch } = result
  const status = statusOf(op.op, result.result, reason)
  const told = op.op === 'map' || (op.op === 'protect' && op.mask === undefined) ? grantReport(backend, op.flags) : undefined
  // A request that failed for another reason has not come to what would be granted.
  const grant = status !== 'refused' || told?.kind === 'refused' ? told : undefined
  return {
    index,
    status,
    result: result.result,
    ...(reason !== undefined && { reason }),
    ...(error !== undefined && { explanation: error.message }),
    ...(grant !== undefined && { grant }),
    isMismatch,
    areas,
    tables,
    frames,
  }
}

/** What kind of answer a result is. */
export function statusOf(op: string, result: JsonValue, reason: string | undefined): StepStatus {
  if (reason === 'no-table') return 'no-table'
  if (reason !== undefined) return 'refused'
  return QUESTIONS.has(op) || result === 'present' ? 'answered' : 'done'
}
