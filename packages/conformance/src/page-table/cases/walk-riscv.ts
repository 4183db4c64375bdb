/**
 * Walks of RISC-V: SUM and MXR, reserved encodings, Svade and Svadu. The expectations are written from the Privileged
 * Architecture, "Supervisor-Level ISA", "Virtual Address Translation Process".
 */

import { checkEqual } from '../../check.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE } from '../shape.ts'
import { needsMachine } from './needs.ts'

const STEPS = 'RISC-V Privileged Architecture, "Virtual Address Translation Process"'
const [R, W, X, U, A, D] = [2n, 4n, 8n, 0x10n, 0x40n, 0x80n]
const unsupported = needsMachine('riscv', 'translates', 'hasMemory', 'hasCodec')

export const walkRiscvCases: readonly PageTableCase[] = [
  {
    id: 'walk/sum-mxr-matrix',
    title: 'SUM and MXR decide as the manual says, for every page, access and mode; the supervisor never fetches from a user page',
    law: STEPS,
    catches: ['B29 TinyEMU lets the supervisor fetch user pages when SUM is 1'],
    unsupported,
    run({ open }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'r')
      for (const flags of ['r', 'rw', 'rx', 'rwx', 'x', 'ru', 'rwu', 'rxu', 'rwxu', 'xu']) {
        bench.protect(home, PAGE, flags)
        const [isUser, isReadable, isWritable, isExecutable] = ['u', 'r', 'w', 'x'].map((letter) => flags.includes(letter)) as [boolean, boolean, boolean, boolean]
        for (const [sum, mxr] of [[false, false], [false, true], [true, false], [true, true]] as const) {
          const controls = { sum, mxr, ad: 'svade' }
          const where = `of "${flags}" with sum ${sum}, mxr ${mxr}`
          const expect = (isGranted: boolean): string => (isGranted ? 'granted' : 'permission')
          const hasData = !isUser || sum
          checkEqual(bench.verdict(home, 'read', 'kernel', controls), expect(hasData && (isReadable || (mxr && isExecutable))), `kernel read ${where}`)
          checkEqual(bench.verdict(home, 'write', 'kernel', controls), expect(hasData && isWritable), `kernel write ${where}`)
          checkEqual(bench.verdict(home, 'exec', 'kernel', controls), expect(!isUser && isExecutable), `kernel fetch ${where}`)
          checkEqual(bench.verdict(home, 'read', 'user', controls), expect(isUser && (isReadable || (mxr && isExecutable))), `user read ${where}`)
          checkEqual(bench.verdict(home, 'write', 'user', controls), expect(isUser && isWritable), `user write ${where}`)
          checkEqual(bench.verdict(home, 'exec', 'user', controls), expect(isUser && isExecutable), `user fetch ${where}`)
        }
      }
    },
  },
  {
    id: 'walk/write-without-read',
    title: 'a leaf with W and without R is reserved, with X and without',
    law: STEPS,
    catches: ['cores that let W without R through'],
    unsupported,
    run({ open, manifest }) {
      for (const level of manifest.leafLevels) {
        const bench = open()
        const { shape } = bench
        bench.map(shape.home(level), shape.span(level), shape.frame(level), 'rwu')
        for (const bits of [W, W | X]) {
          bench.withWord(shape.home(level), level, (word) => (word & ~(R | W | X)) | bits, () => {
            for (const access of ['read', 'write', 'exec'] as const) checkEqual(bench.translate(shape.home(level), access, 'user'), `reserved at level ${level}`, `${access} of W without R`)
          })
        }
      }
    },
  },
  {
    id: 'walk/pointer-with-ad-u',
    title: 'A, D and U in a pointer are reserved, and so is everything above bit 53',
    law: STEPS,
    catches: ['TinyEMU keeps reserved bits 63:54 in the address and does not look at A, D and U of a pointer'],
    unsupported,
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rwu')
      for (let level = 1; level < manifest.levels; level++) {
        for (const bit of [A, D, U, 1n << 54n, 1n << 60n, 1n << 62n, 1n << 63n]) {
          bench.withWord(home, level, (word) => word | bit, () => checkEqual(bench.translate(home, 'read', 'user'), `reserved at level ${level}`, `read below a pointer with ${bit.toString(16)}`))
        }
      }
      for (const bit of [1n << 54n, 1n << 61n, 1n << 63n]) {
        bench.withWord(home, 0, (word) => word | bit, () => checkEqual(bench.translate(home, 'read', 'user'), 'reserved at level 0', `read of a leaf with ${bit.toString(16)}`))
      }
    },
  },
  {
    id: 'walk/ad-svade',
    title: 'with Svade an access without A faults, a write without D too, and permissions come first',
    law: STEPS,
    catches: ['B29 simmerv#50: sets A and D where it must fault', 'B29 xv6#39, asterinas#3856: kernels that leave A and D clear, and run only where nothing faults'],
    unsupported,
    run({ open }) {
      const bench = open({ fresh: 'clear' })
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'ru')
      const controls = { sum: false, mxr: false, ad: 'svade' }
      checkEqual(bench.verdict(home, 'read', 'user', controls), 'access-flag', 'read without A')
      checkEqual(bench.verdict(home, 'write', 'user', controls), 'permission', 'write of a read-only page without A')
      bench.protect(home, PAGE, 'rwu')
      checkEqual(bench.verdict(home, 'write', 'user', controls), 'access-flag', 'write without A')
      bench.withWord(home, 0, (word) => word | A, () => {
        checkEqual(bench.verdict(home, 'read', 'user', controls), 'granted', 'read with A')
        checkEqual(bench.verdict(home, 'write', 'user', controls), 'dirty-flag', 'write with A, without D')
      })
      bench.withWord(home, 0, (word) => word | A | D, () => checkEqual(bench.verdict(home, 'write', 'user', controls), 'granted', 'write with A and D'))
    },
  },
  {
    id: 'walk/ad-svadu',
    title: 'with Svadu an access marks the leaf, and no word but that',
    law: STEPS,
    catches: ['B29 whisper#25: faults where it must set A and D'],
    unsupported,
    run({ open }) {
      const bench = open({ fresh: 'clear' })
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rwu')
      const entry = bench.entryAddress(home, 0)
      const word = bench.memory.readWord(entry)
      const updatesOf = (access: 'read' | 'write'): unknown => {
        const answer = bench.table.translate!(home, access, 'user', { sum: false, mxr: false, ad: 'svadu' })
        return answer.kind === 'mapped' ? answer.updates : answer
      }
      checkEqual(updatesOf('read'), [{ paddr: entry, word: word | A }], 'what a read marks')
      checkEqual(updatesOf('write'), [{ paddr: entry, word: word | A | D }], 'what a write marks')
      bench.withWord(home, 0, () => word | A | D, () => checkEqual([updatesOf('read'), updatesOf('write')], [[], []], 'what is marked already'))
    },
  },
]
