/**
 * Walks of x86-64: rights along the path, CR0.WP, CR4.SMEP, CR4.SMAP, EFER.NXE, accessed and dirty. The expectations are
 * written from the Intel SDM, vol. 3A, "Paging", "Determination of Access Rights" and "Accessed and Dirty Flags".
 */

import { checkEqual } from '../../check.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE } from '../shape.ts'
import { needsMachine } from './needs.ts'

const RIGHTS = 'Intel SDM vol. 3A, "Determination of Access Rights"'
const WRITABLE = 1n << 1n
const FOR_USER = 1n << 2n
const ACCESSED = 1n << 5n
const DIRTY = 1n << 6n
const NO_EXECUTE = 1n << 63n
const unsupported = needsMachine('x86-64', 'translates', 'hasMemory', 'hasCodec')

export const walkX8664Cases: readonly PageTableCase[] = [
  {
    id: 'walk/and-along-path',
    title: 'user and write must be set, and execute-disable clear, in every entry from the root to the leaf',
    law: RIGHTS,
    catches: ['rights taken from the leaf alone'],
    unsupported,
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rwxu')
      for (let level = 0; level < manifest.levels; level++) {
        for (const [change, access, mode] of [[(word: bigint) => word & ~WRITABLE, 'write', 'user'], [(word: bigint) => word & ~FOR_USER, 'read', 'user'], [(word: bigint) => word | NO_EXECUTE, 'exec', 'user'], [(word: bigint) => word & ~WRITABLE, 'write', 'kernel'], [(word: bigint) => word | NO_EXECUTE, 'exec', 'kernel']] as const) {
          checkEqual(bench.verdict(home, access, mode), 'granted', `${mode} ${access}`)
          bench.withWord(home, level, change, () => checkEqual(bench.verdict(home, access, mode), 'permission', `${mode} ${access} with level ${level} narrower`))
        }
        bench.withWord(home, level, (word) => word & ~FOR_USER, () => checkEqual(bench.verdict(home, 'write', 'kernel'), 'granted', 'kernel write of what is not user mode’s'))
      }
    },
  },
  {
    id: 'walk/smep-smap-wp-matrix',
    title: 'write protection, SMEP and SMAP decide about the kernel as the manual says, for every page, access and setting',
    law: RIGHTS,
    catches: ['kernels that rely on SMEP where it is off'],
    unsupported,
    run({ open }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'r')
      for (const flags of ['r', 'rw', 'rx', 'rwx', 'ru', 'rwu', 'rxu', 'rwxu']) {
        bench.protect(home, PAGE, flags)
        const [isUser, isWritable, isExecutable] = ['u', 'w', 'x'].map((letter) => flags.includes(letter)) as [boolean, boolean, boolean]
        for (const bits of [0, 1, 2, 3, 4, 5, 6, 7]) {
          const [wp, smep, smap] = [(bits & 1) !== 0, (bits & 2) !== 0, (bits & 4) !== 0]
          const controls = { wp, smep, smap, nxe: true }
          const where = `of "${flags}" with wp ${wp}, smep ${smep}, smap ${smap}`
          const expect = (isGranted: boolean): string => (isGranted ? 'granted' : 'permission')
          checkEqual(bench.verdict(home, 'read', 'kernel', controls), expect(!(isUser && smap)), `kernel read ${where}`)
          checkEqual(bench.verdict(home, 'write', 'kernel', controls), expect(!(isUser && smap) && (isWritable || !wp)), `kernel write ${where}`)
          checkEqual(bench.verdict(home, 'exec', 'kernel', controls), expect(!(isUser && smep) && isExecutable), `kernel fetch ${where}`)
          checkEqual(bench.verdict(home, 'read', 'user', controls), expect(isUser), `user read ${where}`)
          checkEqual(bench.verdict(home, 'write', 'user', controls), expect(isUser && isWritable), `user write ${where}`)
          checkEqual(bench.verdict(home, 'exec', 'user', controls), expect(isUser && isExecutable), `user fetch ${where}`)
        }
      }
    },
  },
  {
    id: 'walk/nxe',
    title: 'without EFER.NXE an execute-disable bit is a reserved one',
    law: 'Intel SDM vol. 3A, "Paging", reserved bits',
    unsupported,
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, 2n * PAGE, 0x9000n, 'rwxu')
      bench.protect(home, PAGE, 'rwu')
      const controls = { wp: true, nxe: false, smep: false, smap: false }
      for (const access of ['read', 'write', 'exec'] as const) {
        checkEqual(bench.verdict(home, access, 'user', controls), 'reserved', `user ${access} of a page with XD`)
        checkEqual(bench.verdict(home + PAGE, access, 'user', controls), 'granted', `user ${access} of a page without`)
      }
      // In a pointer too, before anything below it is looked at.
      for (let level = 1; level < manifest.levels; level++) {
        bench.withWord(home, level, (word) => word | NO_EXECUTE, () => {
          for (const vaddr of [home, home + PAGE, home + 64n * PAGE]) {
            checkEqual(bench.translate(vaddr, 'read', 'user', controls), `reserved at level ${level}`, `read below a pointer of level ${level} with XD`)
          }
        })
      }
    },
  },
  {
    id: 'walk/ad-hardware',
    title: 'an access marks the leaf accessed, a write dirty too, and every pointer on the way accessed; a marked path stays as it is',
    law: 'Intel SDM vol. 3A, "Accessed and Dirty Flags"',
    unsupported,
    run({ open, manifest }) {
      const bench = open({ fresh: 'clear' })
      const { memory } = bench
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rwu')
      for (const [access, bits] of [['read', ACCESSED], ['write', ACCESSED | DIRTY]] as const) {
        const answer = bench.table.translate!(home, access, 'user')
        const updates = answer.kind === 'mapped' ? [...answer.updates] : []
        for (let level = 0; level < manifest.levels; level++) {
          const entry = bench.entryAddress(home, level)
          const word = memory.readWord(entry)
          const expected = word | (level === 0 ? bits : ACCESSED)
          const update = updates.find(({ paddr }) => paddr === entry)
          checkEqual(update?.word ?? word, expected, `word of level ${level} after a ${access}`)
          checkEqual(update === undefined, expected === word, `whether level ${level} is left alone by a ${access}`)
        }
        for (const { paddr, word } of updates) memory.writeWord(paddr, word)
      }
      const last = bench.table.translate!(home, 'write', 'user')
      checkEqual(last.kind === 'mapped' ? last.updates : last, [], 'what a second write marks')
    },
  },
]
