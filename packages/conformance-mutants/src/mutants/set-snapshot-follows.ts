import type { MockPageTable } from '@addrspace/backend-mock'
import { MemorySet } from '@addrspace/memory-set'
import type { MemorySetSnapshot } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override snapshot(): MemorySetSnapshot<number, MockPageTable> {
    const now = (): MemorySetSnapshot<number, MockPageTable> => super.snapshot()
    return new Proxy(now(), {
      get(_first, key): unknown {
        const view = now()
        const value: unknown = Reflect.get(view, key, view)
        return typeof value === 'function' ? value.bind(view) as unknown : value
      },
    })
  }
}

export const snapshotFollows: Mutant = setMutant({
  name: 'snapshot-follows',
  fault: 'a snapshot shows later changes of the set',
  meant: 'set/snapshot',
}, (options) => new Broken(options))
