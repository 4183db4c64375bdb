// A plan of failures: which calls of a backend are refused, or throw, before they reach it. What
// fails has therefore changed nothing, as the laws of a backend want it.
import type { AnyAddr, VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer, BackendRefusal, FaultAnswer, MappingBackend } from '@addrspace/memory-set'

import { WrappedBackend } from './wrapped-backend.ts'
import type { BackendCall } from './wrapped-backend.ts'

/** Which calls fail, and how. Every condition that is given has to hold. */
export interface FailureRule {
  /** The n-th call that the plan sees, counted from 1. */
  readonly call?: number
  /** From the n-th call on, that one included. */
  readonly fromCall?: number
  /** Calls of this verb. */
  readonly verb?: BackendCall<unknown, AnyAddr>['verb']
  /** Calls whose range contains this address. */
  readonly at?: bigint
  /** `refuse` (default) with `refusal`, or `throw` a `PlannedFailure`. */
  readonly how?: 'refuse' | 'throw'
  /** Default: out of frames. */
  readonly refusal?: BackendRefusal
}

/** What a call throws that is planned to. */
export class PlannedFailure extends Error {
  override readonly name: string = 'PlannedFailure'
}

/** Counts calls and decides which fail. One plan may serve several backends. */
export class FailPlan {
  readonly #rules: FailureRule[]
  #calls = 0

  /** Of several rules that fit a call, the first decides. */
  constructor(...rules: FailureRule[]) {
    this.#rules = rules
  }

  /** How many calls it has seen, those that failed included. */
  get calls(): number {
    return this.#calls
  }

  /** Adds a rule behind the others. Calls that were seen before count. */
  add(rule: FailureRule): void {
    this.#rules.push(rule)
  }

  /** Drops all rules; the count goes on. */
  clear(): void {
    this.#rules.length = 0
  }

  /**
   * Counts a call; gives the refusal it is planned to have, or undefined if it may go ahead.
   *
   * @throws PlannedFailure if it is planned to throw
   */
  next(call: BackendCall<unknown, AnyAddr>): BackendRefusal | undefined {
    const n = ++this.#calls
    const rule = this.#rules.find(
      ({ call: nth = n, fromCall = 1, verb = call.verb, at = call.start }) =>
        n === nth && n >= fromCall && verb === call.verb && at >= call.start && at < call.start + call.size,
    )
    if (rule === undefined) return undefined
    if (rule.how === 'throw') throw new PlannedFailure(`call ${String(n)}, ${call.verb} at 0x${call.start.toString(16)}, is planned to throw`)
    return rule.refusal ?? { reason: 'out-of-frames' }
  }
}

/** A backend whose calls fail as planned; the others reach the inner one. */
export class FailingBackend<F, P, A extends AnyAddr = VirtAddr> extends WrappedBackend<F, P, A> {
  /** What decides; slices share it. */
  readonly plan: FailPlan

  /** Puts a plan in front of `inner`, which sees only the calls that do not fail. */
  constructor(inner: MappingBackend<F, P, A>, plan: FailPlan) {
    super(inner)
    this.plan = plan
  }

  protected override wrap(inner: MappingBackend<F, P, A>): FailingBackend<F, P, A> {
    return new FailingBackend(inner, this.plan)
  }

  protected override around<R extends BackendAnswer | FaultAnswer>(call: BackendCall<F, A>, perform: () => R): R | BackendAnswer {
    return this.plan.next(call) ?? perform()
  }
}
