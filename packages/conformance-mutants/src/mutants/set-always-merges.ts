import { MemorySet } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

export const setAlwaysMerges: Mutant = setMutant({
  name: 'always-merges',
  fault: 'equal neighbours are merged without being asked',
  meant: 'set/merge-off',
}, (options) => new MemorySet({ ...options, merge: 'equal-neighbours' }))
