/**
 * From scenarios to text: one JSON line each for header and operations, addresses as `0x` strings, fields in the order
 * of the format's description. What the parser reads back is the same scenario.
 */

import { formatHex } from '@addrspace/memory-addr'
import type { JsonValue, Scenario, ScenarioHeader, ScenarioOp } from './scenario.ts'

const VERSION = 1
const HEADER_FIELDS: readonly (keyof ScenarioHeader)[] = [
  'name', 'backend', 'memory', 'merge', 'ad', 'fail', 'id', 'machines', 'catches', 'agreed', 'notes',
]
const OP_FIELDS: readonly string[] = [
  'op', 'addr', 'start', 'size', 'flags', 'mask', 'backing', 'onOverlap', 'holes', 'hint', 'limit', 'align', 'direction',
  'gap', 'access', 'mode', 'controls', 'expect',
]

/** A value of a scenario: JSON, or a number that JSON cannot carry exactly. */
export type ScenarioValue =
  | null | boolean | number | string | bigint | undefined
  | readonly ScenarioValue[] | { readonly [key: string]: ScenarioValue }

/** Writes scenarios as the text of a file that ends with a line break. */
export function formatScenarios(scenarios: readonly Scenario[]): string {
  return scenarios.flatMap(({ header, ops }) => [formatHeader(header), ...ops.map(formatOp)]).map((line) => `${line}\n`).join('')
}

/** Writes one header as a line without a line break. */
export function formatHeader(header: ScenarioHeader): string {
  return JSON.stringify({ scenario: VERSION, ...inOrder(new Map(Object.entries(header)), HEADER_FIELDS) })
}

/** Writes one operation as a line without a line break. */
export function formatOp(op: ScenarioOp): string {
  return JSON.stringify(inOrder(new Map(Object.entries(op)), OP_FIELDS))
}

/** Turns a value into JSON: a bigint becomes a lower-case `0x` string without leading zeros, an undefined field is left out. */
export function toJson(value: ScenarioValue): JsonValue {
  if (typeof value === 'bigint') return formatHex(value)
  if (typeof value !== 'object' || value === null) return value ?? null
  if (isList(value)) return value.map(toJson)
  const present = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(present.map(([name, field]) => [name, toJson(field)]))
}

function isList(value: object): value is readonly ScenarioValue[] {
  return Array.isArray(value)
}

function inOrder(fields: ReadonlyMap<string, ScenarioValue>, order: readonly string[]): { readonly [key: string]: JsonValue } {
  const present = order.filter((field) => fields.get(field) !== undefined)
  return Object.fromEntries(present.map((field) => [field, toJson(fields.get(field))]))
}
