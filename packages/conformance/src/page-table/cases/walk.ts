/**
 * Walks: what an access to tables in memory comes to, the tables' own words or forged ones.
 */

import { checkEqual } from '../../check.ts'
import type { TableBench } from '../bench.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE, SPACE } from '../shape.ts'
import { needs, needsHuge, needsMarks, both } from './needs.ts'

const WALKS = 'translate'

export const walkCases: readonly PageTableCase[] = [
  {
    id: 'walk/leaf-each-level',
    title: 'an access within a leaf of any size gets the frame and its own offset',
    law: WALKS,
    catches: ['B23 nuttx#19692, #18349: level numbers off by one'],
    unsupported: needs('translates'),
    run({ open, manifest }) {
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const bench = open()
        const { shape } = bench
        for (const home of [shape.home(level), shape.upperHome(level)]) {
          bench.map(home, shape.span(level), shape.frame(level), 'r')
          for (const offset of [0n, 8n, 0xfffn, shape.span(level) / 2n + 0x123n, shape.span(level) - 1n]) {
            checkEqual(bench.translate(home + offset, 'read', 'kernel'), `to 0x${(shape.frame(level) + offset).toString(16)}`, `read at offset ${offset} of a leaf at level ${level}`)
          }
        }
      }
    },
  },
  {
    id: 'walk/absent-each-level',
    title: 'an access to nothing faults, and the fault tells at which level the walk ended',
    law: WALKS,
    catches: ['B23 nuttx: level numbers off by one'],
    unsupported: needs('translates', 'freesTables'),
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      checkEqual(bench.translate(shape.home(0), 'read', 'kernel'), `not-present at level ${shape.top}`, 'read of an empty space')
      bench.map(shape.home(0), PAGE, 0x9000n, 'r')
      for (let level = 0; level < manifest.levels; level++) {
        const beside = shape.home(0) + shape.span(level)
        checkEqual(bench.translate(beside, 'write', 'user'), `not-present at level ${level}`, `write beside the page, in another entry of level ${level}`)
      }
    },
  },
  {
    id: 'walk/non-canonical',
    title: 'an access in the hole faults as such, and its aliases are not looked at',
    law: WALKS,
    unsupported: needs('translates'),
    run({ open }) {
      const bench = open()
      const { lowerEnd, upperStart } = bench.shape
      bench.map(0n, PAGE, 0x9000n, 'rwu')
      bench.map(SPACE - PAGE, PAGE, 0xa000n, 'rwu')
      for (const vaddr of [lowerEnd, upperStart - 1n, 1n << 63n, (SPACE >> 1n) - 1n, 1n << 62n]) {
        if (!bench.shape.isCanonical(vaddr)) checkEqual(bench.verdict(vaddr, 'read', 'kernel'), 'non-canonical', `read of ${vaddr.toString(16)}`)
      }
    },
  },
  {
    id: 'walk/misaligned-huge',
    title: 'a huge leaf on a frame that is not aligned to its size is no mapping',
    law: 'F4',
    catches: ['B29 NutShell#265, #268, biriscv#46, TinyEMU accept misaligned superpages'],
    unsupported: both((manifest) => (manifest.machine === undefined ? 'a machine of one’s own' : undefined), needsHuge('translates', 'hasMemory', 'hasCodec')),
    run({ open, manifest }) {
      const unit = manifest.machine === 'riscv' ? 1n << 10n : 1n << (manifest.machine === 'x86-64' ? 13n : 12n)
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        const bench = open()
        const { shape } = bench
        bench.map(shape.home(level), shape.span(level), shape.frame(level), 'rwu')
        for (const bit of [unit, unit << 3n]) {
          bench.withWord(shape.home(level), level, (word) => word | bit, () => {
            checkEqual(bench.translate(shape.home(level), 'read', 'user'), `reserved at level ${level}`, 'read through a misaligned leaf')
            checkEqual(bench.table.query(shape.home(level)), undefined, 'query of a misaligned leaf')
          })
        }
      }
    },
  },
  {
    id: 'walk/pointer-at-last-level',
    title: 'a walk ends after the machine’s levels: a pointer at the last one is not followed',
    law: WALKS,
    catches: ['B16 page_table_multiarch, TinyEMU: a pointer where only a leaf may be', 'B20 aarch64-paging#4: a last-level page taken for a table'],
    unsupported: both(({ machine }) => (machine === 'riscv' ? undefined : 'its last level has no word for a pointer'), needs('translates', 'hasMemory', 'hasCodec')),
    run({ open }) {
      const bench = open()
      const { shape, memory } = bench
      const home = shape.home(0)
      bench.map(home, PAGE, 0x9000n, 'rwu')
      bench.withWord(home, 0, () => (memory.roots[0]! >> 2n) | 1n, () => {
        checkEqual(bench.translate(home, 'read', 'user'), 'reserved at level 0', 'read through a pointer at the last level')
        checkEqual(bench.table.query(home), undefined, 'query')
      })
    },
  },
  {
    id: 'walk/table-beyond-memory',
    title: 'a pointer to where no memory is, is a fault, and no operation follows it',
    law: WALKS,
    unsupported: needs('translates', 'hasMemory', 'hasCodec'),
    run({ open, manifest }) {
      const bench = open()
      const { shape, codec } = bench
      const home = shape.home(0)
      const beyond = (1n << BigInt(manifest.physBits)) - PAGE
      bench.map(home, PAGE, 0x9000n, 'rwu')
      for (let level = 1; level < manifest.levels; level++) {
        const pointer = codec.encode({ kind: 'table', frame: beyond }, level)
        bench.withWord(home, level, () => pointer, () => {
          checkEqual(bench.verdict(home, 'read', 'kernel'), 'memory', `read below a pointer of level ${level} out of memory`)
          checkEqual(bench.table.query(home), undefined, 'query')
          checkRefusedUnchanged(bench, home)
        })
      }
    },
  },
  {
    id: 'walk/self-map',
    title: 'a table that points to itself is walked level by level, and no further',
    law: WALKS,
    catches: ['walks that loop in tables that a guest wrote'],
    unsupported: needs('translates', 'hasMemory', 'hasCodec'),
    run({ open, manifest }) {
      const bench = open()
      const { shape, memory, codec } = bench
      const root = memory.roots[0]!
      const slot = 9
      const entry = root + 8n * BigInt(slot)
      memory.writeWord(entry, codec.encode({ kind: 'table', frame: root }, shape.top))
      // The same index at every level: the walk ends in the root itself, as whatever its word is there.
      let vaddr = 0n
      for (let level = 0; level < manifest.levels; level++) vaddr += BigInt(slot) * shape.span(level)
      const { kind } = codec.decode(memory.readWord(entry), 0)
      const expected = kind === 'leaf' ? `to 0x${(root + 0x10n).toString(16)}` : kind === 'absent' ? 'not-present at level 0' : 'reserved at level 0'
      const verdict = bench.translate(vaddr + 0x10n, 'read', 'kernel')
      memory.writeWord(entry, 0n)
      const isKnown = verdict === expected || verdict.startsWith('access-flag')
      checkEqual(isKnown ? expected : verdict, expected, 'read through the table that maps itself')
    },
  },
  {
    id: 'walk/shared-table',
    title: 'a table that is reached by two paths gives the same answer on both',
    law: WALKS,
    unsupported: needs('translates', 'hasMemory', 'hasCodec'),
    run({ open }) {
      const bench = open()
      const { shape, memory } = bench
      const [home, other] = [shape.home(0), shape.home(0) + shape.span(1)]
      bench.map(home, PAGE, 0x9000n, 'ru')
      bench.map(other + 32n * PAGE, PAGE, 0xa000n, 'ru')
      const pointer = memory.readWord(bench.entryAddress(home, 1))
      bench.withWord(other, 1, () => pointer, () => {
        checkEqual(bench.translate(other + 0x21n, 'read', 'user'), 'to 0x9021', 'read by the second path')
        checkEqual(bench.translate(home + 0x21n, 'read', 'user'), 'to 0x9021', 'read by the first path')
        checkEqual(bench.verdict(other + 0x21n, 'write', 'user'), 'permission', 'write by the second path')
      })
    },
  },
  {
    id: 'walk/ad-not-on-fault',
    title: 'an access that faults marks nothing, and no access writes: what hardware would write is told',
    law: WALKS,
    catches: ['B29 spike#1884: accessed set by an access that faults'],
    unsupported: both(needsMarks, needs('translates', 'hasMemory')),
    run({ open, manifest }) {
      const bench = open({ fresh: 'clear' })
      const { home } = { home: bench.shape.home(0) }
      bench.map(home, PAGE, 0x9000n, 'r')
      const before = bench.image()
      const controls = manifest.machine === 'riscv' ? { ad: 'svadu' } : {}
      for (const [access, mode] of [['read', 'user'], ['write', 'user'], ['exec', 'user'], ['write', 'kernel'], ['exec', 'kernel']] as const) {
        const answer = bench.table.translate!(home, access, mode, controls)
        checkEqual(answer.kind, 'fault', `${mode} ${access} of a kernel page that is read-only`)
        checkEqual('updates' in answer, false, 'whether a fault updates anything')
      }
      const permitted = bench.table.translate!(home, 'read', 'kernel', controls)
      if (manifest.machine !== undefined) checkEqual(permitted.kind === 'fault', manifest.machine === 'aarch64', 'whether reading faults')
      // Of a machine of one's own it is not known whether hardware marks, or tells software to.
      else if (permitted.kind === 'fault') checkEqual(permitted.reason, 'access-flag', 'why reading faults')
      bench.checkImage(before, 'accesses')
    },
  },
]

function checkRefusedUnchanged(bench: TableBench, home: bigint): void {
  const before = bench.image()
  const outcomes = [bench.table.map(home, PAGE, 0xb000n, 'r'), bench.table.unmap(home, PAGE), bench.table.protect(home, PAGE, 'r')]
  checkEqual(outcomes.map(({ ok }) => ok), [false, false, false], 'whether map, unmap and protect succeed')
  bench.checkImage(before, 'operations on a pointer out of memory')
}
