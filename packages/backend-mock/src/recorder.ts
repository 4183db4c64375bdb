// A recorder of calls: what a set asked of a backend, in order, and what was answered.
import type { AnyAddr, VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer, FaultAnswer, MappingBackend } from '@addrspace/memory-set'

import { WrappedBackend } from './wrapped-backend.ts'
import type { BackendCall } from './wrapped-backend.ts'

/** A call with its answer; `thrown` instead of it if the backend threw. */
export interface RecordedCall<F, A extends AnyAddr = VirtAddr> extends BackendCall<F, A> {
  /** What the inner backend answered; absent if it threw. */
  readonly answer?: BackendAnswer | FaultAnswer
  /** What it threw; absent if it answered. */
  readonly thrown?: unknown
}

/** Notes every call that reaches the backend inside, with its answer, and answers the same. */
export class RecordingBackend<F, P, A extends AnyAddr = VirtAddr> extends WrappedBackend<F, P, A> {
  #calls: RecordedCall<F, A>[]

  /** `calls` collects; pass one list to several recorders to see their calls in one order. */
  constructor(inner: MappingBackend<F, P, A>, calls: RecordedCall<F, A>[] = []) {
    super(inner)
    this.#calls = calls
  }

  /** Gives the calls since the last time and forgets them. */
  takeCalls(): RecordedCall<F, A>[] {
    return this.#calls.splice(0)
  }

  protected override wrap(inner: MappingBackend<F, P, A>): RecordingBackend<F, P, A> {
    return new RecordingBackend(inner, this.#calls)
  }

  protected override around<R extends BackendAnswer | FaultAnswer>(call: BackendCall<F, A>, perform: () => R): R {
    try {
      const answer = perform()
      this.#calls.push({ ...call, answer })
      return answer
    } catch (thrown) {
      this.#calls.push({ ...call, thrown })
      throw thrown
    }
  }
}
