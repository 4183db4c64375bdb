/**
 * Formats of AArch64 that say something else.
 */

import { pa } from '@addrspace/memory-addr'
import { DEVICE, EXECUTE, hasFlags, LEAF, NONE, READ, UNCACHED, unionOf, USER, without } from '@addrspace/page-table'
import type { MappingFlags } from '@addrspace/page-table'
import type { Mutant } from '../mutant.ts'
import { AARCH64, formatMutant } from './base.ts'

const swapTypes = (flags: MappingFlags): MappingFlags =>
  unionOf(without(flags, unionOf(DEVICE, UNCACHED)), hasFlags(flags, DEVICE) ? UNCACHED : NONE, hasFlags(flags, UNCACHED) ? DEVICE : NONE)

export const formatAArch64Mutants: readonly Mutant[] = [
  formatMutant(AARCH64, { name: 'uxn-pxn-swapped', fault: 'the bits that keep user mode and the kernel from executing stand in for each other', meant: 'flags/user-kernel-split' }, (format) => ({
    leafBits(flags, level) {
      const word = format.leafBits(flags, level)
      return (word & ~(3n << 53n)) | (((word >> 53n) & 1n) << 54n) | (((word >> 54n) & 1n) << 53n)
    },
  })),
  formatMutant(AARCH64, { name: 'execute-only-readable', fault: 'what user mode may only execute it can read too', meant: 'flags/exec-only' }, (format) => ({
    leafBits: (flags, level) => format.leafBits(hasFlags(flags, unionOf(EXECUTE, USER)) ? unionOf(flags, READ) : flags, level),
  })),
  formatMutant(AARCH64, { name: 'device-is-normal', fault: 'device memory is mapped as ordinary memory', meant: 'flags/memory-types' }, (format) => ({
    leafBits: (flags, level) => format.leafBits(without(flags, DEVICE), level),
  })),
  formatMutant(AARCH64, { name: 'memory-types-swapped', fault: 'the indices of two memory types are swapped, both ways', meant: 'pte/golden' }, (format) => ({
    decode(word, level) {
      const entry = format.decode(word, level)
      return entry.kind === 'leaf' ? { ...entry, flags: swapTypes(entry.flags) } : entry
    },
    encode: (entry, level) => format.encode(entry.kind === 'leaf' ? { ...entry, flags: swapTypes(entry.flags) } : entry, level),
  })),
  formatMutant(AARCH64, { name: 'zero-is-a-block', fault: 'a zero word above the last level is a block, since bit 1 is clear', repeats: 'B18 page_table_multiarch', meant: 'pte/zero-absent' }, (format) => ({
    decode: (word, level) => (word === 0n && (level === 1 || level === 2) ? { kind: 'leaf', frame: pa(0), flags: NONE, accessed: false, dirty: false } : format.decode(word, level)),
  })),
  formatMutant(AARCH64, { name: 'pan-ignored', fault: 'PAN is not looked at', meant: 'walk/pan-matrix' }, (format) => ({
    check: (path, access, mode) => format.check(path, access, mode, { pan: false }),
  })),
  formatMutant(AARCH64, { name: 'kernel-fetches-writable', fault: 'the kernel executes pages that user mode can write', meant: 'walk/pan-matrix' }, (format) => ({
    check: (path, access, mode, controls) => format.check(mode === 'kernel' && access === 'exec' ? { ...path, low: path.low & ~0x40 } : path, access, mode, controls),
  })),
  formatMutant(AARCH64, { name: 'access-flag-ignored', fault: 'the access flag is not looked at', meant: 'walk/af' }, (format) => ({
    check: (path, access, mode, controls) => format.check({ ...path, low: path.low | 0x400 }, access, mode, controls),
  })),
  formatMutant(AARCH64, { name: 'hierarchical-permissions', fault: 'hierarchical permissions are obeyed, although they are off', meant: 'walk/hierarchical-off' }, (format) => ({
    check: (path, access, mode, controls) => (mode === 'user' && (path.orHigh & (1 << 28)) !== 0 ? { kind: 'refused', reason: 'permission', bit: 'UXNTable' } : format.check(path, access, mode, controls)),
  })),
  formatMutant(AARCH64, { name: 'block-at-the-top', fault: 'a block is a leaf at every level above the last', repeats: 'B20 aarch64-paging#4', meant: 'walk/block-by-level' }, (format) => ({
    classify: (low, high, level) => (level === 3 && (low & 3) === 1 ? LEAF : format.classify(low, high, level)),
  })),
  formatMutant(AARCH64, { name: 'never-breaks', fault: 'a live block becomes a table in one write', repeats: 'tgoskits#2065', meant: 'res/bbm' }, () => ({
    needsBreak: () => false,
  })),
]
