/// <reference lib="esnext.disposable" preserve="true" />
// A frozen view of a set: all its areas at one moment, with all queries. It shares the set's index
// node by node, so that taking one costs O(1) and later changes of the set copy what they touch.
import type { AnyAddr, VirtAddr } from '@addrspace/memory-addr'

import { AreaQueries } from './queries.ts'

/** All areas of a set at one moment. It stays as it is whatever the set does, and is made by `MemorySet.snapshot`. */
export class MemorySetSnapshot<F, P, A extends AnyAddr = VirtAddr> extends AreaQueries<F, P, A> {
  /**
   * Releases what only this snapshot still holds; it cannot be asked afterwards. Doing so twice is
   * allowed. A snapshot that is never released costs memory as long as its set lives.
   */
  dispose(): void {
    if (this.state === 'disposed') return
    this.state = 'disposed'
    this.index.dispose()
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose()
  }
}
