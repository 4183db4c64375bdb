// A failure as the text of a scenario file: the commands with the answers that are right, and in the end the
// questions whose answers were wrong. What scenarios do not have stands there as a comment.
import { formatHeader, formatOp, toJson, type JsonValue, type ScenarioBackendName, type ScenarioHeader, type ScenarioOp, type ScenarioValue } from '@addrspace/conformance'
import { formatFlagLetters } from '@addrspace/conformance'

import type { WorldName } from '../worlds/open-world.ts'
import { scenarioOpOf, type Command } from './command.ts'
import type { RunFailure } from './model-run.ts'
import type { Setting } from './model-world.ts'

const FRAME = 0x1000n

/** Writes the file; `title` says what found the failure. */
export function scenarioOfFailure(setting: Setting, failure: RunFailure, title: string): string {
  const { name, options, layout } = setting
  const isMachine = layout.pagesPerCell > 0
  const flagsText = (bits: number): string | number => (isMachine ? formatFlagLetters(bits) : bits)
  const header: ScenarioHeader = {
    name: title,
    backend: backendOf(name),
    ...(isMachine && { memory: { size: BigInt(options.frames) * FRAME } }),
    ...(options.merge === 'equal-neighbours' && { merge: true }),
  }
  const lines = [formatHeader(header)]
  if (name === 'toy') lines.push('# Found on the toy machine, which scenarios do not have.')
  let depth = 0
  for (const [index, command] of failure.commands.slice(0, failure.length).entries()) {
    if (command.op === 'begin') depth++
    if (command.op === 'commit' || command.op === 'rollback') depth--
    lines.push(...linesOf(setting, command, failure.expectations.get(index), flagsText))
  }
  lines.push(`# ${failure.message.replaceAll('\n', ' ')}`)
  for (const { question, expected } of failure.witnesses) {
    const op: ScenarioOp | undefined = question.op === 'areas' ? { op: 'areas' } : scenarioOpOf(layout, question, flagsText)
    if (op !== undefined) lines.push(formatOp({ ...op, expect: expectation(expected, flagsText) }))
  }
  for (; depth > 0; depth--) lines.push(formatOp({ op: 'commit' }))
  return lines.map((line) => `${line}\n`).join('')
}

function linesOf({ layout }: Setting, command: Command, expected: ScenarioValue, flagsText: (bits: number) => string | number): string[] {
  const op = scenarioOpOf(layout, command, flagsText)
  if (op === undefined) return [`# ${JSON.stringify(command)}`]
  const guards = command.op === 'map' && command.guards !== undefined ? [`# with guards of ${command.guards.below} and ${command.guards.above} cells of ${layout.unit} bytes:`] : []
  return [...guards, formatOp(expected === undefined ? op : { ...op, expect: expectation(expected, flagsText) })]
}

/** The expected value with flags as the backend writes them. */
function expectation(value: ScenarioValue, flagsText: (bits: number) => string | number): JsonValue {
  return withFlags(toJson(value), flagsText)
}

function withFlags(value: JsonValue, flagsText: (bits: number) => string | number): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((item) => withFlags(item, flagsText))
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, name === 'flags' && typeof field === 'number' ? flagsText(field) : withFlags(field, flagsText)]))
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** On which backend others can run it: of the toy machine, one that has pages too. */
function backendOf(name: WorldName): ScenarioBackendName {
  return name === 'toy' ? 'riscv-sv39' : name
}
