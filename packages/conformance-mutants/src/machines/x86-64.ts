/**
 * x86-64 as subjects of the suite, with four and with five levels. Expectations from the Intel SDM, vol. 3A.
 */

import type { GoldenWord, PageTableManifest } from '@addrspace/conformance'
import { grantsOf, TABLE_FEATURES } from '@addrspace/conformance/page-table'
import type { MachineDescription } from '@addrspace/conformance/page-table'
import { x8664, x8664La57 } from '@addrspace/backend-x86-64'
import type { X8664Controls } from '@addrspace/backend-x86-64'
import { leaf, table } from './golden.ts'

/** Whatever is present can be read; a page that is not keeps nothing but its frame. */
const GRANTS = grantsOf(
  [
    ['', ''], ['r', 'r'], ['w', 'rw'], ['rw', 'rw'], ['x', 'rx'], ['rx', 'rx'], ['wx', 'rwx'], ['rwx', 'rwx'],
    ['u', ''], ['ru', 'ru'], ['wu', 'rwu'], ['rwu', 'rwu'], ['xu', 'rxu'], ['rxu', 'rxu'], ['wxu', 'rwxu'], ['rwxu', 'rwxu'],
  ],
  { refuses: (asked) => asked.includes('dn'), isKeptHidden: false },
)

const MANIFEST: PageTableManifest = {
  machine: 'x86-64',
  levels: 4, indexBits: 9, physBits: 52, leafLevels: [0, 1, 2], halves: 'sign-extended',
  grants: GRANTS,
  // Without SMEP and SMAP.
  kernelOnUserPages: { ru: 'r', rwu: 'rw', rxu: 'rx', rwxu: 'rwx' },
  // 11:9 and 58:52; 62:59 would be a protection key.
  softwareBits: (7n << 9n) | (0x7fn << 52n),
  features: { ...TABLE_FEATURES, marks: 'accessed-dirty', breaksBeforeMaking: false },
}

// Sums of the bits that each source defines, by hand.
const GOLDEN: readonly GoldenWord[] = [
  { source: 'OSDev wiki, "Setting Up Long Mode": P + R/W', word: 0x1003n, level: 0, entry: leaf(0x1000n, 'rwx'), isOurs: true },
  { source: 'blog_os, PDE 1: present + writable + huge', word: 0x20_0083n, level: 1, entry: leaf(0x20_0000n, 'rwx'), isOurs: true },
  { source: 'the same in a PDPTE', word: 0x4000_0083n, level: 2, entry: leaf(0x4000_0000n, 'rwx'), isOurs: true },
  { source: 'xv6, pointer to a page table: P + W + U', word: 0x0de0_1007n, level: 1, entry: table(0x0de0_1000n), isOurs: true },
  { source: 'xv6, user text: P + U', word: 0x6005n, level: 0, entry: leaf(0x6000n, 'rxu'), isOurs: true },
  { source: 'Linux PAGE_SHARED, written to', word: 0x8000_0001_2345_6067n, level: 0, entry: leaf(0x1_2345_6000n, 'rwu', 'ad'), isOurs: true },
  { source: 'Linux PAGE_READONLY_EXEC', word: 0x1_2345_6025n, level: 0, entry: leaf(0x1_2345_6000n, 'rxu', 'a'), isOurs: true },
  { source: 'Linux PAGE_KERNEL_LARGE', word: 0x8000_0000_0100_01e3n, level: 1, entry: leaf(0x100_0000n, 'rwg', 'ad'), isOurs: true },
  { source: 'Linux PAGE_KERNEL_NOCACHE with UC', word: 0x8000_0000_fee0_017bn, level: 0, entry: leaf(0xfee0_0000n, 'rwdg', 'ad'), isOurs: true },
  { source: 'the last page of 52 bits', word: 0x000f_ffff_ffff_f001n, level: 0, entry: leaf(0xf_ffff_ffff_f000n, 'rx'), isOurs: true },
  { source: 'Linux _PAGE_TABLE', word: 0x1_2345_6067n, level: 3, entry: table(0x1_2345_6000n), isOurs: false },
  { source: 'PAT with PCD in a PTE: entry 6, UC-', word: 0x0010_0093n, level: 0, entry: leaf(0x10_0000n, 'rwxn'), isOurs: false },
  { source: 'PAT with PCD and PWT in a PDE: entry 7, UC', word: 0x0020_109bn, level: 1, entry: leaf(0x20_0000n, 'rwxd'), isOurs: false },
  { source: 'a PML4E with bit 7', word: 0x83n, level: 3, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'a PDE with bit 13', word: 0x2083n, level: 1, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'Linux PAGE_NONE', word: 0x1_2345_6120n, level: 0, entry: { kind: 'absent' }, isOurs: false },
  { source: 'a Linux swap entry', word: 0x07ff_ffff_fffd_b800n, level: 0, entry: { kind: 'absent' }, isOurs: false },
]

export const X86_64: MachineDescription<X8664Controls> = { name: 'x86-64', format: x8664, manifest: MANIFEST, golden: GOLDEN }

export const X86_64_LA57: MachineDescription<X8664Controls> = { name: 'x86-64-la57', format: x8664La57, manifest: { ...MANIFEST, levels: 5 }, golden: GOLDEN }
