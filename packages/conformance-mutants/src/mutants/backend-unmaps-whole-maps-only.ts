import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  readonly #sizes = new Map<bigint, bigint>()

  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    const answer = super.map(start, size, flags, table)
    if (answer === true) this.#sizes.set(start, size)
    return answer
  }

  override unmap(start: VirtAddr, size: bigint, table: MockPageTable): BackendAnswer {
    return this.#sizes.get(start) === size ? super.unmap(start, size, table) : { reason: 'not-expressible' }
  }
}

export const unmapsWholeMapsOnly: Mutant = backendMutant({
  name: 'unmaps-whole-maps-only',
  fault: 'an unmap must be the exact counterpart of a map',
  repeats: 'B27 the mmap emulation of WebAssembly',
  meant: 'law/pieces',
}, () => new Broken())
