import type { MockPageTable } from '@addrspace/backend-mock'
import { MappingError, MemorySet } from '@addrspace/memory-set'
import type { MappingResult, MemorySetSnapshot } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  readonly #snapshots: MemorySetSnapshot<number, MockPageTable>[] = []

  override snapshot(): MemorySetSnapshot<number, MockPageTable> {
    const snapshot = super.snapshot()
    this.#snapshots.push(snapshot)
    return snapshot
  }

  override protect(...request: Parameters<MemorySet<number, MockPageTable>['protect']>): MappingResult {
    if (this.#snapshots.length > 0) return { ok: false, error: new MappingError('backend-refused', 'there is a snapshot') }
    return super.protect(...request)
  }
}

export const snapshotStopsProtect: Mutant = setMutant({
  name: 'snapshot-stops-protect',
  fault: 'protect is refused in a set of which there is a snapshot',
  repeats: 'B24 Unicorn#2043',
  meant: 'set/snapshot',
}, (options) => new Broken(options))
