// A frozen view of a set: all its areas at one moment, with all queries. It shares the set's index
// node by node, so that taking one costs O(1) and later changes of the set copy what they touch.
import type { AnyAddr, VirtAddr } from '@addrspace/memory-addr'

import { AreaQueries } from './queries.ts'

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

  [Symbol.dispose](): void {
    this.dispose()
  }
}
