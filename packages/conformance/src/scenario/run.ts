/**
 * Runs a scenario on whatever an adapter offers. Each operation becomes one call of the set or the subject, and its
 * answer one result. `begin` maps onto the set's transactions, which take a function: the operations up to the matching
 * `commit` or `rollback` run inside that function, so a nested bracket is a nested call.
 */

import { MappingError } from '@addrspace/memory-set'

import type { ScenarioBackend, ScenarioSubject } from './backend.ts'
import { checkBrackets } from './brackets.ts'
import { matchesExpectation } from './compare.ts'
import { ScenarioError } from './error.ts'
import { OpRunner } from './run-op.ts'
import type { Outcome } from './run-op.ts'
import type { OpResult, ScenarioSummary } from './result.ts'
import { DEFAULT_MEMORY } from './scenario.ts'
import type { Scenario, ScenarioOp } from './scenario.ts'

/** Runs scenarios on one backend; its type tells nothing of that backend's flags and table. */
export interface ScenarioRunner {
  /** Of the backend. */
  readonly name: string
  /**
   * Checks what depends on the backend that runs, not on the text.
   *
   * @throws ScenarioError if flags are written as a number where the backend has letters.
   */
  check(scenario: Scenario): void
  /**
   * Runs a scenario on a fresh subject, whichever backend its header names. `onResult` is called after each operation.
   *
   * @throws ScenarioError what `check` throws, before the first operation.
   */
  run(scenario: Scenario, onResult?: (result: OpResult) => void): ScenarioSummary
}

/** Makes the runner of a backend. */
export function scenarioRunner<F, P>(backend: ScenarioBackend<F, P>): ScenarioRunner {
  const check = (scenario: Scenario): void => {
    checkBrackets(scenario)
    if (backend.flagStyle === 'letters') checkLetters(scenario, backend.name)
  }
  return {
    name: backend.name,
    check,
    run(scenario, onResult = () => undefined): ScenarioSummary {
      check(scenario)
      const { header } = scenario
      const subject = backend.open({
        memory: { ...DEFAULT_MEMORY, ...header.memory },
        merge: header.merge === true ? 'equal-neighbours' : 'never',
        ad: header.ad ?? 'preset',
        failingFrame: header.fail?.frame,
      })
      return new Run(backend, subject, scenario, onResult).all()
    },
  }
}

function checkLetters(scenario: Scenario, name: string): void {
  for (const [index, op] of scenario.ops.entries()) {
    for (const field of ['flags', 'mask'] as const) {
      if (field in op && typeof Reflect.get(op, field) === 'number') {
        throw new ScenarioError(scenario.lines?.ops[index] ?? 0, field, `must be letters on ${name}; numbers are for mock and null`)
      }
    }
  }
}

/** Thrown through a transaction to roll it back. */
class Rollback extends Error {
  override readonly name = 'Rollback'
}

const OK: Outcome = { result: 'ok' }

/** One scenario under way: the cursor over its operations, and what was counted. */
class Run<F, P> {
  readonly #subject: ScenarioSubject<F, P>
  readonly #scenario: Scenario
  readonly #onResult: (result: OpResult) => void
  readonly #ops: OpRunner<F, P>
  #next = 0
  #mismatches = 0

  constructor(backend: ScenarioBackend<F, P>, subject: ScenarioSubject<F, P>, scenario: Scenario, onResult: (result: OpResult) => void) {
    this.#subject = subject
    this.#scenario = scenario
    this.#onResult = onResult
    this.#ops = new OpRunner(backend, subject, scenario.header.fail ?? {})
  }

  all(): ScenarioSummary {
    this.#untilClosed()
    return {
      name: this.#scenario.header.name ?? '',
      areas: this.#subject.set.size,
      table: this.#subject.table?.(),
      mismatches: this.#mismatches,
    }
  }

  /** Runs up to the bracket that closes the innermost open one, and gives it; at the end of the scenario, undefined. */
  #untilClosed(): number | undefined {
    for (let index = this.#next++; ; index = this.#next++) {
      const op = this.#scenario.ops[index]
      if (op === undefined) return undefined
      if (op.op === 'commit' || op.op === 'rollback') return index
      if (op.op === 'begin') this.#transaction(index, op)
      else this.#report(index, op, this.#ops.run(op))
    }
  }

  #transaction(beginIndex: number, begin: ScenarioOp): void {
    const rollback = new Rollback()
    let closing: number | undefined
    let outcome: Outcome = OK
    try {
      const result = this.#subject.set.transaction(() => {
        this.#report(beginIndex, begin, OK)
        closing = this.#untilClosed()
        if (closing !== undefined && this.#scenario.ops[closing]?.op === 'rollback') throw rollback
        return { ok: true, value: undefined }
      })
      if (!result.ok) outcome = { result: result.error.code, reason: result.error.reason, error: result.error }
    } catch (error) {
      // Going back can be refused too, which is what the bracket comes to then.
      if (error instanceof MappingError && error.cause === rollback) outcome = { result: error.code, reason: error.reason, error }
      else if (error !== rollback) throw error
    }
    const op = closing === undefined ? undefined : this.#scenario.ops[closing]
    if (closing !== undefined && op !== undefined) this.#report(closing, op, outcome)
  }

  #report(index: number, op: ScenarioOp, outcome: Outcome): void {
    const isMismatch = op.expect !== undefined && !matchesExpectation(op.expect, outcome.result)
    if (isMismatch) this.#mismatches += 1
    this.#onResult({ index, op, result: outcome.result, reason: outcome.reason, error: outcome.error, isMismatch })
  }
}
