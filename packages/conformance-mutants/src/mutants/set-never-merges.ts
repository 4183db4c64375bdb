import { MemorySet } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

export const setNeverMerges: Mutant = setMutant({
  name: 'never-merges',
  fault: 'the option to merge is ignored',
  meant: 'set/protect-there-and-back',
}, (options) => new MemorySet({ ...options, merge: 'never' }))
