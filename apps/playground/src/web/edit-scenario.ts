/**
 * Changes to a scenario, each as if the changed file had been read anew, errors and their lines included; but what stays
 * as it was is not read again. So an edit of a long scenario takes no longer than copying its list of operations.
 */

import { formatHeader, parseScenarios, type Scenario, type ScenarioHeader, type ScenarioOp } from '@addrspace/conformance'

/** Lines before the first operation: the header. */
const HEADER_LINES = 1

/** Whatever may open or close a transaction, or begin another scenario; an escape may spell any of them. */
const STRUCTURAL = /begin|commit|rollback|scenario|\\/

/**
 * Puts lines of a scenario file in the place of the operations `[from, to)`.
 *
 * @throws ScenarioError as the parser does for the whole.
 */
export function withLines({ header, ops }: Scenario, from: number, to: number, lines: readonly string[]): Scenario {
  // Operations that stay are right by themselves: blank lines hold their places, and only brackets can lose their partners.
  const isStructural = lines.some((line) => STRUCTURAL.test(line)) || ops.slice(from, to).some(isBracket)
  const kept = (op: ScenarioOp): string => (isStructural && isBracket(op) ? `{"op":"${op.op}"}` : '')
  const text = [formatHeader(header), ...ops.slice(0, from).map(kept), ...lines, ...ops.slice(to).map(kept)].join('\n')
  const [first, ...others] = parseScenarios(text)
  const firstLine = HEADER_LINES + from + 1
  const fresh = first!.lines!.ops.flatMap((line, index) => (line >= firstLine && line < firstLine + lines.length ? [{ line, op: first!.ops[index]! }] : []))
  // After the header of another scenario, what follows belongs to that one.
  const after = others.length === 0 ? ops.slice(to) : []
  return {
    header: first!.header,
    ops: [...ops.slice(0, from), ...fresh.map(({ op }) => op), ...after],
    lines: { header: 1, ops: [...numbered(from), ...fresh.map(({ line }) => line), ...numbered(after.length, firstLine + lines.length)] },
  }
}

/** Takes an operation out, and of a transaction's bracket its partner: what is left is right if the whole was. */
export function withoutOp({ header, ops }: Scenario, index: number): { readonly scenario: Scenario; readonly removed: readonly number[] } {
  const removed = [index, ...partnersOf(ops, index)]
  const left = ops.filter((_, at) => !removed.includes(at))
  return { scenario: { header, ops: left, lines: { header: 1, ops: numbered(left.length) } }, removed }
}

/** @throws ScenarioError if the header is wrong. */
export function withHeader({ ops }: Scenario, header: ScenarioHeader): Scenario {
  return { header: parseScenarios(formatHeader(header))[0]!.header, ops, lines: { header: 1, ops: numbered(ops.length) } }
}

function isBracket({ op }: ScenarioOp): boolean {
  return op === 'begin' || op === 'commit' || op === 'rollback'
}

/** The other bracket of a transaction; of anything else none. */
function partnersOf(ops: readonly ScenarioOp[], index: number): readonly number[] {
  const open: number[] = []
  if (ops[index] === undefined || !isBracket(ops[index])) return []
  for (const [at, { op }] of ops.entries()) {
    if (op === 'begin') open.push(at)
    if (op !== 'commit' && op !== 'rollback') continue
    const begin = open.pop()
    if (begin === index) return [at]
    if (at === index && begin !== undefined) return [begin]
  }
  return []
}

/** Line numbers, one after the other. */
function numbered(count: number, first: number = HEADER_LINES + 1): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}
