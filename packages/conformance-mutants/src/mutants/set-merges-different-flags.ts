import { MemorySet } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

export const mergesDifferentFlags: Mutant = setMutant({
  name: 'merges-different-flags',
  fault: 'neighbours are merged whatever their flags',
  meant: 'set/merge-needs-permission',
}, (options) => new MemorySet({ ...options, flagsEqual: () => true }))
