/**
 * RISC-V as subjects of the suite: Sv39, Sv48, Sv57. Expectations from the Privileged Architecture, "Supervisor-Level ISA".
 */

import type { GoldenWord, PageTableManifest } from '@addrspace/conformance'
import { grantsOf, TABLE_FEATURES } from '@addrspace/conformance/page-table'
import type { MachineDescription } from '@addrspace/conformance/page-table'
import { riscvSv39, riscvSv48, riscvSv57 } from '@addrspace/backend-riscv-sv39'
import type { RiscvControls } from '@addrspace/backend-riscv-sv39'
import { leaf, table } from './golden.ts'

/** W without R is reserved; without Svpbmt no bit says a memory type. */
const GRANTS = grantsOf(
  [
    ['', ''], ['r', 'r'], ['w', 'rw'], ['rw', 'rw'], ['x', 'x'], ['rx', 'rx'], ['wx', 'rwx'], ['rwx', 'rwx'],
    ['u', 'u'], ['ru', 'ru'], ['wu', 'rwu'], ['rwu', 'rwu'], ['xu', 'xu'], ['rxu', 'rxu'], ['wxu', 'rwxu'], ['rwxu', 'rwxu'],
  ],
  { refuses: (asked) => /[dn]/.test(asked), isKeptHidden: true },
)

const MANIFEST: PageTableManifest = {
  machine: 'riscv',
  levels: 3, indexBits: 9, physBits: 56, leafLevels: [0, 1, 2], halves: 'sign-extended',
  grants: GRANTS,
  // Without SUM.
  kernelOnUserPages: { ru: '', rwu: '', xu: '', rxu: '', rwxu: '' },
  // RSW marks hidden leaves.
  softwareBits: 0n,
  features: { ...TABLE_FEATURES, marks: 'accessed-dirty', breaksBeforeMaking: false },
}

// A frame's number stands at bit 10: paddr 0x8_7f67_000 becomes 0x87f67 << 10.
const GOLDEN: readonly GoldenWord[] = [
  { source: 'xv6, vmprint of the first process: pointer', word: 0x21fd_9c01n, level: 2, entry: table(0x87f6_7000n), isOurs: true },
  { source: 'xv6: user text', word: 0x21fd_a01bn, level: 0, entry: leaf(0x87f6_8000n, 'rxu'), isOurs: true },
  { source: 'xv6: user data', word: 0x21fd_9417n, level: 0, entry: leaf(0x87f6_5000n, 'rwu'), isOurs: true },
  { source: 'xv6: trampoline', word: 0x2000_1c0bn, level: 0, entry: leaf(0x8000_7000n, 'rx'), isOurs: true },
  { source: 'arceos, boot table: 0x80000 << 10 | 0xef', word: 0x2000_00efn, level: 2, entry: leaf(0x8000_0000n, 'rwxg', 'ad'), isOurs: true },
  { source: 'Linux PAGE_KERNEL, a megapage', word: 0x2008_00e7n, level: 1, entry: leaf(0x8020_0000n, 'rwg', 'ad'), isOurs: true },
  { source: 'a megapage at 0x80201000', word: 0x2008_04efn, level: 1, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'W alone', word: 0x05n, level: 0, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'W and X without R', word: 0x0dn, level: 1, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'a pointer at level 0', word: 0x01n, level: 0, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'U in a pointer', word: 0x11n, level: 1, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'bit 54', word: 0x0040_0000_0000_000fn, level: 0, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'V clear, everything else as in a leaf', word: 0x21fd_9416n, level: 0, entry: { kind: 'absent' }, isOurs: false },
]

export const RISCV_SV39: MachineDescription<RiscvControls> = { name: 'riscv-sv39', format: riscvSv39, manifest: MANIFEST, golden: GOLDEN }

export const RISCV_SV48: MachineDescription<RiscvControls> = { name: 'riscv-sv48', format: riscvSv48, manifest: { ...MANIFEST, levels: 4, leafLevels: [0, 1, 2, 3] }, golden: GOLDEN }

export const RISCV_SV57: MachineDescription<RiscvControls> = { name: 'riscv-sv57', format: riscvSv57, manifest: { ...MANIFEST, levels: 5, leafLevels: [0, 1, 2, 3, 4] }, golden: GOLDEN }
