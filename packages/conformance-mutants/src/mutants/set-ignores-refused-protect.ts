import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import type { Mutant } from '../mutant.ts'
import { BackendChanger } from '../backend-changer.ts'

class Broken extends MemorySet<number, MockPageTable> {
  readonly #changer = new BackendChanger({
    call: (verb, perform) => {
      const answer = perform()
      return verb === 'protect' ? true : answer
    },
  })

  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options?: MapOptions): MappingResult {
    return super.map(start, size, flags, this.#changer.of(backend), options)
  }
}

export const ignoresRefusedProtect: Mutant = setMutant({
  name: 'ignores-refused-protect',
  fault: 'protect drops the answer of the backend',
  repeats: 'B4 memory_set',
  meant: 'set/fail-each-call',
}, (options) => new Broken(options))
