/**
 * A backend as a broken set sees it: its calls go through a function that may change what happens.
 */

import { WrappedBackend } from '@addrspace/backend-mock'
import type { BackendCall, MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer, FaultAnswer } from '@addrspace/memory-set'
import type { MockOf } from './base.ts'

/** What becomes of a call; `perform` makes it. */
export type Change = (verb: 'map' | 'unmap' | 'protect', perform: () => BackendAnswer) => BackendAnswer

export class ChangedBackend extends WrappedBackend<number, MockPageTable, VirtAddr> {
  readonly #change: Change
  declare readonly granule?: bigint

  /** `granule` replaces the one of the inner backend. */
  constructor(inner: MockOf, change: Change, granule: bigint | undefined = inner.granule) {
    super(inner)
    this.#change = change
    if (granule !== undefined) this.granule = granule
  }

  protected override wrap(inner: MockOf): ChangedBackend {
    return new ChangedBackend(inner, this.#change, this.granule)
  }

  protected override around<R extends BackendAnswer | FaultAnswer>(call: BackendCall<number, VirtAddr>, perform: () => R): R | BackendAnswer {
    const { verb } = call
    if (verb === 'fault') return perform()
    return this.#change(verb, () => {
      const answer = perform()
      return answer === 'installed' || answer === 'present' ? true : answer
    })
  }
}
