/**
 * The brackets of transactions: every `begin` needs its `commit` or `rollback`, within one scenario.
 */

import { ScenarioError } from './error.ts'
import type { Scenario } from './scenario.ts'

/** Deeper nesting than this is refused: each level is a call on the stack of whoever runs the scenario. */
export const DEEPEST_NESTING = 100

/** @throws ScenarioError naming the line of a bracket without a partner, or of the one nested too deep. */
export function checkBrackets(scenario: Scenario): void {
  const lineOf = (index: number): number => scenario.lines?.ops[index] ?? 0
  const open: number[] = []
  for (const [index, { op }] of scenario.ops.entries()) {
    if (op === 'begin') {
      open.push(lineOf(index))
      if (open.length > DEEPEST_NESTING) throw new ScenarioError(lineOf(index), 'op', `begin is nested deeper than ${DEEPEST_NESTING}`)
    } else if ((op === 'commit' || op === 'rollback') && open.pop() === undefined) {
      throw new ScenarioError(lineOf(index), 'op', `${op} without a begin`)
    }
  }
  const unclosed = open.at(-1)
  if (unclosed !== undefined) throw new ScenarioError(unclosed, 'op', 'begin is never closed by commit or rollback')
}
