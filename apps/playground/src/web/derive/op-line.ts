/** Operations as lines of a scenario: from the fields of a form to a line, and from an operation to a short text. */

import { formatOp, parseScenarios, ScenarioError, type ScenarioOp } from '@addrspace/conformance'

/** What a form can say; which of it counts depends on the operation. All texts are as typed. */
export interface OpFields {
  readonly op: FormOp
  readonly start: string
  readonly size: string
  readonly flags: string
  readonly backing: 'alloc' | 'demand' | 'linear'
  /** The physical address of a linear backing. */
  readonly linear: string
  readonly onOverlap: 'refuse' | 'replace'
  readonly holes: 'skip' | 'refuse'
  readonly addr: string
  readonly access: 'read' | 'write' | 'exec'
  readonly mode: 'user' | 'kernel'
}

/** The operations that the form offers; all others can be written as a line. */
export const FORM_OPS = ['map', 'unmap', 'protect', 'fault', 'translate', 'query', 'find', 'findFree', 'areas', 'clear', 'begin'] as const
export type FormOp = (typeof FORM_OPS)[number]
export type FormField = Exclude<keyof OpFields, 'op'>

/** Which fields an operation has, in the order of the form. */
export const FIELDS_OF: Readonly<Record<FormOp, readonly FormField[]>> = {
  map: ['start', 'size', 'flags', 'backing', 'linear', 'onOverlap'],
  unmap: ['start', 'size'],
  protect: ['start', 'size', 'flags', 'holes'],
  fault: ['addr', 'access'],
  translate: ['addr', 'access', 'mode'],
  query: ['addr'],
  find: ['addr'],
  findFree: ['size'],
  areas: [],
  clear: [],
  begin: [],
}

/** What the form begins with. */
export const FIRST_FIELDS: OpFields = {
  op: 'map',
  start: '0x400000',
  size: '0x1000',
  flags: 'rw',
  backing: 'alloc',
  linear: '0x80200000',
  onOverlap: 'refuse',
  holes: 'skip',
  addr: '0x400000',
  access: 'read',
  mode: 'user',
}

/** The line that the fields say, right or wrong: `checkLine` tells. */
export function lineOf(fields: OpFields): string {
  const { op, backing, linear, onOverlap, holes } = fields
  const has = new Set<FormField>(FIELDS_OF[op])
  const plain = (['start', 'size', 'flags', 'addr', 'access', 'mode'] as const).filter((name) => has.has(name))
  return JSON.stringify({
    op,
    ...Object.fromEntries(plain.map((name) => [name, fields[name].trim()])),
    ...(has.has('backing') && backing !== 'alloc' && { backing: backing === 'linear' ? { linear: linear.trim() } : backing }),
    ...(has.has('onOverlap') && onOverlap === 'replace' && { onOverlap }),
    ...(has.has('holes') && holes === 'refuse' && { holes }),
  })
}

/** What is wrong with one operation's line, told without a line number; undefined if nothing is. */
export function checkLine(line: string): string | undefined {
  const closing = /"op"\s*:\s*"begin"/.test(line) ? '\n{"op":"commit"}' : ''
  try {
    const { ops } = parseScenarios(`{"scenario":1,"backend":"mock"}\n${line.trim().replaceAll(/\s*\n\s*/g, ' ')}${closing}`)[0]!
    return ops.length === 0 ? 'is no operation, such as {"op":"areas"}' : undefined
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return error.message.replace(/^line \d+: /, '')
  }
}

/** `map 0x400000 +0x4000 rwu`: an operation in a few words. */
export function opText(op: ScenarioOp): string {
  const { op: verb, expect: _, ...fields } = JSON.parse(formatOp(op)) as Readonly<Record<string, unknown>>
  return [verb, ...Object.entries(fields).map(([name, value]) => fieldText(name, value))].join(' ')
}

function fieldText(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (name === 'size') return `+${text}`
  if (['start', 'addr', 'access', 'mode'].includes(name)) return text
  if (name === 'flags') return text === '' ? 'no access' : text
  return `${name} ${text}`
}

/** The address that an operation is about, if it is about one. */
export function addressOf(op: ScenarioOp | undefined): bigint | undefined {
  if (op === undefined) return undefined
  if ('start' in op) return op.start
  return 'addr' in op ? op.addr : undefined
}
