import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import { BackendChanger } from '../backend-changer.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  readonly #changer = new BackendChanger({ granule: 1n })

  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options?: MapOptions): MappingResult {
    return super.map(start, size, flags, this.#changer.of(backend), options)
  }
}

export const setForgetsGranule: Mutant = setMutant({
  name: 'forgets-granule',
  fault: 'requests are not checked against the granule of the backend',
  repeats: 'B10 memory_set',
  meant: 'set/misaligned',
}, (options) => new Broken(options))
