// Carries out the steps of a plan, and undoes them. A page table that can roll back is bracketed;
// for one that cannot, the steps done so far are undone by their inverses, last first.
import { addrRangeFromSize } from '@addrspace/memory-addr'
import type { AddrRange, AnyAddr } from '@addrspace/memory-addr'

import type { BackendAnswer, BackendRefusal, RefusalReason, TransactionalPageTable } from './backend.ts'
import { MappingError, printedRange } from './errors.ts'
import type { PlanStep } from './plan.ts'

const REASONS: readonly RefusalReason[] = ['out-of-frames', 'already-mapped', 'not-mapped', 'misaligned', 'not-expressible']

/** The page table, if it can roll back. */
export function asTransactional(pageTable: unknown): TransactionalPageTable | undefined {
  if (typeof pageTable !== 'object' || pageTable === null) return undefined
  const { beginTransaction, commitTransaction, rollbackTransaction } = pageTable as Partial<TransactionalPageTable>
  const isAble = [beginTransaction, commitTransaction, rollbackTransaction].every((method) => typeof method === 'function')
  return isAble ? (pageTable as TransactionalPageTable) : undefined
}

/**
 * Carries out steps in order. If one is refused, those before it are undone and the error is
 * given; if one throws, they are undone and what was thrown is thrown on. Where undoing is refused, the range is
 * added to `untrusted`.
 *
 * @throws TypeError if a backend answers anything but true, false or a refusal
 * @throws MappingError (`undo-refused`) if a backend throws and undoing is refused
 */
export function act<F, P, A extends AnyAddr>(
  steps: readonly PlanStep<F, P, A>[],
  pageTable: P,
  table: TransactionalPageTable | undefined,
  untrusted: AddrRange[],
): MappingError | undefined {
  table?.beginTransaction()
  for (let i = 0; i < steps.length; i++) {
    let error: MappingError | undefined
    try {
      error = attempt(steps[i]!, pageTable)
    } catch (thrown) {
      throw rollBack(steps, i, pageTable, table, untrusted, thrown) ?? thrown
    }
    if (error !== undefined) return rollBack(steps, i, pageTable, table, untrusted, error) ?? error
  }
  return undefined
}

/** As `act`, of one step: what is refused then has nothing before it to be undone. */
export function actOnce<F, P, A extends AnyAddr>(step: PlanStep<F, P, A>, pageTable: P, table: TransactionalPageTable | undefined): MappingError | undefined {
  table?.beginTransaction()
  let isDone = false
  try {
    const error = attempt(step, pageTable)
    isDone = error === undefined
    return error
  } finally {
    if (!isDone) table?.rollbackTransaction()
  }
}

/** The error of a step that is refused. A refusal is looked at here, too: what an object answers when it is asked is the backend's doing. */
function attempt<F, P, A extends AnyAddr>(step: PlanStep<F, P, A>, pageTable: P): MappingError | undefined {
  const refusal = refusalIn(perform(step, pageTable), step.verb)
  return refusal === undefined ? undefined : refusedStep(step, refusal)
}

/**
 * Undoes steps [from, to) call by call, last first, going on where one is refused: its range is added to `untrusted`.
 */
export function compensate<F, P, A extends AnyAddr>(
  steps: readonly PlanStep<F, P, A>[],
  from: number,
  to: number,
  pageTable: P,
  untrusted: AddrRange[],
): void {
  for (let i = to - 1; i >= from; i--) {
    const step = steps[i]!
    let isUndone = false
    try {
      isUndone = performInverse(step, pageTable) === true
    } catch {
      // A throw is a refusal here: what counts, and is told, is that the range was not undone.
    }
    if (!isUndone) untrusted.push(addrRangeFromSize<AnyAddr>(step.start, step.size))
  }
}

/** The error of an undo that was refused, or undefined if all was undone. */
export function undoError(untrusted: readonly AddrRange[], cause: unknown): MappingError | undefined {
  if (untrusted.length === 0) return undefined
  const ranges = untrusted.map((range) => printedRange(range.start, range.end)).join(', ')
  return new MappingError('undo-refused', `undoing was refused; the page table can no longer be trusted in ${ranges}`, { range: untrusted[0], untrusted, cause })
}

/**
 * The refusal in a backend's answer, or undefined if it is done.
 *
 * @throws TypeError if it is no answer at all, a promise for instance
 */
export function refusalIn(answer: BackendAnswer, verb: string): BackendRefusal | false | undefined {
  if (answer === true) return undefined
  if (answer === false) return false
  const given: unknown = answer
  if (isRefusal(given)) return given
  const kind = given === null ? 'null' : given instanceof Promise ? 'a promise' : typeof given
  throw new TypeError(`"${verb}" of a backend must answer true, false or a refusal with a reason, got ${kind}`)
}

export function isRefusal(answer: unknown): answer is BackendRefusal {
  return typeof answer === 'object' && answer !== null && 'reason' in answer && REASONS.some((reason) => reason === answer.reason)
}

/** For messages: the reason, and what the cause says if it is an error. */
export function printedRefusal({ reason, cause }: BackendRefusal): string {
  return cause instanceof Error ? `${reason} (${cause.message})` : reason
}

function rollBack<F, P, A extends AnyAddr>(
  steps: readonly PlanStep<F, P, A>[],
  done: number,
  pageTable: P,
  table: TransactionalPageTable | undefined,
  untrusted: AddrRange[],
  cause: unknown,
): MappingError | undefined {
  const known = untrusted.length
  if (table === undefined) compensate(steps, 0, done, pageTable, untrusted)
  else table.rollbackTransaction()
  return undoError(untrusted.slice(known), cause)
}

function perform<F, P, A extends AnyAddr>(step: PlanStep<F, P, A>, pageTable: P): BackendAnswer {
  switch (step.verb) {
    case 'map':
      return step.backend.map(step.start, step.size, step.flags, pageTable)
    case 'unmap':
      return step.backend.unmap(step.start, step.size, pageTable)
    case 'protect':
      return step.backend.protect(step.start, step.size, step.flags, pageTable)
  }
}

function performInverse<F, P, A extends AnyAddr>(step: PlanStep<F, P, A>, pageTable: P): BackendAnswer {
  switch (step.verb) {
    case 'map':
      return step.backend.unmap(step.start, step.size, pageTable)
    case 'unmap':
      return step.backend.map(step.start, step.size, step.flags, pageTable)
    case 'protect':
      return step.backend.protect(step.start, step.size, step.oldFlags, pageTable)
  }
}

function refusedStep<F, P, A extends AnyAddr>(step: PlanStep<F, P, A>, refusal: BackendRefusal | false): MappingError {
  const range = addrRangeFromSize<AnyAddr>(step.start, step.size)
  const why = refusal === false ? '' : `: ${printedRefusal(refusal)}`
  return new MappingError('backend-refused', `the backend refused to ${step.verb} ${printedRange(range.start, range.end)}${why}`, {
    range,
    refusal: refusal === false ? undefined : refusal,
    cause: refusal === false ? undefined : refusal.cause,
  })
}
