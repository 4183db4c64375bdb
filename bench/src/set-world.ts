// A set with its areas mapped, and what the questions about sets do to it alike.
import { unwrap } from '@addrspace/memory-set'

import { CountingBackend, type AreaSet } from './area-set.ts'
import type { Checksum } from './checksum.ts'
import { layOut, Random, type Place } from './workload.ts'

export class SetWorld<S extends AreaSet = AreaSet> {
  readonly set: S
  readonly places: readonly Place[]
  readonly random: Random
  readonly backend: CountingBackend = new CountingBackend()

  constructor(set: S, count: number, seed: number) {
    this.random = new Random(seed)
    this.set = set
    this.places = layOut(count, this.random)
    for (const { start, size, flags } of this.places) unwrap(set.map(start, size, flags, this.backend))
  }

  /** Maps areas as they were, in the place of what is left of them. */
  mend(places: readonly Place[]): void {
    for (const { start, size, flags } of places) unwrap(this.set.map(start, size, flags, this.backend, { onOverlap: 'replace' }))
  }

  /** Hashes all areas and the number of the backend's calls. */
  hash(sum: Checksum): void {
    sum.word(this.set.size)
    for (const { start, end, flags } of this.set) {
      sum.long(start)
      sum.long(end)
      sum.word(flags)
    }
    sum.word(this.backend.calls)
  }
}
