// MemorySet: the areas of one address space and the page table that realises them, changed
// together or not at all. Every operation first plans (plan.ts), then has the backends act
// (act.ts), then commits the new areas to the index in one step (internal/change-areas.ts).
import { addrRangeFromSize, checkObject, checkRange, checkSize, checkWord, formatHex, WORD_SPACE } from '@addrspace/memory-addr'
import type { AddrRange, AnyAddr, RangeLike, VirtAddr } from '@addrspace/memory-addr'

import { act, actOnce, asTransactional, compensate, undoError } from './act.ts'
import { AreaIndex } from './area-index.ts'
import type { MemoryArea } from './area.ts'
import type { Access, MappingBackend, TransactionalPageTable } from './backend.ts'
import { DONE, MappingError, printedRange, refused } from './errors.ts'
import type { MappingResult } from './errors.ts'
import { answerFault } from './fault.ts'
import type { AreaAttributes, Guards } from './internal/attributes.ts'
import { NO_GUARDS } from './internal/attributes.ts'
import { RangeBounds } from './internal/bound.ts'
import { checkChoice, checkFunction } from './internal/check-arguments.ts'
import { cutArea, insertArea } from './internal/change-areas.ts'
import { checkIndex } from './internal/check-index.ts'
import { NodeStore } from './internal/node-store.ts'
import type { MapOptions, MemorySetOptions, ProtectOptions } from './options.ts'
import { checkBackend, guardsOf, mayMerge, Plan } from './plan.ts'
import type { PlanStep } from './plan.ts'
import { AreaQueries } from './queries.ts'
import { MemorySetSnapshot } from './snapshot.ts'
import { joined, without } from './untrusted.ts'

/**
 * An ordered set of disjoint areas in [0, 2^64) with the operations of mmap, munmap and mprotect.
 *
 * Sizes are in bytes, ranges half-open; an end may be 2^64. An operation that is refused, or in
 * which a callback or backend throws, has changed neither the set nor the page table. A callback
 * must not call the set: that throws.
 */
export class MemorySet<F, P, A extends AnyAddr = VirtAddr> extends AreaQueries<F, P, A> {
  /** The table that all backends of this set are handed. */
  declare readonly pageTable: P
  readonly #table: TransactionalPageTable | undefined
  readonly #flagsEqual: (a: F, b: F) => boolean
  readonly #permits: ((flags: F, access: Access) => boolean) | undefined
  readonly #isMerging: boolean
  /** The range of the operation that is carried out. */
  readonly #request = new RangeBounds()
  readonly #plan: Plan<F, P, A>
  /** What was done since the outermost transaction began, for a page table that cannot roll back. */
  readonly #journal: PlanStep<F, P, A>[] = []
  /** Where undoing was refused since the outermost transaction began; outside of one, only until it is added to `distrusted`. */
  readonly #untrusted: AddrRange[] = []
  #depth = 0

  /** @throws TypeError, RangeError if an option is none of those it can be */
  constructor(options: MemorySetOptions<F, P>) {
    super(new AreaIndex(new NodeStore()))
    checkObject(options, 'options')
    const { pageTable, flagsEqual = Object.is, permits, merge = 'never' } = options
    checkChoice(merge, ['never', 'equal-neighbours'], 'merge')
    checkFunction(flagsEqual, 'flagsEqual')
    if (permits !== undefined) checkFunction(permits, 'permits')
    this.pageTable = pageTable
    this.#table = asTransactional(pageTable)
    this.#flagsEqual = flagsEqual
    this.#permits = permits
    this.#isMerging = merge === 'equal-neighbours'
    this.#plan = new Plan(this.index, this.#request, { flagsEqual, isMerging: this.#isMerging })
  }

  /**
   * Adds an area and has its backend map it. O(log n + areas replaced).
   *
   * Refused: `empty-range`, `out-of-range`, `misaligned` (InvalidParam); `overlap` (AlreadyExists);
   * `backend-refused`, `undo-refused`, `untrusted` (BadState).
   *
   * @throws TypeError, RangeError if an argument is none
   */
  map(start: A, size: bigint, flags: F, backend: MappingBackend<F, P, A>, options?: MapOptions): MappingResult {
    if (this.state !== 'ready') this.refuse()
    checkBackend(backend, 'backend', 'must be a MappingBackend')
    let isReplacing = false
    let guards = NO_GUARDS
    if (options !== undefined) {
      checkObject(options, 'options')
      const { onOverlap = 'refuse' } = options
      checkChoice(onOverlap, ['refuse', 'replace'], 'onOverlap')
      isReplacing = onOverlap === 'replace'
      if (options.guards !== undefined) guards = checkedGuards(options.guards)
    }
    if (!this.#request.take(start, size)) return outOfRange(start, size)
    if (size === 0n) {
      return refused(new MappingError('empty-range', `an area is never empty, got size 0 at ${formatHex(start)}`, { range: addrRangeFromSize<AnyAddr>(start, size) }))
    }
    const untrusted = this.#begin(start, size)
    if (untrusted !== undefined) return untrusted
    try {
      const plan = this.#plan
      if (!plan.seekFree(start, size, backend)) return this.#carryOut(plan.map(start, size, flags, backend, guards, isReplacing))
      return this.#carryOutOne({ verb: 'map', start, size, backend, flags, oldFlags: flags }, plan.lookup(flags, backend, guards))
    } finally {
      this.#end()
    }
  }

  /**
   * Removes all of the range that is mapped; holes are fine, and size 0 is nothing to do. Areas
   * that reach out of the range are cut. O(log n + areas touched).
   *
   * Refused: `out-of-range`, `misaligned` (InvalidParam); `backend-refused`, `undo-refused`, `untrusted`
   * (BadState).
   *
   * @throws TypeError, RangeError if an argument is none
   */
  unmap(start: A, size: bigint): MappingResult {
    if (this.state !== 'ready') this.refuse()
    if (!this.#request.take(start, size)) return outOfRange(start, size)
    if (size === 0n) return DONE
    return this.#unmap(start, size)
  }

  /**
   * Changes the flags in the range. `update` is given the flags of each area that intersects it, in
   * address order, and gives the new ones, or undefined to leave the area alone; a value that equals
   * the old one is applied like any other. Areas that reach out of the range are split. Size 0 is
   * nothing to do. O(log n + areas touched).
   *
   * Refused: `out-of-range`, `misaligned`, `hole` (InvalidParam); `backend-refused`, `undo-refused`,
   * `untrusted` (BadState).
   *
   * @throws TypeError, RangeError if an argument is none
   */
  protect(start: A, size: bigint, update: (flags: F, area: MemoryArea<F, P, A>) => F | undefined, options?: ProtectOptions): MappingResult {
    if (this.state !== 'ready') this.refuse()
    let mayHaveHoles = true
    if (options !== undefined) {
      checkObject(options, 'options')
      const { holes = 'skip' } = options
      checkChoice(holes, ['skip', 'refuse'], 'holes')
      mayHaveHoles = holes === 'skip'
    }
    if (typeof update !== 'function') throw new TypeError(`"update" must be a function from old flags to new ones, got ${typeof update}`)
    if (!this.#request.take(start, size)) return outOfRange(start, size)
    if (size === 0n) return DONE
    const untrusted = this.#begin(start, size)
    if (untrusted !== undefined) return untrusted
    try {
      const plan = this.#plan
      const old = plan.seekWhole(start, size)
      if (old === undefined) return this.#carryOut(plan.protect(start, size, update, mayHaveHoles))
      const flags = update(old.flags, this.index.areaAt(plan.cursor.at))
      if (flags === undefined) return DONE
      return this.#carryOutOne({ verb: 'protect', start, size, backend: old.backend, flags, oldFlags: old.flags }, plan.withFlags(old, flags))
    } finally {
      this.#end()
    }
  }

  /** Removes all areas. Refused: `backend-refused`, `undo-refused`, `untrusted` (BadState). O(n). */
  clear(): MappingResult {
    if (this.state !== 'ready') this.refuse()
    this.#request.take(0n, WORD_SPACE)
    return this.#unmap(0n as A, WORD_SPACE)
  }

  /**
   * Answers an access that the page table did not allow: finds the area, checks its flags and asks
   * its backend. `installed` means try again, `present` that the page was there already. O(log n).
   *
   * Refused (BadState): `untrusted`, `no-area`, `access-denied`, `no-fault-handler`, `backend-refused`.
   *
   * @throws TypeError, RangeError if an argument is none
   */
  fault(addr: A, access: Access): MappingResult<'installed' | 'present'> {
    if (this.state !== 'ready') this.refuse()
    checkWord(addr, 'addr')
    checkChoice(access, ['read', 'write', 'exec'], 'access')
    const untrusted = this.#untrustedError(addr, 1n)
    if (untrusted !== undefined) return refused(untrusted)
    const area = this.find(addr)
    if (area === undefined) return refused(new MappingError('no-area', `no area contains ${formatHex(addr)}`, { range: addrRangeFromSize<AnyAddr>(addr, 1n) }))
    return this.#guarded(() => answerFault(area, addr, access, this.#permits, this.pageTable, this.#table))
  }

  /** A frozen view of the areas as they are now, to be released with `dispose()`. O(1). */
  snapshot(): MemorySetSnapshot<F, P, A> {
    if (this.state !== 'ready') this.refuse()
    return new MemorySetSnapshot(this.index.fork(), this.distrusted)
  }

  /**
   * Makes several operations one: if `fn` throws or gives a refusal, set and page table are as
   * before, and that is thrown on or given. May be nested. Of a refused operation inside, `fn`
   * decides whether to give the refusal or to go on without it.
   *
   * Refused: with what `fn` gives; `undo-refused` if going back is refused by a backend (BadState).
   *
   * @throws what `fn` throws
   * @throws TypeError if `fn` is no function or gives no result
   * @throws MappingError (`undo-refused`) if `fn` throws and going back is refused by a backend
   */
  transaction<T>(fn: () => MappingResult<T>): MappingResult<T> {
    if (this.state !== 'ready') this.refuse()
    checkFunction(fn, 'fn')
    this.#guarded(() => this.#table?.beginTransaction())
    const before = this.index.fork()
    const mark = { journal: this.#journal.length, untrusted: this.#untrusted.length }
    this.#depth++
    let result: MappingResult<T>
    let refusal: MappingError | undefined
    try {
      result = fn()
      refusal = refusalIn(result)
    } catch (thrown) {
      throw this.#goBack(before, mark, thrown) ?? thrown
    }
    if (refusal !== undefined) {
      const error = this.#goBack(before, mark, refusal)
      return error === undefined ? result : refused(error)
    }
    before.dispose()
    if (--this.#depth === 0) this.#journal.length = this.#untrusted.length = 0
    this.#table?.commitTransaction()
    return result
  }

  /**
   * Takes the page table for trustworthy again in a range: the caller has seen to it that there, it is what the set
   * says. Trusting what is trusted changes nothing.
   *
   * @throws TypeError within a transaction; TypeError, RangeError if it is no range
   */
  trust(range: RangeLike<A>): void {
    if (this.state !== 'ready') this.refuse()
    checkRange(range, 'range')
    if (this.#depth > 0) throw new TypeError('a range must not be trusted within a transaction')
    this.distrusted = without(this.distrusted, range)
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

  #unmap(start: A, size: bigint): MappingResult {
    const untrusted = this.#begin(start, size)
    if (untrusted !== undefined) return untrusted
    try {
      const plan = this.#plan
      const old = plan.seekWhole(start, size)
      if (old === undefined) return this.#carryOut(plan.unmap(start, size))
      return this.#carryOutOne({ verb: 'unmap', start, size, backend: old.backend, flags: old.flags, oldFlags: old.flags }, undefined)
    } finally {
      this.#end()
    }
  }

  /** From here to `#end` the set does not answer; gives the refusal instead, if there is one. */
  #begin(start: bigint, size: bigint): ReturnType<typeof refused> | undefined {
    const untrusted = this.#untrustedError(start, size)
    if (untrusted !== undefined) return refused(untrusted)
    this.state = 'busy'
    return undefined
  }

  /**
   * Has a backend do the only step of a request that touches one area at most, as most do, and commits: without lists.
   * The attributes are those of the new area, or of what comes in the place of what is cut out.
   */
  #carryOutOne(step: PlanStep<F, P, A>, attributes: AreaAttributes<F, P, A> | undefined): MappingResult {
    const table = this.#table
    const error = actOnce(step, this.pageTable, table)
    if (error !== undefined) return refused(error)
    if (this.#depth > 0 && table === undefined) this.#journal.push(step)
    if (step.verb === 'map') insertArea(this.#plan.cursor, this.#request, attributes!)
    else cutArea(this.#plan.cursor, this.#request, attributes)
    // Last, since a page table reports to its own sink here: if that throws, the operation is done on both sides.
    table?.commitTransaction()
    return DONE
  }

  /** Has the backends do what is planned, unless that was refused, and commits. */
  #carryOut(refusal: MappingError | undefined): MappingResult {
    const plan = this.#plan
    const table = this.#table
    if (refusal === undefined && plan.steps.length === 0) return DONE
    const error = refusal ?? act(plan.steps, this.pageTable, table, this.#untrusted)
    if (error !== undefined) return refused(error)
    if (this.#depth > 0 && table === undefined) for (const step of plan.steps) this.#journal.push(step)
    plan.commit()
    table?.commitTransaction()
    return DONE
  }

  #end(): void {
    this.state = 'ready'
    this.#plan.reset()
    this.#distrust()
  }

  /** The refusal to work in a range that is not empty, where undoing was refused before. */
  #untrustedError(start: bigint, size: bigint): MappingError | undefined {
    const range = this.distrusted.length === 0 ? undefined : this.untrustedIn(start, size)
    if (range === undefined) return undefined
    const message = `undoing was refused in ${printedRange(range.start, range.end)}; nothing is done there until it is trusted again`
    return new MappingError('untrusted', message, { range })
  }

  /** Remembers where undoing was refused, until told otherwise. */
  #distrust(): void {
    if (this.#untrusted.length === 0) return
    this.distrusted = joined(this.distrusted, this.#untrusted)
    if (this.#depth === 0) this.#untrusted.length = 0
  }

  /** Rolls a transaction back; gives the error of undoing that was refused, now or inside it. */
  #goBack(before: AreaIndex<F, P, A>, mark: { readonly journal: number; readonly untrusted: number }, cause: unknown): MappingError | undefined {
    const journal = this.#journal
    this.index.revertTo(before)
    try {
      this.#guarded(() => {
        this.#table?.rollbackTransaction()
        compensate(journal, mark.journal, journal.length, this.pageTable, this.#untrusted)
      })
      return undoError(this.#untrusted.slice(mark.untrusted), cause)
    } finally {
      journal.length = mark.journal
      this.#depth--
      this.#distrust()
    }
  }

  #mayMerge(left: MemoryArea<F, P, A>, right: MemoryArea<F, P, A>): boolean {
    return this.#guarded(() => mayMerge(this.#flagsEqual, left, right))
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

/** Refuses a request that ends above 2^64. */
function outOfRange(start: bigint, size: bigint): ReturnType<typeof refused> {
  return refused(new MappingError('out-of-range', `${formatHex(start)} + ${formatHex(size)} exceeds 2^64`))
}

function checkedGuards(guards: Partial<Guards>): Guards {
  checkObject(guards, 'guards')
  const { below = 0n, above = 0n } = guards
  checkSize(below, 'guards.below')
  checkSize(above, 'guards.above')
  return guardsOf(below, above)
}

/** What a result refuses with; undefined if it does not. Looks at it once: what it says later counts for nothing. */
function refusalIn(result: unknown): MappingError | undefined {
  if (typeof result === 'object' && result !== null && 'ok' in result) {
    const { ok } = result
    if (ok === true) return undefined
    if (ok === false && 'error' in result && result.error instanceof Error) return result.error as MappingError
  }
  const kind = result instanceof Promise ? 'a promise; a transaction is synchronous' : result === null ? 'null' : typeof result
  throw new TypeError(`"fn" of a transaction must give a MappingResult, got ${kind}`)
}
