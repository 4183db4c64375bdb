/**
 * One operation in one state, made to fail at every place where it can, and done in the end. After each failure everything
 * is as before. Where undoing is refused as well, the error names where the table cannot be trusted, and nothing else has
 * changed.
 */

import { formatHex, va } from '@addrspace/memory-addr'
import { MappingError, type MappingResult } from '@addrspace/memory-set'

import { checkAgreement } from '../worlds/agreement.ts'
import { InjectedError, type InjectedFailure, type Place } from '../worlds/injector.ts'
import { GivenUp, perform, type Operation } from '../worlds/operation.ts'
import { areasOf } from '../worlds/set-state.ts'
import type { World } from '../worlds/world.ts'

/** Failures injected, by place and way. */
export interface FailureCounts {
  /** All of them. */
  failures: number
  refusedCalls: number
  thrownCalls: number
  refusedFrames: number
  thrownFrames: number
  thrownCallbacks: number
  refusedPermissions: number
  thrownSinks: number
  /** Failures of a call, or of a frame, and of all that came after it. */
  lastingCalls: number
  lastingFrames: number
  /** Of these, how often undoing was refused, too. */
  untrusted: number
  /** Operations tried where nothing was trusted, all of them refused. */
  refusedUntrusted: number
}

export function noFailures(): FailureCounts {
  return {
    failures: 0, refusedCalls: 0, thrownCalls: 0, refusedFrames: 0, thrownFrames: 0, thrownCallbacks: 0, refusedPermissions: 0, thrownSinks: 0,
    lastingCalls: 0, lastingFrames: 0, untrusted: 0, refusedUntrusted: 0,
  }
}

export type Outcome = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly error: MappingError } | { readonly kind: 'threw'; readonly thrown: unknown }

/** How often each place is asked; the sink is only at the end. */
type Visits = Record<(typeof COUNTED)[number], number>
const COUNTED = ['call', 'frame', 'callback'] as const

export class Situation {
  /** What is being tried, for messages. */
  doing = 'as it is'
  readonly #world: World
  readonly #operation: Operation
  readonly #counts: FailureCounts
  readonly #before: string
  readonly #areas: string

  constructor(world: World, operation: Operation, counts: FailureCounts) {
    this.#world = world
    this.#operation = operation
    this.#counts = counts
    this.#before = world.state()
    this.#areas = areasOf(world.set)
  }

  /**
   * Lets it fail everywhere, and then does it, with the sink throwing or not.
   *
   * @returns what came of it in the end
   * @throws Error if anything is not as it should be
   */
  run(sink: 'tells' | 'throws'): Outcome {
    const visits = this.#rehearse()
    this.#failEach('call', visits.call, 'refuse')
    this.#failEach('call', visits.call, 'throw')
    this.#failEach('frame', visits.frame, 'refuse')
    this.#failEach('frame', visits.frame, 'throw')
    this.#failEach('callback', visits.callback, 'throw')
    if (this.#operation.verb === 'fault') this.#failEach('callback', visits.callback, 'refuse')
    this.#failFromEach('call', visits.call)
    this.#failFromEach('frame', visits.frame)
    return this.succeed(sink, visits)
  }

  /** Does the operation in a transaction that is given up: nothing has changed, and it is known what it asks. */
  #rehearse(): Visits {
    const { set, injector } = this.#world
    this.doing = 'given up'
    const visits = { call: 0, frame: 0, callback: 0 }
    injector.arm()
    const outcome = attempt(() => set.transaction(() => {
      const result = attempt(() => perform(this.#world, this.#operation))
      for (const place of COUNTED) visits[place] = injector.visits(place)
      return { ok: false, error: result.kind === 'refused' ? result.error : new MappingError('hole', 'given up') }
    }))
    if (outcome.kind !== 'refused') throw unexpected(outcome)
    this.#checkUnchanged()
    return visits
  }

  #failEach(place: Exclude<Place, 'sink'>, visits: number, how: 'refuse' | 'throw'): void {
    for (let n = 1; n <= visits; n++) {
      const outcome = this.#fail({ place, n, how })
      const isExpected = how === 'throw' ? outcome.kind === 'threw' && outcome.thrown instanceof InjectedError : isRefusal(outcome, place)
      this.#checkFailed(outcome, isExpected)
      this.#counts[COUNTERS[`${how} ${place}`]]++
    }
  }

  /** From the n-th visit on, all are refused, those of undoing included. */
  #failFromEach(place: 'call' | 'frame', visits: number): void {
    for (let n = 1; n <= visits; n++) {
      const outcome = this.#fail({ place, n, how: 'refuse', isLasting: true })
      this.#checkFailed(outcome, isRefusal(outcome, place))
      this.#counts[place === 'call' ? 'lastingCalls' : 'lastingFrames']++
    }
  }

  #checkFailed(outcome: Outcome, isExpected: boolean): void {
    if (this.#world.set.untrusted.length > 0) this.#checkUntrusted(outcome)
    else if (!isExpected) throw unexpected(outcome)
    this.#checkUnchanged()
  }

  /** The error names what the set does not trust; areas are as before, and so is the table everywhere else. */
  #checkUntrusted(outcome: Outcome): void {
    const { set, machine, mock, injector } = this.#world
    if (machine !== undefined) throw new Error('a page table that can roll back is not trusted')
    const error = outcome.kind === 'refused' ? outcome.error : outcome.kind === 'threw' ? outcome.thrown : undefined
    if (!(error instanceof MappingError) || error.reason !== 'undo-refused') throw unexpected(outcome)
    this.#counts.untrusted++
    const ranges = [...set.untrusted]
    for (const { start, end } of error.untrusted) {
      if (!ranges.some((range) => range.start <= start && end <= range.end)) throw new Error(`[${formatHex(start)}, ${formatHex(end)}) is told, and not remembered`)
    }
    if (areasOf(set) !== this.#areas) throw new Error('the areas have changed')
    injector.arm()
    for (const { start, end } of ranges) {
      const state = this.#world.state()
      const operations: Operation[] = [
        { verb: 'unmap', start: va(start), size: end - start },
        { verb: 'protect', start: va(end - 1n), size: 1n, flags: 1, holes: 'skip' },
        { verb: 'map', start: va(start), size: 1n, backing: 'plain', flags: 1, onOverlap: 'replace' },
        { verb: 'fault', start: va(start), access: 'read' },
        { verb: 'clear' },
      ]
      for (const operation of operations) {
        const again = attempt(() => perform(this.#world, operation))
        if (again.kind !== 'refused' || again.error.reason !== 'untrusted') throw unexpected(again)
        this.#counts.refusedUntrusted++
      }
      if (set.findFreeArea(end - start, { limit: { start, end } }) !== undefined) throw new Error('an untrusted range is offered')
      if (injector.visits('call') > 0 || this.#world.state() !== state) throw new Error('work in an untrusted range has done something')
    }
    // Only there may the table differ: putting these ranges in order puts all of it in order.
    for (const { start, end } of ranges) {
      mock?.write(start, end, undefined)
      for (const area of set.areasIn({ start: va(start), end })) mock?.write(area.start > start ? area.start : start, area.end < end ? area.end : end, area.flags)
      set.trust({ start: va(start), end })
    }
  }

  /**
   * Does it, with the sink throwing or not: what a sink throws reaches the caller, and the change stands. It asks as often
   * as `visits` says, if that is known.
   */
  succeed(sink: 'tells' | 'throws', visits?: Visits): Outcome {
    const { injector, machine } = this.#world
    const told = machine?.told.length ?? 0
    this.doing = sink === 'throws' ? 'in the end, with the sink throwing' : 'in the end'
    injector.arm(sink === 'throws' ? { place: 'sink', n: 1, how: 'throw' } : undefined)
    let outcome = attempt(() => perform(this.#world, this.#operation))
    for (const place of COUNTED) {
      const asked = injector.visits(place)
      if (visits !== undefined && asked !== visits[place]) throw new Error(`${asked} visits of ${place} instead of ${visits[place]}`)
    }
    const hasFired = injector.hasFired
    injector.arm()
    if (hasFired) {
      if (outcome.kind !== 'threw' || !(outcome.thrown instanceof InjectedError)) throw unexpected(outcome)
      this.#counts.failures++
      this.#counts.thrownSinks++
      outcome = { kind: 'done' }
    }
    if (outcome.kind === 'threw' && !(outcome.thrown instanceof GivenUp)) throw outcome.thrown
    if (outcome.kind !== 'done') this.#checkUnchanged()
    if ((machine?.told.length ?? 0) > told + 1) throw new Error('told more than once')
    checkAgreement(this.#world)
    return outcome
  }

  #fail(failure: InjectedFailure): Outcome {
    const { injector } = this.#world
    this.doing = `with ${failure.place} ${failure.n} ${failure.how === 'throw' ? 'throwing' : 'refused'}${failure.isLasting === true ? ' and all after it' : ''}`
    injector.arm(failure)
    const outcome = attempt(() => perform(this.#world, this.#operation))
    const hasFired = injector.hasFired
    injector.arm()
    if (!hasFired) throw new Error('the operation asks less than before')
    this.#counts.failures++
    return outcome
  }

  #checkUnchanged(): void {
    const { set } = this.#world
    const after = this.#world.state()
    if (after !== this.#before) throw new Error(`the state has changed from\n${this.#before}\nto\n${after}`)
    if (set.untrusted.length > 0) throw new Error('something is not trusted')
  }
}

const COUNTERS = {
  'refuse call': 'refusedCalls', 'throw call': 'thrownCalls', 'refuse frame': 'refusedFrames', 'throw frame': 'thrownFrames',
  'throw callback': 'thrownCallbacks', 'refuse callback': 'refusedPermissions',
} as const

function attempt(act: () => MappingResult<unknown>): Outcome {
  try {
    const result = act()
    return result.ok ? { kind: 'done' } : { kind: 'refused', error: result.error }
  } catch (thrown) {
    return { kind: 'threw', thrown }
  }
}

/** Whether it is the refusal that a refused visit of this place leads to. */
function isRefusal(outcome: Outcome, place: Place): boolean {
  if (outcome.kind !== 'refused') return false
  const { reason, refusal } = outcome.error
  if (place === 'callback') return reason === 'access-denied'
  return reason === 'backend-refused' && (place === 'call' || refusal?.reason === 'out-of-frames')
}

function unexpected(outcome: Outcome): Error {
  const cause = outcome.kind === 'done' ? undefined : outcome.kind === 'refused' ? outcome.error : outcome.thrown
  return new Error(`unexpectedly, it ${outcome.kind === 'done' ? 'is done' : outcome.kind}`, { cause })
}
