/**
 * Walks of AArch64: PAN, the access flag, hierarchical permissions. The expectations are written from the Arm
 * Architecture Reference Manual (DDI 0487), "Memory access control", with TCR_EL1.HPD0 = HPD1 = 1 and HA = HD = 0.
 */

import { checkEqual } from '../../check.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE } from '../shape.ts'
import { needsMachine } from './needs.ts'

const CONTROL = 'DDI 0487, "Memory access control"'
const ACCESS_FLAG = 1n << 10n
const READ_ONLY = 1n << 7n
const FOR_USER = 1n << 6n
const UXN = 1n << 54n
const PXN = 1n << 53n
const unsupported = needsMachine('aarch64', 'translates', 'hasMemory', 'hasCodec')

export const walkAArch64Cases: readonly PageTableCase[] = [
  {
    id: 'walk/pan-matrix',
    title: 'AP, UXN, PXN and PAN decide as the manual says, for all 16 words, every access and mode',
    law: CONTROL,
    catches: ['EL1 fetching from pages that EL0 may write'],
    unsupported,
    run({ open }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rwxu')
      for (let bits = 0n; bits < 16n; bits++) {
        const fields = ((bits & 1n) * FOR_USER) | (((bits >> 1n) & 1n) * READ_ONLY) | (((bits >> 2n) & 1n) * UXN) | (((bits >> 3n) & 1n) * PXN)
        const [hasUser, isReadOnly, uxn, pxn] = [FOR_USER, READ_ONLY, UXN, PXN].map((bit) => (fields & bit) !== 0n) as [boolean, boolean, boolean, boolean]
        bench.withWord(home, 0, (word) => (word & ~(FOR_USER | READ_ONLY | UXN | PXN)) | fields, () => {
          for (const pan of [false, true]) {
            const where = `with AP[1] ${hasUser}, AP[2] ${isReadOnly}, UXN ${uxn}, PXN ${pxn}, PAN ${pan}`
            const expect = (isGranted: boolean): string => (isGranted ? 'granted' : 'permission')
            const kernelData = !(pan && hasUser)
            checkEqual(bench.verdict(home, 'read', 'user', { pan }), expect(hasUser), `EL0 read ${where}`)
            checkEqual(bench.verdict(home, 'write', 'user', { pan }), expect(hasUser && !isReadOnly), `EL0 write ${where}`)
            checkEqual(bench.verdict(home, 'exec', 'user', { pan }), expect(!uxn), `EL0 fetch ${where}`)
            checkEqual(bench.verdict(home, 'read', 'kernel', { pan }), expect(kernelData), `EL1 read ${where}`)
            checkEqual(bench.verdict(home, 'write', 'kernel', { pan }), expect(kernelData && !isReadOnly), `EL1 write ${where}`)
            checkEqual(bench.verdict(home, 'exec', 'kernel', { pan }), expect(!pxn && !(hasUser && !isReadOnly)), `EL1 fetch ${where}`)
          }
        })
      }
    },
  },
  {
    id: 'walk/af',
    title: 'an access without the access flag faults, before permissions are looked at, at every size',
    law: 'DDI 0487, "The Access flag"',
    unsupported,
    run({ open, manifest }) {
      for (const level of manifest.leafLevels) {
        const bench = open({ fresh: 'clear' })
        const { shape } = bench
        const home = shape.home(level)
        bench.map(home, shape.span(level), shape.frame(level), 'ru')
        for (const access of ['read', 'write', 'exec'] as const) checkEqual(bench.translate(home, access, 'user'), `access-flag at level ${level}`, `${access} without AF`)
        bench.withWord(home, level, (word) => word | ACCESS_FLAG, () => {
          checkEqual(bench.verdict(home, 'read', 'user'), 'granted', 'read with AF')
          checkEqual(bench.verdict(home, 'write', 'user'), 'permission', 'write with AF')
        })
      }
    },
  },
  {
    id: 'walk/hierarchical-off',
    title: 'hierarchical permissions of a pointer, which are off, change nothing',
    law: CONTROL,
    unsupported,
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rwxu')
      for (let level = 1; level < manifest.levels; level++) {
        for (let bit = 59n; bit < 64n; bit++) {
          bench.withWord(home, level, (word) => word | (1n << bit), () => {
            for (const access of ['read', 'write', 'exec'] as const) checkEqual(bench.verdict(home, access, 'user'), 'granted', `${access} below a pointer with bit ${bit}`)
          })
        }
      }
    },
  },
  {
    id: 'walk/block-by-level',
    title: 'a block is a leaf at 1 GiB and 2 MiB, and reserved at the top and at the last level',
    law: 'DDI 0487, "VMSAv8-64 translation table format descriptors"',
    catches: ['B20 aarch64-paging#4: bit 1 read the same at every level'],
    unsupported,
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'ru')
      // Frame 0, AF, SH = 11, AP[1], block.
      const block = 0x741n
      for (let level = 0; level < manifest.levels; level++) {
        bench.withWord(home, level, () => block, () => {
          const offset = home % bench.shape.span(level)
          const expected = level === 0 || level === 3 ? `reserved at level ${level}` : `to 0x${offset.toString(16)}`
          checkEqual(bench.translate(home, 'read', 'user'), expected, `read of a block at level ${level}`)
        })
      }
    },
  },
]
