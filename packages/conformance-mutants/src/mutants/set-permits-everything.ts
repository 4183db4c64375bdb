import { MemorySet } from '@addrspace/memory-set'
import { setMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

export const permitsEverything: Mutant = setMutant({
  name: 'permits-everything',
  fault: 'a fault reaches the backend without the flags being asked',
  meant: 'set/fault-checks',
}, (options) => new MemorySet({ ...options, permits: () => true }))
