import type { MockPageTable } from '@addrspace/backend-mock'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { MemoryArea } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MemorySet<number, MockPageTable> {
  override areasIn(range: { readonly start: VirtAddr; readonly end: bigint }): IterableIterator<MemoryArea<number, MockPageTable>> {
    return Array.from(super.areasIn(range)).filter(({ end }) => range.end !== WORD_SPACE || end !== WORD_SPACE).values()
  }
}

export const iteratesShortOfEnd: Mutant = setMutant({
  name: 'iterates-short-of-end',
  fault: 'iteration up to 2^64 misses the area that ends there',
  meant: 'set/random-model-end',
}, (options) => new Broken(options))
