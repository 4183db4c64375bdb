/**
 * Replays of traces on any machine. Areas get their frames on demand, user mode may access them, and the replay touches
 * pages as the program would have.
 */

import { Touching, type Permission } from '@addrspace/linux-trace'
import { unionOf, USER, type MappingFlags } from '@addrspace/page-table'
import { va } from '@addrspace/memory-addr'
import { openSpace } from './address-space.ts'
import type { Machine } from './machines.ts'
import { replayOn, type ReplayBackend } from './replay-backends.ts'

/** Sparse: 64 GiB are a bitmap of 2 MiB and what is written to. */
const MEMORY = { base: 0x8000_0000n, size: 0x10_0000_0000n }

/** The bits of read, write and execute are the same in a permission and in flags. */
const PERMISSION_BITS = 7

export function machineReplay<C extends object>(machine: Machine<C>): ReplayBackend {
  const { name, geometry } = machine.format
  return {
    // With two roots all translated bits are the address's own, and the sign is one more.
    addressBits: geometry.virtBits + (geometry.roots - 1),
    replay(trace) {
      const { set, backendFor } = openSpace(machine, { memory: MEMORY, merge: 'equal-neighbours' })
      const touching = new Touching({ set })
      const target = {
        name,
        set,
        backendFor: () => backendFor('demand', va(0)),
        flagsOf: (permission: Permission) => unionOf(permission as MappingFlags, USER),
        permissionOf: (flags: MappingFlags) => flags & PERMISSION_BITS,
        observer: touching,
      }
      return replayOn(target, trace, () => touching.verify())
    },
  }
}
