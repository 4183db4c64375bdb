/**
 * Formats of x86-64 that say something else.
 */

import { pa } from '@addrspace/memory-addr'
import { ABSENT, EXECUTE, GLOBAL, INVALID, LEAF, NONE, READ, unionOf, USER, without, WRITE } from '@addrspace/page-table'
import type { MappingFlags, PteEntry } from '@addrspace/page-table'
import type { Mutant } from '../mutant.ts'
import { changed, formatMutant, highOf, lowOf, mutantOf, X86_64 } from './base.ts'

const isHiddenFlags = (flags: MappingFlags): boolean => (flags & unionOf(READ, WRITE, EXECUTE)) === NONE
const NO_EXECUTE = 1n << 63n

export const formatX8664Mutants: readonly Mutant[] = [
  formatMutant(X86_64, { name: 'frame-zero-is-absent', fault: 'a leaf whose frame is at physical address 0 is taken for absent', repeats: 'B19 page_table_multiarch', meant: 'map/frame-zero' }, (format) => ({
    classify(low, high, level) {
      const kind = format.classify(low, high, level)
      return kind === LEAF && (low & 0xffff_f000) === 0 && (high & 0xf_ffff) === 0 ? ABSENT : kind
    },
  })),
  formatMutant(X86_64, { name: 'protect-keeps-write', fault: 'a protect does not touch the write bit', meant: 'protect/each-pair' }, (format) => ({
    flagMask: (level) => format.flagMask(level) & ~2n,
  })),
  formatMutant(X86_64, { name: 'protect-clears-marks', fault: 'a protect clears accessed and dirty', meant: 'protect/keeps-ad' }, (format) => ({
    flagMask: (level) => format.flagMask(level) | 0x60n,
  })),
  formatMutant(X86_64, { name: 'protect-clears-software-bits', fault: 'a protect clears the bits that are software’s', meant: 'protect/keeps-software-bits' }, (format) => ({
    flagMask: (level) => format.flagMask(level) | (7n << 9n),
  })),
  formatMutant(X86_64, { name: 'split-loses-nx', fault: 'the children of a split leaf can be executed', meant: 'protect/part-of-huge-mid' }, (format) => ({
    splitBits: (word, level) => format.splitBits(word, level) & ~NO_EXECUTE,
  })),
  formatMutant(X86_64, { name: 'split-loses-global', fault: 'the children of a split leaf are no longer global', meant: 'flags/global' }, (format) => ({
    splitBits: (word, level) => format.splitBits(word, level) & ~0x100n,
  })),
  formatMutant(X86_64, { name: 'split-loses-type', fault: 'the children of a split leaf are cached, whatever it was', meant: 'flags/memory-types' }, (format) => ({
    splitBits: (word, level) => format.splitBits(word, level) & ~0x18n,
  })),
  formatMutant(X86_64, { name: 'global-stays', fault: 'a protect does not touch the global bit', meant: 'flags/global' }, (format) => ({
    flagMask: (level) => format.flagMask(level) & ~0x100n,
  })),
  formatMutant(X86_64, { name: 'global-added', fault: 'every page of the kernel is global', meant: 'flags/round-trip-all' }, (format) => ({
    leafBits: (flags, level) => format.leafBits(isHiddenFlags(flags) || (flags & USER) !== 0 ? flags : unionOf(flags, GLOBAL), level),
  })),
  formatMutant(X86_64, { name: 'parents-read-only', fault: 'pointers are made without the write bit', repeats: 'rights that are ANDed over the levels', meant: 'protect/widen-then-narrow-parents' }, () => ({
    tableBits: 5n,
  })),
  formatMutant(X86_64, { name: 'none-stays-readable', fault: 'a page without access can still be read by user mode', repeats: 'B15 page_table_multiarch', meant: 'flags/none' }, (format) => ({
    leafBits: (flags, level) => format.leafBits(isHiddenFlags(flags) ? unionOf(READ, USER) : flags, level),
  })),
  mutantOf('format', {
    ...X86_64,
    manifest: { ...X86_64.manifest, grants: { ...X86_64.manifest.grants, w: 'rwx' } },
    format: changed(X86_64.format, {
      grant: (flags) => X86_64.format.grant(flags === WRITE ? unionOf(READ, WRITE, EXECUTE) : flags),
      leafBits: (flags, level) => X86_64.format.leafBits(flags === WRITE ? unionOf(READ, WRITE, EXECUTE) : flags, level),
    }),
  }, { name: 'write-grants-execute', fault: 'a page that is to be written can be executed, and the table of permissions says so', meant: 'flags/nothing-unasked' }, () => ({})),
  formatMutant(X86_64, { name: 'encodes-a-software-bit', fault: 'new leaves have a bit set that means nothing', meant: 'pte/reencode' }, (format) => ({
    encode: (entry, level) => format.encode(entry, level) | (entry.kind === 'leaf' ? 0x200n : 0n),
  })),
  formatMutant(X86_64, { name: 'frame-of-48-bits', fault: 'frames are read with 48 bits', repeats: 'page tables written for the first machines of a family', meant: 'pte/round-trip' }, (format) => ({
    decode(word, level) {
      const entry = format.decode(word, level)
      return entry.kind === 'leaf' || entry.kind === 'table' ? { ...entry, frame: pa(entry.frame & 0xffff_ffff_ffffn) } : entry
    },
  })),
  formatMutant(X86_64, { name: 'decode-throws', fault: 'a word that is reserved at its level is an assertion, not an answer', repeats: 'B16 asserts in debug builds', meant: 'pte/total' }, (format) => ({
    decode(word, level) {
      const entry = format.decode(word, level)
      if (entry.kind === 'invalid') throw new Error('assertion failed')
      return entry
    },
  })),
  formatMutant(X86_64, { name: 'encode-rounds', fault: 'a misaligned frame is rounded down instead of refused', meant: 'pte/illegal-refused' }, (format) => ({
    encode: (entry, level) => format.encode(entry.kind === 'leaf' ? { ...entry, frame: pa(entry.frame & ~(format.geometry.span(level) - 1n)) } : entry, level),
  })),
  formatMutant(X86_64, { name: 'any-word-is-hidden', fault: 'any word that is not present, but not zero, is a page without access', repeats: 'swap entries of a guest', meant: 'pte/hidden-by-marker-only' }, (format) => ({
    decode: (word, level) => (format.decode(word, level).kind === 'absent' && word !== 0n && level < 3 ? hiddenLeaf(word, format.geometry.span(level)) : format.decode(word, level)),
  })),
  formatMutant(X86_64, { name: 'bit7-is-huge-everywhere', fault: 'bit 7 at the last level is taken for the bit of huge leaves, and refused', repeats: 'B20 mycelium#547', meant: 'pte/bit7-by-level' }, (format) => ({
    decode: (word, level) => (level === 0 && (word & 0x81n) === 0x81n ? { kind: 'invalid', reason: 'reserved', bit: 'PS' } : format.decode(word, level)),
  })),
  formatMutant(X86_64, { name: 'reserved-ignored', fault: 'reserved bits of a huge leaf are not looked at', repeats: 'B29 NutShell, biriscv, TinyEMU', meant: 'pte/reserved-each-bit' }, (format) => ({
    classify: (low, high, level) => orLeaf(format.classify(low, high, level)),
    decode(word, level) {
      return format.classify(lowOf(word), highOf(word), level) === INVALID && level < 3 ? format.decode(word & ~0x3fff_e000n, level) : format.decode(word, level)
    },
  })),
  formatMutant(X86_64, { name: 'rights-of-the-leaf-alone', fault: 'the rights of the pointers on the way are not looked at', meant: 'walk/and-along-path' }, (format) => ({
    check: (path, access, mode, controls) => format.check({ ...path, andLow: path.low, andHigh: path.high, orLow: path.low, orHigh: path.high }, access, mode, controls),
  })),
  formatMutant(X86_64, { name: 'smap-ignored', fault: 'SMAP is not looked at', meant: 'walk/smep-smap-wp-matrix' }, (format) => ({
    check: (path, access, mode, controls) => format.check(path, access, mode, { ...controls, smap: false }),
  })),
  formatMutant(X86_64, { name: 'wp-ignored', fault: 'the kernel writes wherever it likes', meant: 'walk/smep-smap-wp-matrix' }, (format) => ({
    check: (path, access, mode, controls) => format.check(path, access, mode, { ...controls, wp: false }),
  })),
  formatMutant(X86_64, { name: 'nxe-assumed', fault: 'execute-disable is never a reserved bit', meant: 'walk/nxe' }, (format) => ({
    check: (path, access, mode, controls) => format.check(path, access, mode, { ...controls, nxe: true }),
    hasStepFaults: () => false,
  })),
  formatMutant(X86_64, { name: 'write-marks-no-dirty', fault: 'a write marks the leaf accessed, but not dirty', meant: 'walk/ad-hardware' }, (format) => ({
    check(path, access, mode, controls) {
      return format.check(path, access === 'write' && format.check(path, 'write', mode, controls).kind === 'granted' ? 'read' : access, mode, controls)
    },
  })),
  formatMutant(X86_64, { name: 'execute-and-global-exclude', fault: 'a global page cannot be executed', meant: 'flags/round-trip-all' }, (format) => ({
    leafBits: (flags, level) => format.leafBits((flags & GLOBAL) !== 0 && !isHiddenFlags(flags) ? unionOf(without(flags, EXECUTE), READ) : flags, level),
  })),
]

function hiddenLeaf(word: bigint, size: bigint): PteEntry {
  return { kind: 'leaf', frame: pa(word & 0x000f_ffff_ffff_f000n & ~(size - 1n)), flags: NONE, accessed: false, dirty: false }
}

function orLeaf<K>(kind: K): K | typeof LEAF {
  return kind === INVALID ? LEAF : kind
}
