/**
 * One operation line of a scenario file: which fields each operation has, and what they may hold.
 */

import { MAX_WORD } from '@addrspace/memory-addr'
import type { JsonRecord } from './json-record.ts'
import { ScenarioError } from './error.ts'
import { tryJsonNumber } from './json-record.ts'
import type { Backing, FindFreeOp, JsonValue, ScenarioAccess, ScenarioMode, ScenarioOp, TranslateControls } from './scenario.ts'
import { shownJson } from './shown-json.ts'

const ACCESSES: readonly ScenarioAccess[] = ['read', 'write', 'exec']
const MODES: readonly ScenarioMode[] = ['user', 'kernel']

/** Reads one operation and sees to it that no field of the line is left over. */
export function parseOp(record: JsonRecord, line: number): ScenarioOp {
  const name = record.take('op')
  const read = typeof name === 'string' ? OPERATIONS.get(name) : undefined
  if (read === undefined) record.fail('op', `unknown operation ${shownJson(name)}; known are ${[...OPERATIONS.keys()].join(', ')}`)
  const op = read(record, line)
  const expected = record.has('expect') ? { expect: record.json('expect') as JsonValue } : {}
  record.end()
  return { ...op, ...expected }
}

type Reader = (record: JsonRecord, line: number) => ScenarioOp

const readers: { readonly [Name in ScenarioOp['op']]: Reader } = {
  map(record, line) {
    const range = readRange(record)
    const flags = record.require('flags', record.flags('flags'))
    const backing = readBacking(record, line)
    const onOverlap = record.oneOf('onOverlap', ['refuse', 'replace'])
    return { op: 'map', ...range, flags, ...(backing !== undefined && { backing }), ...(onOverlap !== undefined && { onOverlap }) }
  },
  unmap: (record) => ({ op: 'unmap', ...readRange(record) }),
  protect(record) {
    const range = readRange(record)
    const flags = record.require('flags', record.flags('flags'))
    const mask = record.flags('mask')
    const holes = record.oneOf('holes', ['skip', 'refuse'])
    return { op: 'protect', ...range, flags, ...(mask !== undefined && { mask }), ...(holes !== undefined && { holes }) }
  },
  find: (record) => ({ op: 'find', addr: readAddr(record) }),
  overlaps: (record) => ({ op: 'overlaps', ...readRange(record) }),
  findFree: readFindFree,
  translate(record) {
    const addr = readAddr(record)
    const access = record.require('access', record.oneOf('access', ACCESSES))
    const mode = record.require('mode', record.oneOf('mode', MODES))
    const controls = record.nested('controls', readControls)
    return { op: 'translate', addr, access, mode, ...(controls !== undefined && { controls }) }
  },
  query: (record) => ({ op: 'query', addr: readAddr(record) }),
  fault: (record) => ({ op: 'fault', addr: readAddr(record), access: record.require('access', record.oneOf('access', ACCESSES)) }),
  areas: () => ({ op: 'areas' }),
  clear: () => ({ op: 'clear' }),
  begin: () => ({ op: 'begin' }),
  commit: () => ({ op: 'commit' }),
  rollback: () => ({ op: 'rollback' }),
}
const OPERATIONS: ReadonlyMap<string, Reader> = new Map(Object.entries(readers))

function readAddr(record: JsonRecord): bigint {
  return record.require('addr', record.word('addr'))
}

function readRange(record: JsonRecord): { start: bigint; size: bigint } {
  return { start: record.require('start', record.word('start')), size: record.require('size', record.size('size')) }
}

function readBacking(record: JsonRecord, line: number): Backing | undefined {
  if (!record.has('backing')) return undefined
  const value = record.take('backing')
  if (value === 'alloc' || value === 'demand') return value
  if (typeof value === 'object' && value !== null && 'linear' in value) {
    const { linear, ...rest } = value
    const paddr = tryJsonNumber(linear)
    if (paddr === undefined || paddr > MAX_WORD) {
      throw new ScenarioError(line, 'backing.linear', 'must be a "0x…" string or a small integer below 2^64')
    }
    for (const field of Object.keys(rest)) throw new ScenarioError(line, `backing.${field}`, 'unknown field')
    return { linear: paddr }
  }
  return record.fail('backing', 'must be "alloc", "demand" or {"linear": P}')
}

function readFindFree(record: JsonRecord, line: number): FindFreeOp {
  const size = record.require('size', record.size('size'))
  const hint = record.size('hint')
  const limit = readLimit(record, line)
  const align = record.word('align')
  // A power of two has one bit set.
  if (align !== undefined && (align === 0n || (align & (align - 1n)) !== 0n)) record.fail('align', 'must be a power of two')
  const direction = record.oneOf('direction', ['up', 'down'])
  const gap = tryJsonNumber(record.peek('gap')) === undefined ? record.nested('gap', readGap) : record.size('gap')
  return {
    op: 'findFree', size,
    ...(hint !== undefined && { hint }),
    ...(limit !== undefined && { limit }),
    ...(align !== undefined && { align }),
    ...(direction !== undefined && { direction }),
    ...(gap !== undefined && { gap }),
  }
}

function readLimit(record: JsonRecord, line: number): readonly [bigint, bigint] | undefined {
  const value = record.take('limit')
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length !== 2) return record.fail('limit', 'must be a list of two numbers, start and exclusive end')
  // Read like the two fields of an object, so that bounds and messages are those of every other number.
  const [start, end] = value.map((bound: unknown, index) => {
    const number = tryJsonNumber(bound)
    if (number === undefined || number > MAX_WORD + 1n) {
      throw new ScenarioError(line, `limit[${index}]`, 'must be a "0x…" string or a small integer up to 2^64')
    }
    return number
  })
  if (start === undefined || end === undefined || start > end) return record.fail('limit', 'must not end before it starts')
  return [start, end]
}

function readGap(record: JsonRecord): { below?: bigint; above?: bigint } {
  const below = record.size('below')
  const above = record.size('above')
  record.end()
  return { ...(below !== undefined && { below }), ...(above !== undefined && { above }) }
}

function readControls(record: JsonRecord): TranslateControls {
  const controls: { -readonly [K in keyof TranslateControls]: TranslateControls[K] } = {}
  for (const name of ['wp', 'nxe', 'smep', 'smap', 'sum', 'mxr', 'pan'] as const) {
    const value = record.boolean(name)
    if (value !== undefined) controls[name] = value
  }
  const ad = record.oneOf('ad', ['svade', 'svadu'])
  if (ad !== undefined) controls.ad = ad
  record.end()
  return controls
}
