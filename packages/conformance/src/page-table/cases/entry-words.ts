/**
 * Entry words: what the subject's codec makes of them.
 */

import { check, checkEqual, CheckFailure, show } from '../../check.ts'
import { Random } from '../../model/random.ts'
import { isHidden } from '../bench.ts'
import type { PageTableCase, PageTableCaseContext } from '../case.ts'
import type { EntryCodec, TableEntryRecord } from '../subject.ts'
import { needs, needsMachine } from './needs.ts'
import { tellingFlags } from './protect.ts'
import { reservedBits } from './reserved-bits.ts'

const WORDS = 400
/** What the lowest ten bits can be. */
const LOW_WORDS = 1024
const ALL_ONES = (1n << 64n) - 1n

export const entryWordCases: readonly PageTableCase[] = [
  {
    id: 'pte/golden',
    title: 'words from manuals and other systems are read as what these say',
    law: 'F3',
    unsupported: needs('hasCodec'),
    run(context) {
      const codec = codecOf(context)
      for (const { source, word, level, entry } of context.subject.golden ?? []) {
        const read = codec.decode(word, level)
        const expected = entry.kind === 'invalid' ? { kind: 'invalid' } : entry
        checkEqual(read.kind === 'invalid' ? { kind: 'invalid' } : read, expected, `${source}: ${show(word)} at level ${level}`)
      }
    },
  },
  {
    id: 'pte/reencode',
    title: 'an entry that was read from a word of the table’s own becomes that word again',
    law: 'F3',
    unsupported: needs('hasCodec'),
    run(context) {
      const codec = codecOf(context)
      for (const { source, word, level, entry, isOurs } of context.subject.golden ?? []) {
        if (isOurs && entry.kind !== 'invalid') checkEqual(codec.encode(entry, level), word, `${source} at level ${level}`)
      }
    },
  },
  {
    id: 'pte/round-trip',
    title: 'every legal entry is read back from its word as it was, each bit of the frame included',
    law: 'F3',
    catches: ['frames cut to 32 bits, or to the width of a smaller machine', 'seL4: a tag that cannot see the level'],
    unsupported: needs('hasCodec'),
    run({ open, manifest }) {
      const { codec, shape } = open()
      const marks = manifest.features.marks === 'none' ? [false] : [false, true]
      const dirties = manifest.features.marks === 'accessed-dirty' ? [false, true] : [false]
      for (const level of manifest.leafLevels) {
        for (let frame = shape.span(level); frame < 1n << BigInt(manifest.physBits); frame *= 2n) roundTrip(codec, leafEntry(frame, 'rw'), level)
        for (const asked of tellingFlags(manifest)) {
          for (const accessed of marks) {
            for (const dirty of dirties) roundTrip(codec, leafEntry(shape.frame(level), manifest.grants[asked]!, accessed, dirty), level)
          }
        }
      }
      for (let level = 1; level < manifest.levels; level++) {
        for (let frame = 0x1000n; frame < 1n << BigInt(manifest.physBits); frame *= 2n) roundTrip(codec, { kind: 'table', frame }, level)
      }
    },
  },
  {
    id: 'pte/total',
    title: 'any word at any level is absent, a table, a leaf or invalid; reading it never throws, and tells a frame that the machine has',
    law: 'F1',
    catches: ['B16 asserts in debug builds', 'B29 TinyEMU keeps reserved bits 63:54 in the address'],
    unsupported: needs('hasCodec'),
    run({ open, manifest }) {
      const { codec, shape } = open()
      const random = new Random(1)
      for (let level = 0; level < manifest.levels; level++) {
        const words = [0n, ALL_ONES, ALL_ONES - 1n, 1n, ...Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit)), ...Array.from({ length: WORDS }, () => randomWord(random))]
        for (const word of words.flatMap((plain) => [plain, plain | 1n, plain & ~1n])) {
          const entry = codec.decode(word, level)
          const where = `${show(word)} at level ${level}`
          if (entry.kind === 'table') check(level > 0 && entry.frame % 0x1000n === 0n, `${where} is a table at ${show(entry.frame)}`)
          if (entry.kind === 'leaf') check(manifest.leafLevels.includes(level) && entry.frame % shape.span(level) === 0n, `${where} is a leaf at ${show(entry.frame)}`)
          if (entry.kind === 'leaf' || entry.kind === 'table') check(entry.frame < 1n << BigInt(manifest.physBits), `${where} has a frame that is too wide: ${show(entry.frame)}`)
          if (entry.kind === 'invalid') check(entry.reason !== '', `${where} is invalid without a reason`)
        }
      }
    },
  },
  {
    id: 'pte/zero-absent',
    title: 'a zero word is absent at every level, and absent is a zero word',
    law: 'F2',
    catches: ['B18 an absent entry counts as huge because huge is "bit 1 clear"'],
    unsupported: needs('hasCodec'),
    run({ open, manifest }) {
      const { codec } = open()
      for (let level = 0; level < manifest.levels; level++) {
        checkEqual(codec.decode(0n, level), { kind: 'absent' }, `zero at level ${level}`)
        checkEqual(codec.encode({ kind: 'absent' }, level), 0n, `absent at level ${level}`)
      }
    },
  },
  {
    id: 'pte/illegal-refused',
    title: 'no word is made of an entry that is not legal: misaligned, too wide, at a wrong level, with flags that are not granted so',
    law: 'F3',
    unsupported: needs('hasCodec'),
    run({ open, manifest }) {
      const { codec, shape } = open()
      const end = 1n << BigInt(manifest.physBits)
      const refused = (entry: TableEntryRecord, level: number): void => {
        let word: bigint
        try {
          word = codec.encode(entry, level)
        } catch {
          return
        }
        throw new CheckFailure(`${show(entry)} at level ${level} became ${show(word)}`)
      }
      for (const level of manifest.leafLevels) {
        refused(leafEntry(shape.span(level) / 2n, 'rw'), level)
        refused(leafEntry(end, 'rw'), level)
        for (const [asked, granted] of Object.entries(manifest.grants)) if (granted !== asked && !isHidden(asked)) refused(leafEntry(0n, asked), level)
      }
      for (let level = 0; level < manifest.levels; level++) if (!manifest.leafLevels.includes(level)) refused(leafEntry(0n, 'rw'), level)
      refused({ kind: 'table', frame: 0x1000n }, 0)
      refused({ kind: 'table', frame: 0x800n }, 1)
      refused({ kind: 'table', frame: end }, 1)
    },
  },
  {
    id: 'pte/hidden-by-marker-only',
    title: 'a word that hardware does not see is a page without access by the table’s own marker alone, otherwise absent',
    law: 'F2',
    catches: ['swap entries of a guest taken for pages'],
    unsupported: needs('hasCodec', 'keepsHidden'),
    run({ open, manifest }) {
      const { codec, shape } = open()
      for (const level of manifest.leafLevels) {
        const word = codec.encode(leafEntry(shape.frame(level), manifest.grants['']!), level)
        check((word & 1n) === 0n, `hardware sees ${show(word)} at level ${level}`)
        checkEqual(codec.decode(word, level), leafEntry(shape.frame(level), manifest.grants['']!), `${show(word)} at level ${level}`)
        for (const plain of [2n, 0x10n, 0x80n, 0x1000n, shape.frame(level)]) checkEqual(codec.decode(plain, level).kind, 'absent', `${show(plain)} at level ${level}`)
      }
      for (let level = 0; level < manifest.levels; level++) {
        if (!manifest.leafLevels.includes(level)) checkEqual(codec.decode(ALL_ONES - 1n, level).kind, 'absent', `all ones but the present bit at level ${level}`)
      }
    },
  },
  {
    id: 'pte/walker-agrees',
    title: 'what a page table makes of a word in its memory is what is read from the word by itself',
    law: 'F1',
    catches: ['page_table_multiarch follows a word that is not present as a pointer to a table'],
    unsupported: needs('hasMemory', 'hasCodec'),
    run({ open, manifest }) {
      const bench = open()
      const { codec, shape } = bench
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const [home, span, frame] = [shape.home(level), shape.span(level), shape.frame(level)]
        bench.map(home, span, frame, 'rw')
        const near = tellingFlags(manifest).flatMap((asked) => {
          const word = codec.encode(leafEntry(frame, bench.granted(asked)), level)
          return Array.from({ length: 64 }, (_, bit) => word ^ (1n << BigInt(bit)))
        })
        for (const word of [...near, ...Array.from({ length: LOW_WORDS }, (_, low) => frame | BigInt(low))]) {
          const entry = codec.decode(word, level)
          if (entry.kind === 'table' || (entry.kind === 'leaf' && isHidden(entry.flags) && !manifest.features.keepsHidden)) continue
          const expected = entry.kind === 'leaf' ? { paddr: entry.frame, size: span, flags: entry.flags } : undefined
          checkEqual(bench.withWord(home, level, () => word, () => bench.table.query(home)), expected, `query of a page whose word is ${show(word)} at level ${level}`)
        }
      }
    },
  },
  {
    id: 'pte/bit7-by-level',
    title: 'bit 7 selects a memory type in a PTE, makes a PDE or PDPTE a leaf, and is reserved above',
    law: 'Intel SDM vol. 3A, "Paging", formats of paging-structure entries',
    catches: ['mycelium#547: bit 7 taken for "huge" at the last level', 'B20 rust-osdev/x86_64#538: an entry does not know its level'],
    unsupported: needsMachine('x86-64', 'hasCodec'),
    run({ open, manifest }) {
      const { codec } = open()
      // P, R/W, U/S and bit 7, on a frame that is aligned to 1 GiB.
      const word = 0x4000_0087n
      checkEqual([0, 1, 2].map((level) => codec.decode(word, level)).map((entry) => (entry.kind === 'leaf' ? entry.frame : entry.kind)), [0x4000_0000n, 0x4000_0000n, 0x4000_0000n], 'bit 7 set, at levels 0 to 2')
      for (let level = 3; level < manifest.levels; level++) checkEqual(codec.decode(word, level).kind, 'invalid', `bit 7 set, at level ${level}`)
      checkEqual(codec.decode(0x4000_0007n, 0).kind, 'leaf', 'bit 7 clear, at level 0')
      for (let level = 1; level < manifest.levels; level++) checkEqual(codec.decode(0x4000_0007n, level).kind, 'table', `bit 7 clear, at level ${level}`)
    },
  },
  {
    id: 'pte/reserved-each-bit',
    title: 'each bit that the manual reserves makes an entry invalid by itself, and no other bit of a leaf does',
    law: 'F1',
    catches: ['B29 cores that accept misaligned superpages: NutShell#265, #268, biriscv#46, TinyEMU', 'W without R accepted'],
    unsupported: (manifest) => (manifest.machine === undefined ? 'a machine of one’s own' : needs('hasCodec')(manifest)),
    run({ open, manifest }) {
      const { codec } = open()
      for (const { word, level, reserved, what } of reservedBits(manifest)) {
        check(codec.decode(word, level).kind !== 'invalid', `${what} at level ${level}: ${show(word)} is legal`)
        for (let bit = 0n; bit < 64n; bit++) {
          if (((word >> bit) & 1n) === 1n) continue
          const changed = word | (1n << bit)
          const isReserved = ((reserved >> bit) & 1n) === 1n
          checkEqual(codec.decode(changed, level).kind === 'invalid', isReserved, `whether bit ${bit} is reserved in ${what} at level ${level}`)
        }
      }
    },
  },
]

function codecOf({ open }: PageTableCaseContext): EntryCodec {
  return open().codec
}

function leafEntry(frame: bigint, flags: string, accessed = false, dirty = false): TableEntryRecord {
  return { kind: 'leaf', frame, flags, accessed, dirty }
}

function roundTrip(codec: EntryCodec, entry: TableEntryRecord, level: number): void {
  const word = codec.encode(entry, level)
  checkEqual(codec.decode(word, level), entry, `${show(word)} at level ${level}`)
}

function randomWord(random: Random): bigint {
  return Array.from({ length: 4 }, () => BigInt(random.below(0x1_0000))).reduce((word, part) => (word << 16n) | part, 0n)
}

