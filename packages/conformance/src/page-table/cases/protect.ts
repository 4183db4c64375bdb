/**
 * `protect`: flags change, and nothing else does.
 */

import { checkEqual, CheckFailure, show } from '../../check.ts'
import { isHidden } from '../bench.ts'
import type { PageTableCase } from '../case.ts'
import { setsOfLetters } from '../letters.ts'
import { PAGE } from '../shape.ts'
import type { PageTableManifest } from '../subject.ts'
import { both, needs, needsHuge, needsMarks } from './needs.ts'
import { partOfHugeCases } from './part-of-huge.ts'

const OPERATIONS = 'operations'

/** Flags that differ in what matters: all rights, and one of each other kind. */
export function tellingFlags({ grants }: PageTableManifest): string[] {
  return [...setsOfLetters('rwxu'), 'rwg', 'rxg', 'rwd', 'rwn', 'rud'].filter((asked) => typeof grants[asked] === 'string')
}

export const protectCases: readonly PageTableCase[] = [
  {
    id: 'protect/each-pair',
    title: 'from any flags to any flags it is as if the page had been mapped so, at every size, with the same frame and size',
    law: 'F6',
    catches: ['B15 page_table_multiarch: PROT_NONE cannot be taken back on AArch64'],
    run({ open, manifest }) {
      const flags = tellingFlags(manifest).filter((asked) => manifest.features.keepsHidden || !isHidden(manifest.grants[asked]!))
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const bench = open()
        const { shape } = bench
        const [home, span] = [shape.home(level), shape.span(level)]
        bench.map(home, span, shape.frame(level), 'r')
        for (const from of flags) {
          for (const to of flags) {
            bench.protect(home, span, from)
            bench.protect(home, span, to)
            const expected = { paddr: shape.frame(level) + 8n, size: span, flags: bench.granted(to) }
            checkEqual(bench.table.query(home + 8n), expected, `query after "${from}" became "${to}" at level ${level}`)
          }
        }
      }
    },
  },
  {
    id: 'protect/none-and-back',
    title: 'a page without access is out of reach and keeps its place, its frame and its size, until it is given access again or unmapped',
    law: 'F2',
    catches: ['B15 page_table_multiarch: PROT_NONE stays readable on x86-64, is forgotten on AArch64 and asserts on RISC-V'],
    run({ open, manifest }) {
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const bench = open()
        const { shape } = bench
        const [home, span, paddr] = [shape.home(level), shape.span(level), shape.frame(level)]
        bench.map(home - span, 3n * span, paddr, 'rwu')
        bench.protect(home, span, '')
        bench.checkMeaning('taking all access away')
        if (bench.table.translate !== undefined) {
          for (const access of ['read', 'write', 'exec'] as const) {
            for (const mode of ['user', 'kernel'] as const) checkEqual(bench.verdict(home + 8n, access, mode), 'not-present', `${mode} ${access} of a page without access`)
          }
        }
        if (!manifest.features.keepsHidden) continue
        checkEqual(bench.table.query(home), { paddr: paddr + span, size: span, flags: bench.granted('') }, 'query of a page without access')
        bench.refuses('map over a page without access', () => bench.table.map(home, span, paddr, 'r'), 'already-mapped')
        bench.protect(home, span, 'rw')
        checkEqual(bench.table.query(home + 8n), { paddr: paddr + span + 8n, size: span, flags: 'rw' }, 'query after access came back')
        bench.protect(home, span, '')
        bench.unmap(home, span)
        bench.checkMeaning('unmapping a page without access')
      }
    },
  },
  {
    id: 'protect/none-huge-not-table',
    title: 'no walker takes a huge leaf without access for a table, whatever the page itself holds',
    law: 'F4',
    catches: ['B16 page_table_multiarch: PROT_NONE on a 2 MiB leaf makes a pointer into user data on RISC-V', 'B16 pKVM-IA#104: a huge page walked as a table'],
    unsupported: needsHuge('hasMemory', 'hasCodec'),
    run({ open, manifest }) {
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        const bench = open()
        const { shape, memory, codec } = bench
        const { start: paddr } = memory.scratch
        const [home, span, below] = [shape.home(level), shape.span(level), shape.span(level - 1)]
        if (paddr % span !== 0n) continue
        for (let i = 0n; i < BigInt(shape.entries); i++) {
          const forged = codec.encode({ kind: 'leaf', frame: (i % 7n) * below, flags: bench.granted('rwxu'), accessed: manifest.features.marks !== 'none', dirty: manifest.features.marks === 'accessed-dirty' }, level - 1)
          memory.writeWord(paddr + 8n * i, forged)
        }
        bench.map(home, span, paddr, 'rwu')
        bench.protect(home, span, '')
        bench.checkMeaning('hiding a huge page full of forged entries')
        for (const offset of [0n, below, 5n * below + 8n, span - 8n]) {
          if (manifest.features.keepsHidden) checkEqual(bench.table.query(home + offset)?.paddr, paddr + offset, `frame at ${offset} of the hidden page`)
          if (bench.table.translate !== undefined) checkEqual(bench.verdict(home + offset, 'read', 'user'), 'not-present', `read at ${offset} of the hidden page`)
        }
        for (let i = 0n; i < BigInt(shape.entries); i++) memory.writeWord(paddr + 8n * i, 0n)
      }
    },
  },
  ...partOfHugeCases('protect', (bench, start, size) => bench.protect(start, size, 'rxu'), (bench, start, size) => bench.table.protect(start, size, 'rxu')),
  {
    id: 'protect/hole',
    title: 'a protect over a hole is refused whole, or skips it where that is asked for; no entry comes into being',
    law: OPERATIONS,
    catches: ['mprotect of Linux leaves its prefix changed', 'B21 tgoskits#918: only the first page is looked at'],
    run({ open }) {
      const bench = open()
      const { shape } = bench
      const home = shape.home(1)
      bench.map(home - 2n * PAGE, PAGE, 0x9000n, 'rw')
      bench.map(home + PAGE, PAGE, 0xa000n, 'rw')
      bench.refuses('protect over a hole', () => bench.table.protect(home - 2n * PAGE, 4n * PAGE, 'r'), 'not-mapped')
      bench.refuses('protect of nothing but a hole', () => bench.table.protect(shape.home(0), PAGE, 'r'), 'not-mapped')
      const before = bench.image()
      bench.protect(home - PAGE, 2n * PAGE, 'r', { holes: 'skip' })
      bench.protect(shape.upperStart, shape.lowerEnd / 2n, 'r', { holes: 'skip' })
      bench.checkImage(before, 'protects of holes that skip them')
      bench.protect(home - 2n * PAGE, 4n * PAGE, 'r', { holes: 'skip' })
      bench.checkMeaning('a protect that skips a hole')
    },
  },
  {
    id: 'protect/empty-huge-slot',
    title: 'an empty place of the size of a huge leaf is a hole like any other',
    law: OPERATIONS,
    catches: ['B18 page_table_multiarch asserts on a protect over an empty 2 MiB slot, and counts it as huge'],
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      for (const level of manifest.leafLevels) {
        const [home, span] = [shape.home(level), shape.span(level)]
        bench.map(home - PAGE, PAGE, 0x9000n, 'rw')
        bench.refuses('protect of an empty slot', () => bench.table.protect(home, span, 'r'), 'not-mapped')
        bench.refuses('unmap of an empty slot', () => bench.table.unmap(home, span), 'not-mapped')
        if (bench.table.remap !== undefined) bench.refuses('remap of an empty slot', () => bench.table.remap!(home, shape.frame(level)), 'not-mapped')
      }
    },
  },
  {
    id: 'protect/never-a-table',
    title: 'a protect of a whole huge slot that holds a table changes the pages and leaves the table one',
    law: OPERATIONS,
    catches: ['B20 rust-osdev/x86_64: update_flags::<1GiB> sets the huge bit in an entry that is a table', 'B23 coconut-svsm: make-read-only lost the huge bit'],
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      for (let level = 1; level < manifest.levels; level++) {
        const [home, span] = [shape.home(level), shape.span(level)]
        bench.map(home, PAGE, 0x9000n, 'rw')
        bench.map(home + span - PAGE, PAGE, 0xa000n, 'rwu')
        bench.protect(home, span, 'rxu', { holes: 'skip' })
        bench.checkMeaning(`a protect of a whole entry of level ${level}`)
        checkEqual(bench.table.query(home + 0x10n)?.size, PAGE, 'size of the page')
      }
    },
  },
  {
    id: 'protect/keeps-ad',
    title: 'accessed and dirty stay as they are when flags change, hidden or not, and when a leaf is split',
    law: OPERATIONS,
    catches: ['a protect that loses what hardware has recorded'],
    unsupported: both(needsMarks, needs('hasMemory', 'hasCodec')),
    run({ open, manifest }) {
      const dirties = manifest.features.marks === 'accessed-dirty' ? [false, true] : [false]
      for (const level of manifest.features.picksLargest && manifest.features.splits ? manifest.leafLevels : [0]) {
        for (const [accessed, dirty] of [false, true].flatMap((a) => dirties.map((d) => [a, d] as const))) {
          const bench = open({ fresh: 'clear' })
          const { shape, memory, codec } = bench
          const [home, span] = [shape.home(level), shape.span(level)]
          bench.map(home, span, shape.frame(level), 'rw')
          const entry = bench.entryAddress(home, level)
          const record = codec.decode(memory.readWord(entry), level)
          if (record.kind !== 'leaf' || record.accessed || record.dirty) throw new CheckFailure(`a new leaf must be neither accessed nor dirty, got ${show(record)}`)
          memory.writeWord(entry, codec.encode({ ...record, accessed, dirty }, level))
          const marks = (vaddr: bigint): readonly unknown[] => [bench.leafAt(vaddr).accessed, bench.leafAt(vaddr).dirty ?? false]
          const flags = ['r', 'rwx', 'ru', 'rw', ...(manifest.features.keepsHidden ? ['', 'rwu'] : [])]
          for (const to of flags) {
            bench.protect(home, span, to)
            checkEqual(marks(home), [accessed, dirty], `accessed and dirty after a protect as "${to}" at level ${level}`)
          }
          if (level === 0) continue
          bench.protect(home + PAGE, PAGE, 'r')
          for (const vaddr of [home, home + PAGE, home + span - PAGE]) checkEqual(marks(vaddr), [accessed, dirty], `accessed and dirty after a split at level ${level}`)
        }
      }
    },
  },
  {
    id: 'protect/keeps-software-bits',
    title: 'bits that the machine leaves to software stay as they are',
    law: 'F6',
    unsupported: both((manifest) => (manifest.softwareBits === 0n ? 'no bits of a leaf are left to software' : undefined), needs('hasMemory', 'hasCodec')),
    run({ open, manifest }) {
      const bits = manifest.softwareBits
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const bench = open()
        const { shape, memory } = bench
        const [home, span] = [shape.home(level), shape.span(level)]
        bench.map(home, span, shape.frame(level), 'rw')
        const entry = bench.entryAddress(home, level)
        for (const value of [bits, bits & 0xaaaa_aaaa_aaaa_aaaan]) {
          memory.writeWord(entry, (memory.readWord(entry) & ~bits) | value)
          for (const to of ['r', 'rwx', 'ru', 'rw']) {
            bench.protect(home, span, to)
            checkEqual(memory.readWord(entry) & bits, value, `software's bits after a protect as "${to}" at level ${level}`)
          }
        }
      }
    },
  },
  {
    id: 'protect/widen-then-narrow-parents',
    title: 'whatever flags a table was made for, each page below gets exactly what is asked for it',
    law: OPERATIONS,
    catches: ['parents made for a read-only page that keep a later page from being written (x86 ANDs the levels)'],
    unsupported: needs('translates'),
    run({ open }) {
      const bench = open()
      const home = bench.shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'r')
      bench.map(home + PAGE, PAGE, 0xa000n, 'rwu')
      checkEqual(bench.verdict(home + PAGE, 'write', 'user'), 'granted', 'a user write beside a kernel page that is read-only')
      bench.protect(home, PAGE, 'rwxu')
      for (const access of ['read', 'write', 'exec'] as const) checkEqual(bench.verdict(home, access, 'user'), 'granted', `a user ${access} after widening`)
      bench.protect(home, PAGE, 'r')
      checkEqual(bench.verdict(home, 'read', 'user'), 'permission', 'a user read after narrowing')
      checkEqual(bench.verdict(home, 'write', 'kernel'), 'permission', 'a kernel write after narrowing')
      checkEqual(bench.verdict(home + PAGE, 'write', 'user'), 'granted', 'a user write to its neighbour')
    },
  },
  {
    id: 'protect/same-flags',
    title: 'a protect that changes no flags changes nothing, and does not even split',
    law: OPERATIONS,
    unsupported: needs('hasMemory'),
    run({ open, manifest }) {
      for (const level of manifest.features.picksLargest && manifest.features.splits ? manifest.leafLevels : [0]) {
        const bench = open()
        const { shape } = bench
        bench.map(shape.home(level), shape.span(level), shape.frame(level), 'rw')
        const before = bench.image()
        bench.protect(shape.home(level), shape.span(level), 'rw')
        bench.protect(shape.home(level), PAGE, 'rw')
        bench.checkImage(before, 'protects as what it is')
        checkEqual(bench.events, [], 'what was told')
      }
    },
  },
]
