// The format held against the suite of page tables. What the manifest and the golden words say was read from the manual
// (see loongarch64.ts) and from Linux, arch/loongarch/include/asm/pgtable-bits.h, not from the format.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pageTableTests } from '@addrspace/conformance/node-test'
import { grantsOf, pageTableSubjectOf, TABLE_FEATURES } from '@addrspace/conformance/page-table'
import { checkLayout } from '@addrspace/page-table'
import type { GoldenWord, TableEntryRecord } from '@addrspace/conformance'
import { loongarch64 } from './loongarch64.ts'

const leaf = (frame: bigint, flags: string): TableEntryRecord => ({ kind: 'leaf', frame, flags, accessed: false, dirty: false })

// V 1, D 2, user 0xc, cached 0x10, G 0x40, P 0x80, W 0x100; NR 1 << 61, NX 1 << 62, RPLV 1 << 63.
const golden: GoldenWord[] = [
  { source: 'Linux PAGE_KERNEL', word: 0x9000_01d3n, level: 0, entry: leaf(0x9000_0000n, 'rwxg'), isOurs: true },
  { source: 'Linux PAGE_KERNEL_SUC', word: 0x1fe0_01c3n, level: 0, entry: leaf(0x1fe0_0000n, 'rwxdg'), isOurs: true },
  { source: 'Linux PAGE_KERNEL_WUC, no execute', word: 0x4000_0000_4000_01e3n, level: 0, entry: leaf(0x4000_0000n, 'rwng'), isOurs: true },
  { source: 'Linux PAGE_READONLY, young', word: 0x9000_309dn, level: 0, entry: leaf(0x9000_3000n, 'rxu'), isOurs: true },
  { source: 'Linux PAGE_SHARED, young and dirty', word: 0x9000_319fn, level: 0, entry: leaf(0x9000_3000n, 'rwxu'), isOurs: true },
  { source: 'Linux PAGE_SHARED, young: a store is noticed first', word: 0x9000_319dn, level: 0, entry: leaf(0x9000_3000n, 'rxu'), isOurs: false },
  { source: 'Linux PAGE_READONLY, old: V is clear', word: 0x9000_309cn, level: 0, entry: { kind: 'absent' }, isOurs: false },
  { source: 'Linux PAGE_NONE', word: 0x2000_0000_9000_341cn, level: 0, entry: leaf(0x9000_3000n, 'u'), isOurs: false },
  { source: 'Linux PAGE_KERNEL, a huge page: G is bit 12', word: 0x9020_11d3n, level: 1, entry: leaf(0x9020_0000n, 'rwxg'), isOurs: true },
  { source: 'a huge page of 1 GiB of the kernel, no execute', word: 0x4000_0000_8000_01d3n, level: 2, entry: leaf(0x8000_0000n, 'rw'), isOurs: true },
  { source: 'RPLV: for user mode alone', word: 0x8000_0000_9000_319fn, level: 0, entry: leaf(0x9000_3000n, 'rwxu'), isOurs: false },
  { source: 'PLV 1', word: 0x9000_3197n, level: 0, entry: leaf(0x9000_3000n, 'rwx'), isOurs: false },
  { source: '"3 for reserved" of MAT', word: 0x9000_31b3n, level: 0, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'H where no TLB has such a page', word: 0x8000_0000_01d3n, level: 3, entry: { kind: 'invalid' }, isOurs: false },
  { source: 'a directory of ours: bit 60 is ignored by LDDIR', word: 0x1000_0000_9000_4000n, level: 3, entry: { kind: 'table', frame: 0x9000_4000n }, isOurs: true },
]

/** Every right has a bit of its own, so that each is granted as it is asked for. */
const rights = ['', 'r', 'w', 'rw', 'x', 'rx', 'wx', 'rwx']

pageTableTests(
  pageTableSubjectOf({
    name: 'loongarch64',
    format: loongarch64,
    golden,
    manifest: {
      levels: 4, indexBits: 9, physBits: 48, leafLevels: [0, 1, 2], halves: 'sign-extended',
      grants: grantsOf([...rights, ...rights.map((letters) => `${letters}u`)].map((letters) => [letters, letters]), { refuses: (asked) => asked.includes('dn'), isKeptHidden: true }),
      // With RPLV clear the kernel may do whatever user mode may.
      kernelOnUserPages: { ru: 'r', wu: 'w', rwu: 'rw', xu: 'x', rxu: 'rx', wxu: 'wx', rwxu: 'rwx' },
      softwareBits: (1n << 9n) | (1n << 11n),
      features: { ...TABLE_FEATURES, marks: 'none', breaksBeforeMaking: true },
    },
  }),
)

describe('bit tables', () => {
  it('account for all 64 bits of every kind of entry', () => {
    assert.equal(loongarch64.layouts.length, 7)
    for (const layout of loongarch64.layouts) checkLayout(layout)
  })
})
