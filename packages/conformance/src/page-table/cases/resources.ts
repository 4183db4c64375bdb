/**
 * Resources: frames that run out, frames that come back, what machines have to be told, halves that are shared.
 */

import { check, checkEqual } from '../../check.ts'
import type { TableBench } from '../bench.ts'
import type { PageTableCase } from '../case.ts'
import { PAGE } from '../shape.ts'
import type { TableOutcome } from '../subject.ts'
import { both, needs, needsHuge } from './needs.ts'
import { breaksOf } from './transactions.ts'

const RESOURCES = 'operations'

/** What an operation that needs tables does, after what was there before. */
interface Hungry {
  readonly name: string
  readonly before: (bench: TableBench) => void
  readonly act: (bench: TableBench) => TableOutcome
  readonly needs: (bench: TableBench) => boolean
}

const splits = ({ manifest }: TableBench): boolean => manifest.features.splits && manifest.features.picksLargest && manifest.leafLevels.length > 1
const always = (): boolean => true

const HUNGRY: readonly Hungry[] = [
  { name: 'map of a page', before: () => undefined, act: ({ table, shape }) => table.map(shape.home(0), PAGE, 0x9000n, 'rw'), needs: always },
  {
    name: 'map of a range over several tables',
    before: (bench) => bench.map(bench.shape.home(1), PAGE, 0x9000n, 'r'),
    act: ({ table, shape }) => table.map(shape.home(1) - 4n * shape.span(1) - PAGE, 4n * shape.span(1), 0x12_3000n, 'rw'),
    needs: always,
  },
  { name: 'map in the upper half', before: (bench) => bench.map(bench.shape.home(0), PAGE, 0x9000n, 'r'), act: ({ table, shape }) => table.map(shape.upperHome(1), 3n * PAGE, 0x9000n, 'r'), needs: always },
  { name: 'unmap that splits', before: mapHuge, act: ({ table, shape, manifest }) => table.unmap(shape.home(manifest.leafLevels.at(-1)!) + PAGE, PAGE), needs: splits },
  { name: 'unmap that splits at both ends', before: mapHuge, act: ({ table, shape, manifest }) => table.unmap(shape.home(manifest.leafLevels.at(-1)!) + PAGE, shape.span(manifest.leafLevels.at(-1)!)), needs: splits },
  { name: 'protect that splits', before: mapHuge, act: ({ table, shape, manifest }) => table.protect(shape.home(manifest.leafLevels.at(-1)!) + PAGE, PAGE, 'r'), needs: splits },
  { name: 'protect that splits at both ends', before: mapHuge, act: ({ table, shape, manifest }) => table.protect(shape.home(manifest.leafLevels.at(-1)!) + PAGE, shape.span(manifest.leafLevels.at(-1)!), 'rx'), needs: splits },
]

function mapHuge(bench: TableBench): void {
  const level = bench.manifest.leafLevels.at(-1)!
  bench.map(bench.shape.home(level), 2n * bench.shape.span(level), bench.shape.frame(level), 'rw')
}

export const resourceCases: readonly PageTableCase[] = [
  {
    id: 'res/oom-each-n',
    title: 'whichever allocation fails, the operation is refused, no frame is lost and no byte has changed',
    law: RESOURCES,
    catches: ['B19 axmm ignores frame exhaustion', 'B22 asterinas#3162: out-of-memory panic', 'B21 tgoskits#2096: a failed clone of StarryOS leaks'],
    unsupported: needs('hasFrames'),
    run({ open }) {
      for (const { name, before, act, needs: applies } of HUNGRY) {
        for (let failing = 0; ; failing++) {
          const bench = open()
          if (!applies(bench)) break
          before(bench)
          bench.frames.failAfter(failing)
          const events = bench.events.length
          const [image, frames] = [bench.image(), bench.frames.inUse()]
          const outcome = act(bench)
          bench.frames.failAfter(undefined)
          if (outcome.ok) {
            check(failing > 0, `${name} took no frame`)
            bench.model.unmap(0n, 1n << 64n)
            for (const { start, size, paddr, flags } of bench.leaves()) bench.model.map(start, start + size, paddr, flags)
            break
          }
          check(failing < 64, `${name} takes frames without end`)
          bench.checkImage(image, `${name} whose allocation ${failing} failed`)
          checkEqual(bench.frames.inUse(), frames, `frames in use after ${name} whose allocation ${failing} failed`)
          checkEqual(bench.events.slice(events).filter(({ kind }) => kind === 'invalidate'), [], 'what was told')
          if (bench.manifest.features.tellsReasons) checkEqual(outcome.reason, 'out-of-frames', `reason of ${name}`)
        }
      }
    },
  },
  {
    id: 'res/exhausted',
    title: 'with fewer frames than tables needed a range is refused whole, and goes through once there are enough',
    law: RESOURCES,
    unsupported: needs('hasFrames', 'freesTables'),
    run({ open, manifest }) {
      const roots = manifest.halves === 'two-roots' ? 2 : 1
      const bench = open({ frames: roots + manifest.levels + 1 })
      const { shape } = bench
      bench.map(shape.home(0), PAGE, 0x9000n, 'r')
      bench.refuses('map that needs more tables than there are frames', () => bench.table.map(shape.home(1), 4n * shape.span(1), 0x12_3000n, 'rw'), 'out-of-frames')
      bench.unmap(shape.home(0), PAGE)
      bench.map(shape.home(1), PAGE, 0x12_3000n, 'rw')
      bench.unmap(shape.home(1), PAGE)
    },
  },
  {
    id: 'res/refused-keeps-frames',
    title: 'a map that is refused for what is in the way gives back the tables it has taken',
    law: RESOURCES,
    catches: ['tables left behind by a refused map'],
    unsupported: needs('hasFrames'),
    run({ open }) {
      const bench = open()
      const { shape } = bench
      const conflict = shape.home(1) + 4n * shape.span(1)
      bench.map(conflict, PAGE, 0x9000n, 'r')
      const before = bench.frames.inUse()
      for (let round = 0; round < 3; round++) {
        bench.refuses('map into a conflict', () => bench.table.map(conflict - 3n * shape.span(1), 3n * shape.span(1) + PAGE, 0x12_3000n, 'rw'), 'already-mapped')
        checkEqual(bench.frames.inUse(), before, `frames in use after ${round + 1} refused maps`)
      }
    },
  },
  {
    id: 'res/free-order',
    title: 'machines hear of a change after it was made, and before any table comes back to the allocator',
    law: 'invalidations',
    catches: ['B14 tlbi without the barriers around it', 'tables reused while another core still walks them'],
    unsupported: both(({ features }) => (features.invalidations === 'none' ? 'invalidations are not told' : undefined), needs('freesTables', 'hasFrames')),
    run({ open, manifest }) {
      const bench = open()
      const { shape } = bench
      const vaddrs = [shape.home(0), shape.home(1), shape.upperHome(1), shape.upperHome(0)]
      for (const vaddr of vaddrs) bench.map(vaddr, PAGE, 0x9000n, 'rw')
      // A pointer may be cached even where no leaf was.
      if (manifest.features.keepsHidden) bench.protect(shape.upperHome(0), PAGE, '')
      for (const vaddr of vaddrs) {
        const first = bench.events.length
        bench.onEvent = (event) => {
          if (event.kind === 'invalidate') checkEqual(bench.table.query(vaddr), undefined, 'query while machines are told of an unmap')
        }
        bench.unmap(vaddr, PAGE)
        const events = bench.events.slice(first).filter(({ kind }) => kind !== 'break')
        const kinds = events.map(({ kind }) => kind)
        check(kinds.includes('free'), 'no table was given back')
        check(kinds.lastIndexOf('invalidate') >= 0 && kinds.lastIndexOf('invalidate') < kinds.indexOf('free'), `frames came back before machines were told: ${kinds.join(', ')}`)
        check(events.some((event) => event.kind === 'invalidate' && event.dropsTables !== false), 'nobody was told that tables go')
      }
    },
  },
  {
    id: 'res/bbm',
    title: 'a live leaf that becomes a table, or moves, is made invalid and invalidated before it is made anew, on machines that ask for it',
    law: 'DDI 0487, "Using break-before-make"',
    catches: ['tgoskits#2065: reserve the table first, then clear, invalidate, install'],
    unsupported: both(({ features }) => (features.invalidations === 'none' ? 'invalidations are not told' : undefined), needsHuge('splits', 'hasMemory', 'hasCodec')),
    run({ open, manifest }) {
      const isNeeded = manifest.features.breaksBeforeMaking
      for (const level of manifest.leafLevels.filter((candidate) => candidate > 0)) {
        const bench = open()
        const { shape } = bench
        const [home, span] = [shape.home(level), shape.span(level)]
        bench.map(home, span, shape.frame(level), 'rw')
        const entry = bench.entryAddress(home, level)
        const steps = isNeeded ? [{ entry, start: home, size: span }] : []
        const stepsOf = (act: () => void): readonly unknown[] => breaksOf(bench, act)
        checkEqual(stepsOf(() => bench.protect(home, span, 'rx')), [], `breaks for new rights at level ${level}`)
        const remap = bench.table.remap?.bind(bench.table)
        if (remap !== undefined) {
          checkEqual(stepsOf(() => check(remap(home, shape.frame(level, 1)).ok, 'a remap must succeed')), steps, `breaks for another frame at level ${level}`)
          bench.model.map(home, home + span, shape.frame(level, 1), 'rx')
        }
        checkEqual(stepsOf(() => bench.protect(home + PAGE, PAGE, 'r')), steps, `breaks for splitting a leaf at level ${level}`)
        if (manifest.features.keepsHidden) {
          bench.protect(home, span, '')
          const hidden = home + 16n * PAGE
          checkEqual(stepsOf(() => bench.protect(hidden, PAGE, 'rw')), [], 'breaks for showing a page that was hidden')
        }
      }
    },
  },
  {
    id: 'res/remap',
    title: 'a leaf that is pointed elsewhere keeps size, flags and neighbours; what does not fit it is refused',
    law: RESOURCES,
    catches: ['B18 page_table_multiarch remaps an empty slot to a block on a 4 KiB frame'],
    unsupported: needs('remaps'),
    run({ open, manifest }) {
      for (const level of manifest.features.picksLargest ? manifest.leafLevels : [0]) {
        const bench = open()
        const { shape } = bench
        const [home, span] = [shape.home(level), shape.span(level)]
        bench.map(home - span, 3n * span, shape.frame(level), 'rxu')
        check(bench.table.remap!(home + span / 2n, shape.frame(level, 7)).ok, 'a remap must succeed')
        bench.model.map(home, home + span, shape.frame(level, 7), bench.granted('rxu'))
        bench.checkMeaning(`a remap at level ${level}`)
        bench.refuses('remap to half a leaf', () => bench.table.remap!(home, shape.frame(level) + span / 2n), 'misaligned')
        bench.refuses('remap beyond the physical width', () => bench.table.remap!(home, 1n << BigInt(manifest.physBits)), 'too-wide')
        bench.refuses('remap of nothing', () => bench.table.remap!(home + 2n * span, shape.frame(level)), 'not-mapped')
      }
    },
  },
  {
    id: 'res/two-roots',
    title: 'tables that share an upper half see the same there and nothing of each other below; dropping one leaves the other whole',
    law: RESOURCES,
    catches: ['B22 phoenix-rtos#1714: what is shared with a forked child is used after it was freed', 'B16 xous-core#980: a user maps page tables'],
    unsupported: needs('sharesUpperHalf', 'disposes', 'hasFrames'),
    run({ open }) {
      const bench = open()
      bench.countsTables = false
      const { shape } = bench
      bench.map(shape.upperHome(1), PAGE, 0x9000n, 'rx')
      bench.map(shape.home(0), PAGE, 0xa000n, 'ru')
      const before = bench.frames.inUse()
      const other = bench.table.share!()
      checkEqual([other.query(shape.upperHome(1))?.paddr, other.query(shape.home(0))], [0x9000n, undefined], 'what the second table sees')
      check(other.map(shape.home(0), 2n * PAGE, 0xb000n, 'rwu').ok, 'a map in the lower half of the second must succeed')
      check(other.map(shape.upperHome(0), PAGE, 0xc000n, 'r').ok, 'a map in the upper half of the second must succeed')
      bench.model.map(shape.upperHome(0), shape.upperHome(0) + PAGE, 0xc000n, 'r')
      bench.checkMeaning('maps by the other table')
      bench.map(shape.upperHome(shape.top), PAGE, 0xd000n, 'rw')
      checkEqual(other.query(shape.upperHome(shape.top))?.paddr, 0xd000n, 'what the second sees of a later map')
      bench.unmap(shape.upperHome(1), PAGE)
      checkEqual(other.query(shape.upperHome(1)), undefined, 'what the second sees of a later unmap')
      other.dispose!()
      bench.checkMeaning('dropping the other table')
      bench.map(shape.upperHome(1), PAGE, 0xe000n, 'r')
      check(bench.frames.inUse() >= before, 'frames that are still shared were given back')
    },
  },
]
