/** How the tests write areas down: made of the bounds themselves, not of what the library prints. */
import { type AnyAddr } from '@addrspace/memory-addr'
import { type MappingError, type MappingResult, type MemoryArea } from '@addrspace/memory-set'
import { type Call } from './gate.ts'

export const hex = (value: bigint): string => `0x${value.toString(16)}`

/** `0x1000-0x3000 7` */
export function showArea(area: MemoryArea<unknown, unknown, AnyAddr>): string {
  return `${hex(area.start)}-${hex(area.end)} ${String(area.flags)}`
}

export function show(areas: Iterable<MemoryArea<unknown, unknown, AnyAddr>>): string[] {
  return Array.from(areas, showArea)
}

/** The error of a result that is expected to be one. */
export function errorOf(result: MappingResult<unknown>): MappingError {
  if (result.ok) throw new Error('expected a refusal')
  return result.error
}

/** `ok`, or the code of the refusal. */
export function codeOf(result: MappingResult<unknown>): string {
  return result.ok ? 'ok' : result.error.code
}

/** `ok`, or the reason of the refusal. */
export function reasonOf(result: MappingResult<unknown>): string {
  return result.ok ? 'ok' : result.error.reason
}

/** Calls as `map 0x1000+0x2000 7`, with `refused` behind those that were not done. */
export function showCalls(calls: readonly Call[]): string[] {
  return calls.map(({ verb, start, size, flags, isDone }) =>
    [verb, `${hex(start)}+${hex(size)}`, ...(verb === 'unmap' ? [] : [String(flags)]), ...(isDone ? [] : ['refused'])].join(' '),
  )
}
