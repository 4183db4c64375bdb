/**
 * AArch64 as a subject of the suite: 4 KiB granule, 48 bits, both halves. Expectations from the Arm Architecture
 * Reference Manual (DDI 0487).
 */

import type { GoldenWord, PageTableManifest } from '@addrspace/conformance'
import { grantsOf, TABLE_FEATURES } from '@addrspace/conformance/page-table'
import type { MachineDescription } from '@addrspace/conformance/page-table'
import { aarch64 } from '@addrspace/backend-aarch64'
import type { AArch64Controls } from '@addrspace/backend-aarch64'
import { leaf, table } from './golden.ts'

/** The kernel reads whatever is valid; user mode may execute without reading. No fetch from device memory. */
const GRANTS = grantsOf(
  [
    ['', ''], ['r', 'r'], ['w', 'rw'], ['rw', 'rw'], ['x', 'rx'], ['rx', 'rx'], ['wx', 'rwx'], ['rwx', 'rwx'],
    ['u', 'u'], ['ru', 'ru'], ['wu', 'rwu'], ['rwu', 'rwu'], ['xu', 'xu'], ['rxu', 'rxu'], ['wxu', 'rwxu'], ['rwxu', 'rwxu'],
  ],
  { refuses: (asked) => asked.includes('dn') || (asked.includes('x') && asked.includes('d')), isKeptHidden: true },
)

const MANIFEST: PageTableManifest = {
  machine: 'aarch64',
  levels: 4, indexBits: 9, physBits: 48, leafLevels: [0, 1, 2], halves: 'two-roots',
  grants: GRANTS,
  // Without PAN. The kernel never fetches from a page of user mode's.
  kernelOnUserPages: { ru: 'r', rwu: 'rw', xu: 'r', rxu: 'r', rwxu: 'rw' },
  // 57:55 and 63; 58 marks hidden leaves.
  softwareBits: (7n << 55n) | (1n << 63n),
  features: { ...TABLE_FEATURES, marks: 'accessed', breaksBeforeMaking: true },
}

// UXN 54, PXN 53, nG 11, AF 10, SH = 11 is 0x300, AP[2] 0x80, AP[1] 0x40, AttrIndx in 4:2, page 0b11, block 0b01.
const GOLDEN: readonly GoldenWord[] = [
  { source: 'kernel rw', word: 0x0060_0000_4000_1f03n, level: 0, entry: leaf(0x4000_1000n, 'rw', 'a'), isOurs: true },
  { source: 'kernel rx, global', word: 0x0040_0000_4008_0783n, level: 0, entry: leaf(0x4008_0000n, 'rxg', 'a'), isOurs: true },
  { source: 'user rwx', word: 0x0020_0000_8000_0f43n, level: 0, entry: leaf(0x8000_0000n, 'rwxu', 'a'), isOurs: true },
  { source: 'user x', word: 0x0020_0000_8000_0f83n, level: 0, entry: leaf(0x8000_0000n, 'xu', 'a'), isOurs: true },
  { source: 'device', word: 0x0060_0000_0900_070bn, level: 0, entry: leaf(0x0900_0000n, 'rwdg', 'a'), isOurs: true },
  { source: 'uncached', word: 0x0060_0000_4200_0f07n, level: 0, entry: leaf(0x4200_0000n, 'rwn', 'a'), isOurs: true },
  { source: '2 MiB block, user rw, not accessed', word: 0x0060_0000_8020_0b41n, level: 1, entry: leaf(0x8020_0000n, 'rwu'), isOurs: true },
  { source: 'the last GiB of 48 bits', word: 0x0060_ffff_c000_0f01n, level: 2, entry: leaf(0xffff_c000_0000n, 'rw', 'a'), isOurs: true },
  { source: 'a table pointer', word: 0x8000_1003n, level: 3, entry: table(0x8000_1000n), isOurs: true },
  { source: 'Linux PAGE_KERNEL', word: 0x0068_0000_4100_0703n, level: 0, entry: leaf(0x4100_0000n, 'rwg', 'a'), isOurs: false },
  { source: 'Linux PAGE_READONLY_EXEC', word: 0x0020_0000_4100_0fc3n, level: 0, entry: leaf(0x4100_0000n, 'rxu', 'a'), isOurs: false },
  { source: 'Linux PAGE_NONE', word: 0x0460_0000_4100_0f82n, level: 0, entry: leaf(0x4100_0000n, '', 'a'), isOurs: true },
  { source: 'Linux PMD_TABLE_PXN', word: 0x0800_0000_8000_1003n, level: 1, entry: table(0x8000_1000n), isOurs: false },
  { source: 'bits 1:0 = 01 at the last level', word: 0x4000_0701n, level: 0, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'a block at the top', word: 0x8000_0000_0701n, level: 3, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'a 2 MiB block on a 4 KiB frame', word: 0x4000_1701n, level: 1, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'not valid, without a mark', word: 0x0060_0000_4000_0702n, level: 0, entry: { kind: 'absent' }, isOurs: false },
]

export const AARCH64: MachineDescription<AArch64Controls> = { name: 'aarch64', format: aarch64, manifest: MANIFEST, golden: GOLDEN }
