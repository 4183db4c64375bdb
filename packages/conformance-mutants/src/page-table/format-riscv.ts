/**
 * Formats of RISC-V that say something else.
 */

import { pa } from '@addrspace/memory-addr'
import { ABSENT, EXECUTE, hasFlags, HIDDEN, INVALID, LEAF, NONE, READ, TABLE, unionOf, WRITE } from '@addrspace/page-table'
import type { MappingFlags } from '@addrspace/page-table'
import type { Mutant } from '../mutant.ts'
import { formatMutant, highOf, lowOf, RISCV_SV39 } from './base.ts'

const [R, W, X, U, A, D] = [2, 4, 8, 0x10, 0x40, 0x80] as const
const isHiddenFlags = (flags: MappingFlags): boolean => (flags & unionOf(READ, WRITE, EXECUTE)) === NONE

export const formatRiscvMutants: readonly Mutant[] = [
  formatMutant(RISCV_SV39, { name: 'none-is-a-pointer', fault: 'a huge leaf without access is a valid word without permissions, which is a pointer', repeats: 'B16 page_table_multiarch', meant: 'protect/none-huge-not-table' }, (format) => ({
    leafBits: (flags, level) => (isHiddenFlags(flags) && level > 0 ? 1n : format.leafBits(flags, level)),
    flagMask: (level) => format.flagMask(level) | BigInt(A | D),
  })),
  formatMutant(RISCV_SV39, { name: 'write-without-read', fault: 'what is to be written without being read is written so, a reserved word', repeats: 'tgoskits#798', meant: 'flags/write-without-read' }, (format) => ({
    leafBits: (flags, level) => format.leafBits(flags, level) & ~(hasFlags(flags, WRITE) && !hasFlags(flags, READ) ? BigInt(R) : 0n),
  })),
  formatMutant(RISCV_SV39, { name: 'reserved-bits-in-address', fault: 'bits 63:54 are kept in the address', repeats: 'B29 TinyEMU', meant: 'pte/total' }, (format) => ({
    classify: (low, high, level) => format.classify(low, high & 0x3f_ffff, level),
    decode(word, level) {
      const entry = format.decode(word & 0x3f_ffff_ffff_ffffn, level)
      return entry.kind === 'leaf' || entry.kind === 'table' ? { ...entry, frame: pa(BigInt.asUintN(64, (word >> 10n) << 12n)) } : entry
    },
  })),
  formatMutant(RISCV_SV39, { name: 'misaligned-superpage', fault: 'a huge leaf on a misaligned frame is a leaf', repeats: 'B29 NutShell#265, #268, biriscv#46, TinyEMU', meant: 'walk/misaligned-huge' }, (format) => ({
    classify(low, high, level) {
      const kind = format.classify(low, high, level)
      return kind === INVALID && format.classify(low & 0x3ff, 0, level) === LEAF && high >>> 22 === 0 ? LEAF : kind
    },
  })),
  formatMutant(RISCV_SV39, { name: 'pointer-at-last-level', fault: 'a pointer at the last level is taken for a page', repeats: 'B20 aarch64-paging#4, turned round', meant: 'walk/pointer-at-last-level' }, (format) => ({
    classify: (low, high, level) => (level === 0 && (low & 0xff) === 1 ? LEAF : format.classify(low, high, level)),
    check: (path, access, mode, controls) => ((path.low & 0xff) === 1 ? { kind: 'granted' } : format.check(path, access, mode, controls)),
  })),
  formatMutant(RISCV_SV39, { name: 'split-loses-execute', fault: 'the children of a split leaf cannot be executed', meant: 'flags/split-keeps' }, (format) => ({
    splitBits: (word, level) => format.splitBits(word, level) & ~BigInt(X),
  })),
  formatMutant(RISCV_SV39, { name: 'walks-see-swapped', fault: 'to walks, a small leaf without V is a page without access, whatever marks it; reading its word says that nothing is there', meant: 'pte/walker-agrees' }, (format) => ({
    classify: (low, high, level) => (level === 0 && (low & 1) === 0 && (low & R) !== 0 ? HIDDEN : format.classify(low, high, level)),
  })),
  formatMutant(RISCV_SV39, { name: 'supervisor-fetches-user-pages', fault: 'with SUM the supervisor executes pages of user mode’s', repeats: 'B29 TinyEMU', meant: 'walk/sum-mxr-matrix' }, (format) => ({
    check: (path, access, mode, controls) => format.check(mode === 'kernel' && access === 'exec' && controls.sum ? { ...path, low: path.low & ~U } : path, access, mode, controls),
  })),
  formatMutant(RISCV_SV39, { name: 'mxr-ignored', fault: 'MXR is not looked at', meant: 'walk/sum-mxr-matrix' }, (format) => ({
    check: (path, access, mode, controls) => format.check(path, access, mode, { ...controls, mxr: false }),
  })),
  formatMutant(RISCV_SV39, { name: 'accepts-write-without-read', fault: 'a leaf with W and without R is a leaf', meant: 'walk/write-without-read' }, (format) => ({
    classify: (low, high, level) => format.classify((low & (1 | W)) === (1 | W) ? low | R : low, high, level),
  })),
  formatMutant(RISCV_SV39, { name: 'pointer-bits-ignored', fault: 'A, D and U of a pointer are not looked at', meant: 'walk/pointer-with-ad-u' }, (format) => ({
    classify: (low, high, level) => (level > 0 && (low & (1 | R | W | X)) === 1 && high >>> 22 === 0 ? TABLE : format.classify(low, high, level)),
  })),
  formatMutant(RISCV_SV39, { name: 'dirty-not-asked', fault: 'with Svade a write needs A and not D', repeats: 'B29 simmerv#50', meant: 'walk/ad-svade' }, (format) => ({
    check: (path, access, mode, controls) => format.check(controls.ad === 'svade' ? { ...path, low: path.low | D } : path, access, mode, controls),
  })),
  formatMutant(RISCV_SV39, { name: 'read-marks-dirty', fault: 'with Svadu a read marks the page dirty', meant: 'walk/ad-svadu' }, (format) => ({
    check(path, access, mode, controls) {
      const verdict = format.check(path, access, mode, controls)
      return 'update' in verdict ? { ...verdict, update: verdict.update | BigInt(D) } : verdict
    },
  })),
  formatMutant(RISCV_SV39, { name: 'huge-needs-write', fault: 'a huge leaf that cannot be written is not seen', meant: 'map/each-leaf-size' }, (format) => ({
    classify: (low, high, level) => (level > 0 && (low & (1 | R | W)) === (1 | R) ? ABSENT : format.classify(low, high, level)),
  })),
  formatMutant(RISCV_SV39, { name: 'decode-ignores-level', fault: 'what a word is does not depend on its level', repeats: 'B20 rust-osdev/x86_64#538', meant: 'pte/golden' }, (format) => ({
    decode: (word, level) => (format.classify(lowOf(word), highOf(word), 1) === TABLE ? format.decode(word, 1) : format.decode(word, level)),
  })),
]
