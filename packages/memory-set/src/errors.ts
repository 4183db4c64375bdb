// How a set refuses. What a guest's request can make fail is a value; what only a mistake of the
// calling program can cause is thrown (RangeError, TypeError) and not told of here.
import { formatHex } from '@addrspace/memory-addr'
import type { AddrRange, AnyAddr } from '@addrspace/memory-addr'

import type { MemoryArea } from './area.ts'
import type { BackendRefusal } from './backend.ts'

/** The three kinds of the original. */
export type MappingErrorCode = 'InvalidParam' | 'AlreadyExists' | 'BadState'

/** What exactly was refused; a closed list. The code follows from it. */
export type MappingErrorReason =
  /** InvalidParam: an area is never empty. */
  | 'empty-range'
  /** InvalidParam: start + size exceeds 2^64. */
  | 'out-of-range'
  /** InvalidParam: a start, a size or a cut is not a multiple of the backend's granule. */
  | 'misaligned'
  /** InvalidParam: a hole in a range that must have none. */
  | 'hole'
  /** AlreadyExists: an area lies in the range. */
  | 'overlap'
  /** BadState: no area contains the faulting address. */
  | 'no-area'
  /** BadState: the area's flags do not permit the access. */
  | 'access-denied'
  /** BadState: the area's backend does not answer faults. */
  | 'no-fault-handler'
  /** BadState: the backend refused; `refusal` may tell why. */
  | 'backend-refused'
  /** BadState: a refused operation could not be undone; `untrusted` names where the page table may differ. */
  | 'undo-refused'
  /** BadState: undoing was refused in `range`, and nobody has said since that the page table is in order there. */
  | 'untrusted'

const CODES: Readonly<Record<MappingErrorReason, MappingErrorCode>> = {
  'empty-range': 'InvalidParam',
  'out-of-range': 'InvalidParam',
  'misaligned': 'InvalidParam',
  'hole': 'InvalidParam',
  'overlap': 'AlreadyExists',
  'no-area': 'BadState',
  'access-denied': 'BadState',
  'no-fault-handler': 'BadState',
  'backend-refused': 'BadState',
  'undo-refused': 'BadState',
  'untrusted': 'BadState',
}

/** What a MappingError may carry besides its reason. */
export interface MappingErrorDetails {
  /** Of the request; absent where start + size exceeds 2^64. */
  readonly range?: AddrRange | undefined
  /** The area in the way, or the one that was misaligned or refused. */
  readonly area?: MemoryArea<unknown, unknown, AnyAddr> | undefined
  /** The backend's own reason, where it gave one. */
  readonly refusal?: BackendRefusal | undefined
  /** Where the page table can no longer be trusted to agree with the set. */
  readonly untrusted?: readonly AddrRange[] | undefined
  /** What was thrown or refused in the first place. */
  readonly cause?: unknown
}

/** A refused operation: it has changed neither the set nor, unless `untrusted` says so, the page table. */
export class MappingError extends Error {
  override readonly name: string = 'MappingError'
  /** Follows from `reason`. */
  readonly code: MappingErrorCode
  /** What exactly was refused. */
  readonly reason: MappingErrorReason
  /** The range that was asked for; undefined where start + size exceeds 2^64. */
  readonly range: AddrRange | undefined
  /** The area in the way, or the one that was misaligned or refused; undefined where no area is to blame. */
  readonly area: MemoryArea<unknown, unknown, AnyAddr> | undefined
  /** The backend's own reason, where it gave one. */
  readonly refusal: BackendRefusal | undefined
  /** Where the page table can no longer be trusted to agree with the set; empty as a rule. */
  readonly untrusted: readonly AddrRange[]

  /** `details.cause`, if given, becomes the error's cause. */
  constructor(reason: MappingErrorReason, message: string, details: MappingErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = CODES[reason]
    this.reason = reason
    this.range = details.range
    this.area = details.area
    this.refusal = details.refusal
    this.untrusted = details.untrusted ?? []
  }
}

/**
 * What every operation of a set answers: `ok` with a value, or not with the error that says why. It must not be
 * dropped: look at `ok`, or `unwrap` it.
 */
export type MappingResult<T = void> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: MappingError }

/** The answer of an operation that has nothing to tell but that it is done. */
export const DONE: MappingResult = Object.freeze({ ok: true, value: undefined })

export function refused(error: MappingError): { readonly ok: false; readonly error: MappingError } {
  return { ok: false, error }
}

/**
 * Gives the value of a result.
 *
 * @throws MappingError if the operation was refused
 */
export function unwrap<T>(result: MappingResult<T>): T {
  if (!result.ok) throw result.error
  return result.value
}

/** `[0x1000, 0x3000)`, for messages. */
export function printedRange(start: bigint, end: bigint): string {
  return `[${formatHex(start)}, ${formatHex(end)})`
}
