import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MemoryArea } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override find(addr: VirtAddr): MemoryArea<number, MockPageTable> | undefined {
    const now = (): MemoryArea<number, MockPageTable> | undefined => super.find(addr)
    const first = now()
    if (first === undefined) return undefined
    return new Proxy(first, {
      get(_first, key): unknown {
        const area = now() ?? first
        const value: unknown = Reflect.get(area, key, area)
        return typeof value === 'function' ? value.bind(area) as unknown : value
      },
    })
  }
}

export const areasFollow: Mutant = setMutant({
  name: 'areas-follow',
  fault: 'an area that was found changes with the set',
  meant: 'set/areas-are-values',
}, (options) => new Broken(options))
