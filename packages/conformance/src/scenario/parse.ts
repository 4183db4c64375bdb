/**
 * From the text of a scenario file to scenarios. A file is JSON lines: a header starts a fresh scenario, every other
 * line is one operation; blank lines and lines that start with `#` are skipped. All of the text is checked before
 * anything is returned, so a run never stops half way over a typing mistake.
 */

import { WORD_SPACE } from '@addrspace/memory-addr'
import { checkBrackets } from './brackets.ts'
import { ScenarioError } from './error.ts'
import { JsonRecord } from './json-record.ts'
import { parseOp } from './parse-op.ts'
import { DEFAULT_MEMORY, SCENARIO_BACKENDS } from './scenario.ts'
import type { Scenario, ScenarioFailure, ScenarioHeader, ScenarioMemory, ScenarioOp } from './scenario.ts'

const VERSION = 1
const BYTE_ORDER_MARK = '\uFEFF'

/**
 * Reads a scenario file.
 *
 * @throws TypeError if `text` is no string.
 * @throws ScenarioError at the first thing wrong, naming line and field: JSON that does not parse, a field that is
 *   unknown, missing, of the wrong type or out of range, an operation before the first header, brackets of
 *   transactions that do not match, a file without a scenario.
 * @example parseScenarios('{"scenario":1,"backend":"mock"}\n{"op":"areas"}').length // => 1
 */
export function parseScenarios(text: string): readonly Scenario[] {
  const scenarios: Scenario[] = []
  let open: { header: ScenarioHeader; line: number; ops: ScenarioOp[]; lines: number[] } | undefined
  const close = (): void => {
    if (open === undefined) return
    const scenario = { header: open.header, ops: open.ops, lines: { header: open.line, ops: open.lines } }
    checkBrackets(scenario)
    scenarios.push(scenario)
  }

  if (typeof text !== 'string') throw new TypeError(`"text" must be a string, got ${typeof text}`)
  let line = 0
  for (const content of linesOf(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)) {
    line += 1
    const trimmed = content.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const record = new JsonRecord(parseJson(trimmed, line), line)
    if (record.has('scenario')) {
      close()
      open = { header: parseHeader(record), line, ops: [], lines: [] }
    } else if (!record.has('op')) {
      throw new ScenarioError(line, undefined, 'is neither a header ("scenario") nor an operation ("op")')
    } else if (open === undefined) {
      throw new ScenarioError(line, 'op', 'comes before the first header')
    } else {
      open.ops.push(parseOp(record, line))
      open.lines.push(line)
    }
  }
  close()
  if (scenarios.length === 0) throw new ScenarioError(0, undefined, 'holds no scenario: a header line {"scenario":1,…} is missing')
  return scenarios
}

/** One line at a time: a list of all would be larger than a text of nothing but line ends. */
function* linesOf(text: string): Generator<string, undefined> {
  let from = 0
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
    yield text.slice(from, end)
    from = end + 1
  }
  yield text.slice(from)
  return undefined
}

function parseJson(text: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ScenarioError(line, undefined, `is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function parseHeader(record: JsonRecord): ScenarioHeader {
  if (record.take('scenario') !== VERSION) record.fail('scenario', `must be ${VERSION}`)
  const name = record.text('name')
  const backend = record.require('backend', record.oneOf('backend', SCENARIO_BACKENDS))
  const memory = record.nested('memory', parseMemory)
  const merge = record.boolean('merge')
  const ad = record.oneOf('ad', ['hardware'])
  const fail = record.nested('fail', parseFailure)
  const id = record.text('id')
  const machines = record.someOf('machines', SCENARIO_BACKENDS)
  const catches = record.texts('catches')
  const agreed = record.texts('agreed')
  const notes = record.texts('notes')
  record.end()
  return {
    ...(name !== undefined && { name }),
    backend,
    ...(memory !== undefined && { memory }),
    ...(merge !== undefined && { merge }),
    ...(ad !== undefined && { ad }),
    ...(fail !== undefined && { fail }),
    ...(id !== undefined && { id }),
    ...(machines !== undefined && { machines }),
    ...(catches !== undefined && { catches }),
    ...(agreed !== undefined && { agreed }),
    ...(notes !== undefined && { notes }),
  }
}

function parseMemory(record: JsonRecord): Partial<ScenarioMemory> {
  const base = record.word('base')
  const size = record.size('size')
  record.end()
  if (size === 0n) record.fail('size', 'must not be 0')
  if ((base ?? DEFAULT_MEMORY.base) + (size ?? DEFAULT_MEMORY.size) > WORD_SPACE) record.fail('size', 'reaches past 2^64')
  return { ...(base !== undefined && { base }), ...(size !== undefined && { size }) }
}

function parseFailure(record: JsonRecord): ScenarioFailure {
  const call = record.count('call')
  const frame = record.count('frame')
  const callback = record.count('callback')
  record.end()
  if (call === undefined && frame === undefined && callback === undefined) record.fail('call', 'missing, as are "frame" and "callback"')
  return {
    ...(call !== undefined && { call }),
    ...(frame !== undefined && { frame }),
    ...(callback !== undefined && { callback }),
  }
}
