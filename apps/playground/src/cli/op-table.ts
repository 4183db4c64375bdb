/**
 * The results of a scenario as people read them: one line per operation, with the request, the result, and what was
 * expected where that differs.
 */

import {
  FLAG_LETTERS, formatFlagLetters, tryFlagBits, type Backing, type JsonValue, type OpResult, type Scenario, type ScenarioOp,
  type ScenarioSummary,
} from '@addrspace/conformance'
import { formatHex } from '@addrspace/memory-addr'
import { printable } from './failure.ts'
import type { Output } from './output.ts'

const REQUEST_WIDTH = 44
const MOST_AREAS = 6
const NO_ACCESS = 'no access'
/** A list of updates within a translation. */
const DEEPEST_RESULT = 3

/** What a level is called. */
export type NameLevel = (level: number) => string

const plainLevel: NameLevel = (level) => `level ${level}`

/** Prints the results of one scenario as they come. */
export class OpTable {
  readonly #output: Output
  readonly #nameLevel: NameLevel
  readonly #indexWidth: number
  /** Nesting of transactions, shown as indentation. */
  #depth = 0

  constructor(scenario: Scenario, backend: string, output: Output, nameLevel: NameLevel = plainLevel) {
    this.#output = output
    this.#nameLevel = nameLevel
    this.#indexWidth = Math.max(3, String(scenario.ops.length - 1).length)
    const name = scenario.header.name ?? 'scenario without a name'
    output.line(`${output.paint('bold', printable(name))} (${backend})`)
  }

  /** Prints the line of one operation. */
  add(result: OpResult): void {
    const { op } = result
    const { paint } = this.#output
    if (op.op === 'commit' || op.op === 'rollback') this.#depth -= 1
    const request = ' '.repeat(2 * this.#depth) + describeOp(op)
    if (op.op === 'begin') this.#depth += 1
    const index = String(result.index).padStart(this.#indexWidth)
    const line = `${paint('dim', index)}  ${request.padEnd(REQUEST_WIDTH)}  ${this.#outcome(result)}`
    this.#output.line(line.trimEnd())
  }

  /** Prints what the scenario ended with. */
  end({ areas, table, mismatches }: ScenarioSummary): void {
    const { paint } = this.#output
    const facts = [counted(areas, 'area')]
    if (table !== undefined) facts.push(`${counted(table.frames, 'frame')} in use`, `root ${formatHex(table.root)}`)
    if (table?.root1 !== undefined) facts.push(`root1 ${formatHex(table.root1)}`)
    facts.push(mismatches === 0 ? paint('good', 'no mismatch') : paint('bad', counted(mismatches, 'mismatch', 'mismatches')))
    this.#output.line(`${' '.repeat(this.#indexWidth)}  ${facts.join(', ')}`)
  }

  #outcome({ op, result, reason, error, isMismatch }: OpResult): string {
    const { paint } = this.#output
    const why = error?.message ?? reason
    const told = describeResult(result, this.#nameLevel) + (why === undefined ? '' : ` (${printable(why)})`)
    if (!isMismatch) return error === undefined || op.expect !== undefined ? told : paint('execute', told)
    return `${paint('bad', told)}  ${paint('bad', `MISMATCH: expected ${describeResult(op.expect ?? null, this.#nameLevel)}`)}`
  }
}

/** Writes an operation in the order in which one would say it. */
export function describeOp(op: ScenarioOp): string {
  switch (op.op) {
    case 'map':
      return words('map', range(op), describeFlags(op.flags), op.backing !== undefined && backing(op.backing), op.onOverlap === 'replace' && 'replace')
    case 'unmap':
      return words('unmap', range(op))
    case 'protect':
      return words('protect', range(op), describeFlags(op.flags), op.mask !== undefined && `mask ${describeFlags(op.mask, 'none')}`, op.holes === 'refuse' && 'no holes')
    case 'find':
    case 'query':
      return words(op.op, formatHex(op.addr))
    case 'overlaps':
      return words('overlaps', range(op))
    case 'findFree':
      return words(
        'findFree', formatHex(op.size), op.direction === 'down' && 'down', op.hint !== undefined && `from ${formatHex(op.hint)}`,
        op.limit && `in ${formatHex(op.limit[0])}-${formatHex(op.limit[1])}`, op.align !== undefined && `align ${formatHex(op.align)}`,
        op.gap !== undefined && `gap ${gap(op.gap)}`,
      )
    case 'translate':
      return words('translate', formatHex(op.addr), op.access, op.mode, op.controls && JSON.stringify(op.controls))
    case 'fault':
      return words('fault', formatHex(op.addr), op.access)
    case 'areas':
    case 'clear':
    case 'begin':
    case 'commit':
    case 'rollback':
      return op.op
  }
}

/** Writes a result, or an expectation, in a line. What is nested deeper than any result is left out. */
export function describeResult(value: JsonValue, nameLevel: NameLevel = plainLevel, depth = 0): string {
  if (typeof value === 'string') return printable(value)
  if (depth > DEEPEST_RESULT) return '…'
  const describeInside = (inner: JsonValue): string => describeResult(inner, nameLevel, depth + 1)
  if (isList(value)) {
    const shown = value.slice(0, MOST_AREAS).map(describeInside).join(', ')
    const rest = value.length - MOST_AREAS
    return value.length === 0 ? 'none' : rest > 0 ? `${shown} and ${rest} more` : shown
  }
  if (typeof value !== 'object' || value === null) return String(value)
  const { start, end, flags: bits, ...others } = value
  if (typeof start === 'string' && typeof end === 'string' && bits !== undefined && Object.keys(others).length === 0) {
    return `${printable(start)}-${printable(end)} ${describeFlags(bits)}`
  }
  return Object.entries(value)
    .filter(([name, field]) => name !== 'bit' || field !== '') // of a fault that no bit is to blame for
    .map(([name, field]) => {
      if (name === 'level' && typeof field === 'number') return nameLevel(field)
      if (name !== 'flags') return `${printable(name)} ${describeInside(field)}`
      const flags = describeFlags(field)
      return flags === NO_ACCESS ? flags : `flags ${flags}`
    })
    .join(', ')
}

/** Letters, where there are such; the results of the mock have numbers. */
function describeFlags(value: JsonValue, none = NO_ACCESS): string {
  if (typeof value !== 'string' && typeof value !== 'number') return describeResult(value, plainLevel, DEEPEST_RESULT)
  const bits = tryFlagBits(value)
  if (bits === 0) return none
  return bits === undefined || bits >= 1 << FLAG_LETTERS.length ? printable(String(value)) : formatFlagLetters(bits)
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined).join(' ')
}

function range({ start, size }: { readonly start: bigint; readonly size: bigint }): string {
  return `${formatHex(start)} +${formatHex(size)}`
}

function backing(value: Backing): string {
  return typeof value === 'string' ? value : `linear ${formatHex(value.linear)}`
}

function gap(value: bigint | { readonly below?: bigint; readonly above?: bigint }): string {
  if (typeof value === 'bigint') return formatHex(value)
  return words(value.below !== undefined && `below ${formatHex(value.below)}`, value.above !== undefined && `above ${formatHex(value.above)}`)
}

/** `1 area`, `2 areas`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
