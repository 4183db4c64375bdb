/**
 * What the test doubles have in common: a gate that every call of a backend passes. It writes the calls down, and refuses
 * or throws where it was told to, before the call reaches the double; what fails has therefore changed nothing.
 */
import { type BackendAnswer } from '@addrspace/memory-set'

export type Verb = 'map' | 'unmap' | 'protect'

export interface Call {
  readonly verb: Verb
  readonly start: bigint
  readonly size: bigint
  /** The flags that were asked for; none for an unmap. */
  readonly flags?: unknown
  /** Whether it was answered with `true`. */
  readonly isDone: boolean
}

export type HowToFail = 'refuse' | 'refuse-with-reason' | 'throw'

/** What a call throws that was told to. */
export class Hostile extends Error {
  override readonly name: string = 'Hostile'
}

export class Gate {
  #calls: Call[] = []
  #count = 0
  #isBypassed = false
  #failing: { readonly from: number; readonly to: number; readonly how: HowToFail } | undefined
  #poisoned: { readonly verb: Verb; readonly addr: bigint }[] = []

  /** How many calls came since the last `fail…` or `open`. */
  get count(): number {
    return this.#count
  }

  /** Gives the calls since the last time and forgets them. */
  takeCalls(): Call[] {
    const calls = this.#calls
    this.#calls = []
    return calls
  }

  /** The n-th call from now on fails, counted from 1, and only that one. */
  failAt(n: number, how: HowToFail = 'refuse'): void {
    this.#count = 0
    this.#failing = { from: n, to: n, how }
  }

  /** The n-th call from now on fails and so do all behind it. */
  failFrom(n: number, how: HowToFail = 'refuse'): void {
    this.#count = 0
    this.#failing = { from: n, to: Infinity, how }
  }

  /** Calls of this verb whose range contains the address are refused. */
  poison(verb: Verb, addr: bigint): void {
    this.#poisoned.push({ verb, addr })
  }

  /** No address is poisoned any more. */
  unpoison(): void {
    this.#poisoned = []
  }

  /** While `fn` runs, calls are answered with `true` and go nowhere. */
  bypass(fn: () => void): void {
    this.#isBypassed = true
    try {
      fn()
    } finally {
      this.#isBypassed = false
    }
  }

  /** Nothing fails any more, poisoned addresses apart. */
  open(): void {
    this.#count = 0
    this.#failing = undefined
  }

  pass(call: Omit<Call, 'isDone'>, perform: () => BackendAnswer): BackendAnswer {
    if (this.#isBypassed) return true
    const answer = this.#answer(call, perform)
    this.#calls.push({ ...call, isDone: answer === true })
    return answer
  }

  #answer({ verb, start, size }: Omit<Call, 'isDone'>, perform: () => BackendAnswer): BackendAnswer {
    const n = ++this.#count
    const failing = this.#failing
    if (failing !== undefined && n >= failing.from && n <= failing.to) {
      if (failing.how === 'throw') throw new Hostile(`call ${String(n)}`)
      return failing.how === 'refuse' ? false : { reason: 'out-of-frames', cause: `call ${String(n)}` }
    }
    const isPoisoned = this.#poisoned.some((place) => place.verb === verb && place.addr >= start && place.addr < start + size)
    return isPoisoned ? false : perform()
  }
}
