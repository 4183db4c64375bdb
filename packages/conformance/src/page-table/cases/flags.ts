/**
 * Flags: what is granted for what is asked, and what hardware then lets through.
 */

import { check, checkEqual } from '../../check.ts'
import { isHidden } from '../bench.ts'
import type { PageTableCase } from '../case.ts'
import { lettersBeyond, lettersIn } from '../letters.ts'
import { PAGE } from '../shape.ts'
import type { TableAccess } from '../subject.ts'
import { needs, needsHuge } from './needs.ts'
import { tellingFlags } from './protect.ts'

const FLAGS = 'flags'
const LETTER_OF: Readonly<Record<TableAccess, string>> = { read: 'r', write: 'w', exec: 'x' }
const ACCESSES: readonly TableAccess[] = ['read', 'write', 'exec']

export const flagCases: readonly PageTableCase[] = [
  {
    id: 'flags/round-trip-all',
    title: 'for every set of flags, at every size, the query tells what the table of permissions says, or the map is refused',
    law: 'F5',
    catches: ['B15 page_table_multiarch: USER without READ means three things on three machines'],
    run({ open, manifest }) {
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const bench = open()
        const { shape } = bench
        const [home, span, paddr] = [shape.home(level), shape.span(level), shape.frame(level)]
        for (const [asked, granted] of Object.entries(manifest.grants)) {
          if (granted === null) {
            bench.refuses(`map as "${asked}"`, () => bench.table.map(home, span, paddr, asked), 'not-expressible')
            continue
          }
          if (isHidden(granted) && !manifest.features.keepsHidden) continue
          bench.map(home, span, paddr, asked)
          checkEqual(bench.table.query(home), { paddr, size: span, flags: granted }, `query of "${asked}" at level ${level}`)
          bench.unmap(home, span)
        }
      }
    },
  },
  {
    id: 'flags/refused-protect',
    title: 'a protect as what cannot be expressed is refused',
    law: FLAGS,
    unsupported: ({ grants }) => (Object.values(grants).includes(null) ? undefined : 'everything can be expressed'),
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rw')
      for (const [asked, granted] of Object.entries(manifest.grants)) {
        if (granted === null) bench.refuses(`protect as "${asked}"`, () => bench.table.protect(home, PAGE, asked), 'not-expressible')
      }
    },
  },
  {
    id: 'flags/nothing-unasked',
    title: 'nothing is granted beyond the request but reading, and nothing that was asked for is missing where there is access',
    law: FLAGS,
    catches: ['a page that is executable because nobody said otherwise'],
    run({ manifest }) {
      for (const [asked, granted] of Object.entries(manifest.grants)) {
        if (granted === null) continue
        const added = lettersBeyond(granted, asked)
        check(added === '' || (added === 'r' && !isHidden(asked)), `"${asked}" is granted as "${granted}"`)
        const lost = lettersBeyond(asked, granted)
        check(lost === '' || isHidden(asked), `"${asked}" is granted as "${granted}"`)
        checkEqual(isHidden(granted), isHidden(asked), `whether "${asked}" is out of reach`)
      }
    },
  },
  {
    id: 'flags/user-kernel-split',
    title: 'for every right, access and mode, at every size, hardware lets through what the flags say and no more',
    law: 'F5',
    catches: ['B29 TinyEMU lets the supervisor fetch user pages', 'AArch64 ports that set PXN where UXN was meant'],
    unsupported: needs('translates'),
    run({ open, manifest }) {
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const bench = open()
        const { shape } = bench
        const [home, span] = [shape.home(level), shape.span(level)]
        bench.map(home, span, shape.frame(level), 'r')
        for (const asked of tellingFlags(manifest)) {
          const granted = bench.granted(asked)
          if (isHidden(granted)) continue
          bench.protect(home, span, asked)
          const kernel = granted.includes('u') ? manifest.kernelOnUserPages[lettersIn(granted, 'rwxu')] : granted
          if (kernel === undefined) throw new RangeError(`"kernelOnUserPages" must tell of ${granted}`)
          for (const access of ACCESSES) {
            const user = granted.includes('u') && granted.includes(LETTER_OF[access])
            checkEqual(bench.verdict(home + 8n, access, 'user'), user ? 'granted' : 'permission', `user ${access} of "${granted}" at level ${level}`)
            checkEqual(bench.verdict(home + 8n, access, 'kernel'), kernel.includes(LETTER_OF[access]) ? 'granted' : 'permission', `kernel ${access} of "${granted}" at level ${level}`)
          }
        }
      }
    },
  },
  {
    id: 'flags/write-without-read',
    title: 'writing without reading is never a reserved word: it is strengthened to reading, or refused',
    law: FLAGS,
    catches: ['tgoskits#798, ruyisdk/linux-xuantie-kernel#227: write implies read, or not', 'W without R written on RISC-V'],
    unsupported: needs('translates'),
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      if (typeof manifest.grants['wu'] !== 'string') {
        bench.refuses('map as "wu"', () => bench.table.map(home, PAGE, 0x9000n, 'wu'), 'not-expressible')
        return
      }
      bench.map(home, PAGE, 0x9000n, 'wu')
      checkEqual(bench.verdict(home, 'write', 'user'), 'granted', 'a write')
      checkEqual(bench.verdict(home, 'read', 'user'), bench.granted('wu').includes('r') ? 'granted' : 'permission', 'a read')
      checkEqual(bench.verdict(home, 'exec', 'user'), 'permission', 'a fetch')
    },
  },
  {
    id: 'flags/exec-only',
    title: 'a page that is only to be executed is executable, never writable, and readable only if that is told',
    law: FLAGS,
    unsupported: needs('translates'),
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      if (typeof manifest.grants['xu'] !== 'string') {
        bench.refuses('map as "xu"', () => bench.table.map(home, PAGE, 0x9000n, 'xu'), 'not-expressible')
        return
      }
      bench.map(home, PAGE, 0x9000n, 'xu')
      checkEqual(bench.verdict(home, 'exec', 'user'), 'granted', 'a fetch')
      checkEqual(bench.verdict(home, 'write', 'user'), 'permission', 'a write')
      checkEqual(bench.verdict(home, 'read', 'user'), bench.granted('xu').includes('r') ? 'granted' : 'permission', 'a read')
    },
  },
  {
    id: 'flags/none',
    title: 'without read, write and execute nobody gets in, whatever else is asked for',
    law: 'F2',
    catches: ['B15 page_table_multiarch: user-only flags leave a page readable by the user on x86-64'],
    unsupported: needs('translates'),
    run({ open, manifest }) {
      const bench = open()
      const home = bench.shape.home(0)
      for (const [asked, granted] of Object.entries(manifest.grants)) {
        if (granted === null || !isHidden(asked)) continue
        bench.map(home, PAGE, 0x9000n, 'r')
        bench.protect(home, PAGE, asked)
        for (const access of ACCESSES) {
          for (const mode of ['user', 'kernel'] as const) checkEqual(bench.verdict(home, access, mode), 'not-present', `${mode} ${access} of "${asked}"`)
        }
        bench.unmap(home, PAGE, { holes: 'skip' })
      }
    },
  },
  {
    id: 'flags/memory-types',
    title: 'device, uncached and ordinary memory are told apart, and stay so when rights change or a leaf is split; or they are refused',
    law: FLAGS,
    catches: ['B20 mycelium#547: bit 7 is PAT at the last level, a size above'],
    run({ open, manifest }) {
      for (const type of ['', 'd', 'n']) {
        const [wide, narrow] = [`rw${type}`, `r${type}`]
        for (const level of manifest.features.picksLargest && manifest.features.splits ? manifest.leafLevels : [0]) {
          const bench = open()
          const [home, span] = [bench.shape.home(level), bench.shape.span(level)]
          if (manifest.grants[wide] !== wide) {
            bench.refuses(`map as "${wide}"`, () => bench.table.map(home, span, bench.shape.frame(level), wide), 'not-expressible')
            continue
          }
          bench.map(home, span, bench.shape.frame(level), wide)
          bench.protect(home, PAGE, narrow)
          bench.checkMeaning(`narrowing a page of "${wide}" at level ${level}`)
        }
      }
    },
  },
  {
    id: 'flags/global',
    title: 'a page is global only if that is asked for, and no longer when it is not',
    law: FLAGS,
    unsupported: ({ grants }) => (grants['rwg'] === 'rwg' ? undefined : 'there are no global pages'),
    run({ open, manifest }) {
      for (const level of manifest.features.picksLargest && manifest.features.splits ? manifest.leafLevels : [0]) {
        const bench = open()
        const [home, span] = [bench.shape.home(level), bench.shape.span(level)]
        bench.map(home, span, bench.shape.frame(level), 'rwg')
        bench.protect(home, PAGE, 'rw')
        bench.checkMeaning('taking global away from a page')
        bench.protect(home, span, 'rwu')
        bench.checkMeaning('taking global away from all')
      }
    },
  },
  {
    id: 'flags/split-keeps',
    title: 'the pieces of a leaf that is split have its flags, whichever these are',
    law: FLAGS,
    unsupported: needsHuge('splits'),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        const bench = open()
        const [home, span] = [bench.shape.home(level), bench.shape.span(level)]
        for (const asked of tellingFlags(manifest)) {
          if (isHidden(bench.granted(asked)) && !manifest.features.keepsHidden) continue
          bench.map(home, span, bench.shape.frame(level), asked)
          bench.unmap(home, PAGE)
          bench.checkMeaning(`unmapping a page of "${asked}" at level ${level}`)
          bench.unmap(home, span, { holes: 'skip' })
        }
      }
    },
  },
]
