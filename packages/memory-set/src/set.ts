// MemorySet: the areas of one address space and the page table that realises them, changed
// together or not at all. Every operation first plans (plan.ts), then has the backends act
// (act.ts), then commits the new areas to the index in one step (internal/splice.ts).
import { addrRangeFromSize, checkSize, checkWord, formatHex, WORD_SPACE } from '@addrspace/memory-addr'
import type { AddrRange, AnyAddr, VirtAddr } from '@addrspace/memory-addr'

import { act, asTransactional, compensate, isRefusal, printedRefusal, undoError } from './act.ts'
import { AreaIndex } from './area-index.ts'
import type { MemoryArea } from './area.ts'
import type { Access, FaultAnswer, MappingBackend, TransactionalPageTable } from './backend.ts'
import { DONE, MappingError, refused } from './errors.ts'
import type { MappingResult } from './errors.ts'
import type { Guards } from './internal/attributes.ts'
import { NO_GUARDS } from './internal/attributes.ts'
import { checkChoice, checkFunction } from './internal/check-arguments.ts'
import { checkIndex } from './internal/check-index.ts'
import { replaceRun } from './internal/splice.ts'
import { checkBackend, guardsOf, mayMerge, Plan } from './plan.ts'
import type { PlanStep } from './plan.ts'
import { AreaQueries } from './queries.ts'
import { MemorySetSnapshot } from './snapshot.ts'

export interface MemorySetOptions<F, P> {
  /** What the backends of all areas change; the set itself never looks into it. */
  readonly pageTable: P
  /** When flags are equal; default `Object.is`. Asked only to merge. */
  readonly flagsEqual?: (a: F, b: F) => boolean
  /** Whether flags permit an access; asked before a fault reaches the backend. Default: they do. */
  readonly permits?: (flags: F, access: Access) => boolean
  /** `equal-neighbours` merges adjacent areas of equal flags whose backend allows it, always; default `never`. */
  readonly merge?: 'never' | 'equal-neighbours'
}

export interface MapOptions {
  /** What to do where areas lie in the range: refuse with `AlreadyExists` (default), or take their place. */
  readonly onOverlap?: 'refuse' | 'replace'
  /**
   * Bytes next to the area that free searches keep clear, as far as the next area: behind one that
   * a fixed map put into the guard, they search again.
   */
  readonly guards?: Partial<Guards>
}

export interface ProtectOptions {
  /** What to do where nothing is mapped in the range: skip it (default), or refuse before any change. */
  readonly holes?: 'skip' | 'refuse'
}

/**
 * An ordered set of disjoint areas in [0, 2^64) with the operations of mmap, munmap and mprotect.
 *
 * Sizes are in bytes, ranges half-open; an end may be 2^64. An operation that is refused, or in
 * which a callback or backend throws, has changed neither the set nor the page table. A callback
 * must not call the set: that throws.
 */
export class MemorySet<F, P, A extends AnyAddr = VirtAddr> extends AreaQueries<F, P, A> {
  readonly pageTable: P
  readonly #table: TransactionalPageTable | undefined
  readonly #flagsEqual: (a: F, b: F) => boolean
  readonly #permits: ((flags: F, access: Access) => boolean) | undefined
  readonly #isMerging: boolean
  readonly #plan: Plan<F, P, A>
  /** What was done since the outermost transaction began, for a page table that cannot roll back. */
  readonly #journal: PlanStep<F, P, A>[]
  /** Where undoing was refused since the outermost transaction began. */
  readonly #untrusted: AddrRange[]
  #depth: number

  /** @throws TypeError, RangeError if an option is none of those it can be */
  constructor(options: MemorySetOptions<F, P>) {
    super(AreaIndex.empty())
    const { pageTable, flagsEqual = Object.is, permits, merge = 'never' } = options
    checkChoice(merge, ['never', 'equal-neighbours'], 'merge')
    checkFunction(flagsEqual, 'flagsEqual')
    if (permits !== undefined) checkFunction(permits, 'permits')
    this.pageTable = pageTable
    this.#table = asTransactional(pageTable)
    this.#flagsEqual = flagsEqual
    this.#permits = permits
    this.#isMerging = merge === 'equal-neighbours'
    this.#plan = new Plan(this.index, { flagsEqual, isMerging: this.#isMerging })
    this.#journal = []
    this.#untrusted = []
    this.#depth = 0
  }

  /**
   * Adds an area and has its backend map it. O(log n + areas replaced).
   *
   * Refused: `empty-range`, `out-of-range`, `misaligned` (InvalidParam); `overlap` (AlreadyExists);
   * `backend-refused` (BadState).
   *
   * @throws TypeError, RangeError if an argument is none
   */
  map(start: A, size: bigint, flags: F, backend: MappingBackend<F, P, A>, options: MapOptions = {}): MappingResult {
    if (this.state !== 'ready') this.refuse()
    const { onOverlap = 'refuse', guards } = options
    checkBackend(backend, 'backend', 'must be a MappingBackend')
    checkChoice(onOverlap, ['refuse', 'replace'], 'onOverlap')
    const kept = guards === undefined ? NO_GUARDS : checkedGuards(guards)
    const outOfRange = checkRequest(start, size)
    if (outOfRange !== undefined) return outOfRange
    if (size === 0n) {
      return refused(new MappingError('empty-range', `an area is never empty, got size 0 at ${formatHex(start)}`, { range: addrRangeFromSize<AnyAddr>(start, size) }))
    }
    return this.#carryOut((plan) => plan.map(start, size, flags, backend, kept, onOverlap === 'replace'))
  }

  /**
   * Removes all of the range that is mapped; holes are fine, and size 0 is nothing to do. Areas
   * that reach out of the range are cut. O(log n + areas touched).
   *
   * Refused: `out-of-range`, `misaligned` (InvalidParam); `backend-refused` (BadState).
   *
   * @throws TypeError, RangeError if an argument is none
   */
  unmap(start: A, size: bigint): MappingResult {
    if (this.state !== 'ready') this.refuse()
    const outOfRange = checkRequest(start, size)
    if (outOfRange !== undefined) return outOfRange
    if (size === 0n) return DONE
    return this.#carryOut((plan) => plan.unmap(start, size))
  }

  /**
   * Changes the flags in the range. `update` is given the flags of each area that intersects it, in
   * address order, and gives the new ones, or undefined to leave the area alone; a value that equals
   * the old one is applied like any other. Areas that reach out of the range are split. Size 0 is
   * nothing to do. O(log n + areas touched).
   *
   * Refused: `out-of-range`, `misaligned`, `hole` (InvalidParam); `backend-refused` (BadState).
   *
   * @throws TypeError, RangeError if an argument is none
   */
  protect(start: A, size: bigint, update: (flags: F, area: MemoryArea<F, P, A>) => F | undefined, options: ProtectOptions = {}): MappingResult {
    if (this.state !== 'ready') this.refuse()
    const { holes = 'skip' } = options
    if (typeof update !== 'function') throw new TypeError(`"update" must be a function from old flags to new ones, got ${typeof update}`)
    checkChoice(holes, ['skip', 'refuse'], 'holes')
    const outOfRange = checkRequest(start, size)
    if (outOfRange !== undefined) return outOfRange
    if (size === 0n) return DONE
    return this.#carryOut((plan) => plan.protect(start, size, update, holes === 'skip'))
  }

  /** Removes all areas. Refused: `backend-refused` (BadState). O(n). */
  clear(): MappingResult {
    if (this.state !== 'ready') this.refuse()
    return this.#carryOut((plan) => plan.unmap(0n as A, WORD_SPACE))
  }

  /**
   * Answers an access that the page table did not allow: finds the area, checks its flags and asks
   * its backend. `installed` means try again, `present` that the page was there already. O(log n).
   *
   * Refused (BadState): `no-area`, `access-denied`, `no-fault-handler`, `backend-refused`.
   *
   * @throws TypeError, RangeError if an argument is none
   */
  fault(addr: A, access: Access): MappingResult<'installed' | 'present'> {
    if (this.state !== 'ready') this.refuse()
    checkWord(addr, 'addr')
    checkChoice(access, ['read', 'write', 'exec'], 'access')
    const area = this.find(addr)
    const range = addrRangeFromSize<AnyAddr>(addr, 1n)
    if (area === undefined) return refused(new MappingError('no-area', `no area contains ${formatHex(addr)}`, { range }))
    return this.#guarded(() => {
      if (this.#permits !== undefined && !this.#permits(area.flags, access)) {
        return refused(new MappingError('access-denied', `the area ${area.toString()} does not permit ${access} at ${formatHex(addr)}`, { range, area }))
      }
      if (area.backend.fault === undefined) {
        return refused(new MappingError('no-fault-handler', `the backend of the area ${area.toString()} does not answer faults`, { range, area }))
      }
      const answer = this.#faultOf(area, addr, access)
      if (answer === 'installed' || answer === 'present') return { ok: true, value: answer }
      const error = new MappingError('backend-refused', `the backend refused the fault at ${formatHex(addr)}: ${printedRefusal(answer)}`, {
        range,
        area,
        refusal: answer,
        cause: answer.cause,
      })
      return refused(error)
    })
  }

  /** A frozen view of the areas as they are now, to be released with `dispose()`. O(1). */
  snapshot(): MemorySetSnapshot<F, P, A> {
    if (this.state !== 'ready') this.refuse()
    return new MemorySetSnapshot(this.index.fork())
  }

  /**
   * Makes several operations one: if `fn` throws or gives a refusal, set and page table are as
   * before, and that is thrown on or given. May be nested. Of a refused operation inside, `fn`
   * decides whether to give the refusal or to go on without it.
   *
   * Refused: with what `fn` gives; `undo-refused` if going back is refused by a backend (BadState).
   *
   * @throws what `fn` throws
   * @throws TypeError if `fn` gives no result
   * @throws MappingError (`undo-refused`) if `fn` throws and going back is refused by a backend
   */
  transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    if (this.state !== 'ready') this.refuse()
    const before = this.index.fork()
    const mark = { journal: this.#journal.length, untrusted: this.#untrusted.length }
    this.#table?.beginTransaction()
    this.#depth++
    let result: MappingResult<T>
    try {
      result = fn()
      checkResult(result)
    } catch (thrown) {
      throw this.#goBack(before, mark, thrown) ?? thrown
    }
    if (!result.ok) {
      const error = this.#goBack(before, mark, result.error)
      return error === undefined ? result : refused(error)
    }
    before.dispose()
    if (--this.#depth === 0) this.#journal.length = this.#untrusted.length = 0
    this.#table?.commitTransaction()
    return result
  }

  /**
   * Checks that the index is what it should be: see area-index.ts for the invariants. O(n).
   *
   * @throws Error that names the invariant
   */
  checkInvariants(): void {
    if (this.state !== 'ready') this.refuse()
    checkIndex(this.index)
    if (!this.#isMerging) return
    let left: MemoryArea<F, P, A> | undefined
    for (const right of this) {
      if (left !== undefined && left.end === right.start && this.#mayMerge(left, right)) throw new Error(`I6: ${left.toString()} and ${right.toString()} should be one area`)
      left = right
    }
  }

  #carryOut(planWith: (plan: Plan<F, P, A>) => MappingError | undefined): MappingResult {
    const plan = this.#plan
    this.state = 'busy'
    try {
      const error = planWith(plan) ?? (plan.stepCount === 0 ? undefined : act(plan.steps, plan.stepCount, this.pageTable, this.#table))
      if (error !== undefined) {
        this.#remember(error)
        return refused(error)
      }
      if (plan.stepCount > 0) this.#commit(plan)
    } catch (thrown) {
      this.#remember(thrown)
      throw thrown
    } finally {
      this.state = 'ready'
      plan.reset()
    }
    return DONE
  }

  /** Keeps where undoing was refused, for the transaction around it. */
  #remember(error: unknown): void {
    if (this.#depth > 0 && error instanceof MappingError) for (const range of error.untrusted) this.#untrusted.push(range)
  }

  #commit(plan: Plan<F, P, A>): void {
    if (this.#depth > 0 && this.#table === undefined) for (let i = 0; i < plan.stepCount; i++) this.#journal.push(plan.steps[i]!)
    replaceRun(plan.cursor, plan.removed, plan.added)
    // Last, since a page table reports to its own sink here: if that throws, the operation is done on both sides.
    this.#table?.commitTransaction()
  }

  /** Rolls a transaction back; gives the error of undoing that was refused, now or inside it. */
  #goBack(before: AreaIndex<F, P, A>, mark: { readonly journal: number; readonly untrusted: number }, cause: unknown): MappingError | undefined {
    this.index.revertTo(before)
    this.#table?.rollbackTransaction()
    const journal = this.#journal
    const refusedNow = this.#guarded(() => compensate(journal, mark.journal, journal.length, this.pageTable))
    const untrusted = [...this.#untrusted.slice(mark.untrusted), ...refusedNow]
    journal.length = mark.journal
    this.#untrusted.length = mark.untrusted
    if (--this.#depth > 0) for (const range of untrusted) this.#untrusted.push(range)
    return undoError(untrusted, cause)
  }

  #faultOf(area: MemoryArea<F, P, A>, addr: A, access: Access): FaultAnswer {
    this.#table?.beginTransaction()
    let answer: unknown
    try {
      answer = area.backend.fault?.(addr, access, area.flags, this.pageTable)
      if (answer === 'installed' || answer === 'present') {
        this.#table?.commitTransaction()
        return answer
      }
      if (!isRefusal(answer)) throw new TypeError(`"fault" of a backend must answer installed, present or a refusal with a reason, got ${typeof answer}`)
    } catch (thrown) {
      this.#table?.rollbackTransaction()
      throw thrown
    }
    this.#table?.rollbackTransaction()
    return answer
  }

  #mayMerge(left: MemoryArea<F, P, A>, right: MemoryArea<F, P, A>): boolean {
    return this.#guarded(() => mayMerge(this.#flagsEqual, left, right, () => left, () => right))
  }

  /** Runs what may call into the calling program, which must not call back. */
  #guarded<T>(fn: () => T): T {
    this.state = 'busy'
    try {
      return fn()
    } finally {
      this.state = 'ready'
    }
  }
}

/** Refuses a request that ends above 2^64; throws for what is no request. */
function checkRequest(start: bigint, size: bigint): ReturnType<typeof refused> | undefined {
  checkWord(start, 'start')
  if (typeof size !== 'bigint' || size < 0n) checkSize(size, 'size')
  if (start + size <= WORD_SPACE) return undefined
  return refused(new MappingError('out-of-range', `${formatHex(start)} + ${formatHex(size)} exceeds 2^64`))
}

function checkedGuards(guards: Partial<Guards>): Guards {
  const { below = 0n, above = 0n } = guards
  checkSize(below, 'guards.below')
  checkSize(above, 'guards.above')
  return guardsOf(below, above)
}

function checkResult(result: unknown): asserts result is MappingResult<unknown> {
  if (typeof result === 'object' && result !== null && 'ok' in result && typeof result.ok === 'boolean') return
  const kind = result instanceof Promise ? 'a promise; a transaction is synchronous' : result === null ? 'null' : typeof result
  throw new TypeError(`"fn" of a transaction must give a MappingResult, got ${kind}`)
}
