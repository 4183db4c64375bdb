/**
 * Public calls as data: which parameters they have, what right arguments are, and what must be unchanged after a call
 * that was refused. One argument at a time is made wrong, so that it is known which one a message has to name.
 */

import type { Random } from '@addrspace/conformance/model'
import { shownValue, Trap, wrongValue, type ParameterKind } from './wrong-values.ts'

/** One parameter, or one field of an object that is one. */
export interface Parameter {
  /** Its position, and the field: `2.limit.start`. */
  readonly path: string
  /** What messages call it; they may go on: `limit.start`. */
  readonly name: string
  readonly kind: ParameterKind
}

/** Writes parameters as `{ '0 start': WORD, '2.align align': ALIGN }`. */
export function parametersOf(kinds: Readonly<Record<string, ParameterKind>>): Parameter[] {
  return Object.entries(kinds).map(([key, kind]) => {
    const [path = '', name = ''] = key.split(' ')
    return { path, name, kind }
  })
}

/** A call with right arguments, on objects of its own. */
export interface Prepared {
  readonly args: readonly unknown[]
  readonly call: (...args: readonly unknown[]) => unknown
  /** What a refused call must not have changed. */
  readonly state?: () => string
}

export interface PublicCall {
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** A wrong value is answered with a value that says no. */
  readonly isAsking?: boolean
  readonly prepare: () => Prepared
}

/** How a call took a value: a right one, an error of the documented kind, or a refusal. */
export type Taken = 'accepted' | 'TypeError' | 'RangeError' | 'refused' | 'passed on'

/** Makes one argument wrong; gives how that was taken, or what is wrong with it. */
export function callWrongly(random: Random, { name, parameters, isAsking = false, prepare }: PublicCall): Taken | { readonly problem: string } {
  const index = random.below(parameters.length)
  const parameter = parameters[index]!
  const value = wrongValue(random, parameter.kind)
  const { args, call, state } = prepare()
  const before = state?.()
  // Of an object, a message may name what is in it; of a right value, the argument that it does not go with.
  const mayNameOthers = typeof value === 'object' || isRight(parameter.kind, value)
  const taken = outcomeOf(() => call(...withValue(args, parameter.path, value)), mayNameOthers ? '' : parameter.name, isAsking)
  const shown = `${name} with "${parameter.name}" = ${shownValue(value)}`
  if (typeof taken === 'object') return { problem: `${shown}: ${taken.problem}` }
  const after = state?.()
  if (taken !== 'accepted' && before !== after) return { problem: `${shown}: ${taken}, but something has changed:\n${String(before)}\n${String(after)}` }
  if (taken === 'accepted' && !isRight(parameter.kind, value)) return { problem: `${shown}: accepted` }
  return taken
}

function isRight(kind: ParameterKind, value: unknown): boolean {
  try {
    return kind.isRight(value)
  } catch {
    return false
  }
}

/** The arguments with one of them, or one field of one of them, replaced. Paths begin with the position: `2.align`. */
function withValue(args: readonly unknown[], path: string, value: unknown): unknown[] {
  const [position, ...fields] = path.split('.')
  const index = Number(position)
  const changed = [...args]
  changed[index] = withField(args[index], fields, value)
  return changed
}

function withField(target: unknown, [field, ...rest]: readonly string[], value: unknown): unknown {
  if (field === undefined) return value
  const inner = typeof target === 'object' && target !== null ? (Reflect.get(target, field) as unknown) : undefined
  return { ...(target as object), [field]: withField(inner, rest, value) }
}

function outcomeOf(act: () => unknown, name: string, isAsking: boolean): Taken | { readonly problem: string } {
  let answer: unknown
  try {
    answer = act()
  } catch (thrown) {
    if (thrown instanceof Trap) return 'passed on'
    if (!(thrown instanceof TypeError || thrown instanceof RangeError)) return { problem: `threw ${String(thrown)}` }
    if (!names(thrown.message, name)) return { problem: `the ${thrown.name} does not name "${name}": ${thrown.message}` }
    return thrown instanceof TypeError ? 'TypeError' : 'RangeError'
  }
  if (isAsking && (answer === undefined || answer === false)) return 'refused'
  if (typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false) return 'refused'
  if (typeof answer === 'object' && answer !== null && 'reason' in answer) return 'refused'
  return 'accepted'
}

/** Whether a message names an argument, alone or with others: `"size"`, `"limit.start"`, `"addr + size"`. */
function names(message: string, name: string): boolean {
  return message.split('"').some((part, index) => index % 2 === 1 && part.includes(name))
}
