// A list of areas under construction, column by column: what a plan takes out of the index and
// what it puts in its place. Reused from one operation to the next, so that planning allocates nothing.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaAttributes } from './attributes.ts'

/** How many records a cleared list may keep alive until they are overwritten. */
const KEPT = 64

export class EntryList<F, P, A extends AnyAddr> {
  readonly startKeys: number[] = []
  readonly startRests: number[] = []
  readonly endKeys: number[] = []
  readonly endRests: number[] = []
  readonly attributes: AreaAttributes<F, P, A>[] = []
  length = 0
  /** Whether any bound has a rest other than 0. */
  hasRests = false

  push(startKey: number, startRest: number, endKey: number, endRest: number, attributes: AreaAttributes<F, P, A>): void {
    const i = this.length++
    this.startKeys[i] = startKey
    this.startRests[i] = startRest
    this.endKeys[i] = endKey
    this.endRests[i] = endRest
    this.attributes[i] = attributes
    if ((startRest | endRest) !== 0) this.hasRests = true
  }

  /** Lets the last entry end elsewhere: what merging with a right neighbour comes to. */
  extendLast(endKey: number, endRest: number): void {
    this.endKeys[this.length - 1] = endKey
    this.endRests[this.length - 1] = endRest
    if (endRest !== 0) this.hasRests = true
  }

  /** Forgets the entries; the columns keep their memory, which setting their length to 0 would give back. */
  clear(): void {
    this.length = 0
    this.hasRests = false
    if (this.attributes.length > KEPT) this.attributes.length = KEPT
  }
}
