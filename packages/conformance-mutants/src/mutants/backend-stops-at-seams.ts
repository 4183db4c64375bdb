import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  readonly #starts = new Set<bigint>()

  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    this.#starts.add(start)
    return super.map(start, size, flags, table)
  }

  override protect(start: VirtAddr, size: bigint, newFlags: number, table: MockPageTable): BackendAnswer {
    const hasSeam = Array.from(this.#starts).some((seam) => start < seam && seam < start + size)
    return hasSeam ? { reason: 'not-expressible' } : super.protect(start, size, newFlags, table)
  }
}

export const stopsAtSeams: Mutant = backendMutant({
  name: 'stops-at-seams',
  fault: 'protect refuses a range that was mapped by several calls',
  meant: 'law/pieces-across-maps',
}, () => new Broken())
