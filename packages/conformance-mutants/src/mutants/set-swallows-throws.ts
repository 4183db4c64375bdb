import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MapOptions, MappingResult } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { MockOf } from '../base.ts'
import { BackendChanger } from '../backend-changer.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  readonly #changer = new BackendChanger({
    call: (_verb, perform) => {
      try {
        return perform()
      } catch {
        return false
      }
    },
  })

  override map(start: VirtAddr, size: bigint, flags: number, backend: MockOf, options?: MapOptions): MappingResult {
    return super.map(start, size, flags, this.#changer.of(backend), options)
  }
}

export const swallowsThrows: Mutant = setMutant({
  name: 'swallows-throws',
  fault: 'what a backend throws is told as a refusal',
  meant: 'set/fail-each-call-thrown',
}, (options) => new Broken(options))
