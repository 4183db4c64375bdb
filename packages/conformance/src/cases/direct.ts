/**
 * Calls of the subject's backend itself, without a set, in granules of a bench.
 */

import type { BackendAnswer, MappingBackend } from '@addrspace/memory-set'
import type { Bench } from '../bench.ts'
import { check, checkEqual, show } from '../check.ts'
import { REFUSAL_REASONS } from '../subject.ts'

/** The calls of one backend object; each checks its answer. */
export class Direct<F, P> {
  readonly #bench: Bench<F, P>
  readonly #backend: MappingBackend<F, P>

  constructor(bench: Bench<F, P>, backend: MappingBackend<F, P> = bench.bare) {
    this.#bench = bench
    this.#backend = backend
  }

  map(start: number, end: number, flags = 0): BackendAnswer {
    return this.#backend.map(this.#bench.at(start), this.#bench.size(end - start), this.#bench.flags(flags), this.#bench.pageTable)
  }

  unmap(start: number, end: number): BackendAnswer {
    return this.#backend.unmap(this.#bench.at(start), this.#bench.size(end - start), this.#bench.pageTable)
  }

  protect(start: number, end: number, flags: number): BackendAnswer {
    return this.#backend.protect(this.#bench.at(start), this.#bench.size(end - start), this.#bench.flags(flags), this.#bench.pageTable)
  }
}

/** @throws CheckFailure unless the answer is `true`. */
export function checkDone(answer: BackendAnswer, what: string): void {
  checkEqual(answer, true, what)
}

/** @throws CheckFailure unless the answer is a refusal: `false`, or one whose reason is in the closed list. */
export function checkDeclined(answer: BackendAnswer, what: string): void {
  if (answer === false) return
  check(answer !== true, `${what}: expected a refusal, got true`)
  check(REFUSAL_REASONS.includes(answer.reason), `${what}: refused with ${show(answer.reason)}, which is not in the list`)
}

/**
 * Makes a call that must be refused, and sees to it that it has changed nothing.
 *
 * @throws CheckFailure otherwise.
 */
export function checkDeclinedUnchanged<F, P>(bench: Bench<F, P>, call: () => BackendAnswer, what: string): void {
  const before = bench.state()
  checkDeclined(call(), what)
  bench.checkUnchanged(before, undefined, what)
}
