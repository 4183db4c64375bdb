/**
 * A target whose areas merge as the kernel's do, so that their number can be held against the kernel's. Neighbours are one
 * area if their permission, what they show and their attributes agree: the set compares flags, which hold permission and
 * attributes, and asks the left area's backend about the rest.
 */
import { MemorySet, type MappingBackend, type MemoryArea } from '@addrspace/memory-set'

import { AreaBackend } from './area-backend.ts'
import type { AreaFlags } from './area-flags.ts'
import type { ReplayTarget } from './traced-space.ts'

/** Gives such a target, with an empty set and nothing below it. */
export function kernelAreas(): ReplayTarget<AreaFlags, null> & { readonly set: MemorySet<AreaFlags, null> } {
  const backend: MappingBackend<AreaFlags, null> = {
    map: () => true,
    unmap: () => true,
    protect: () => true,
    // Kinds have been compared before: what remains is the start of the heap, below which nothing is merged away.
    canMerge: (_, right) => !startsHeap(right),
  }
  return {
    name: 'kernel areas',
    set: new MemorySet<AreaFlags, null>({ pageTable: null, merge: 'equal-neighbours' }),
    backendFor: () => backend,
    attributes: 'kept',
    flagsOf: (flags) => flags,
    permissionOf: (flags) => flags,
  }
}

function startsHeap({ start, backend }: MemoryArea<AreaFlags, null>): boolean {
  return backend instanceof AreaBackend && backend.kind.heapStart === start
}
