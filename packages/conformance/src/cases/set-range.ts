/**
 * What range a request may have: empty ones, the end of the space and beyond it, granules.
 */

import { virtAddr, WORD_SPACE } from '@addrspace/memory-addr'
import { checkEqual, checkOk, checkRefused } from '../check.ts'
import type { ConformanceCase } from '../case.ts'

const LAST_GRANULES = 16

export const setRangeCases: readonly ConformanceCase[] = [
  {
    id: 'set/zero-size',
    title: 'an empty request maps nothing, and unmaps and protects nothing without harm',
    law: 'size 0',
    catches: ['B5 memory_set loses the right half of an area when nothing inside it is protected'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 4, 8), 'map [4, 8)')
      checkOk(bench.map(set, 8, 12, 1), 'map [8, 12)')
      const before = bench.state(set)
      const calls = bench.recorded(() => {
        for (const at of [0, 4, 6, 8, 10, 12, 20]) {
          const start = bench.at(at)
          checkRefused(set.map(start, 0n, bench.flags(1), bench.backend), 'InvalidParam', 'empty-range', `map of nothing at ${at}`)
          const replacing = set.map(start, 0n, bench.flags(1), bench.backend, { onOverlap: 'replace' })
          checkRefused(replacing, 'InvalidParam', 'empty-range', `replacing map of nothing at ${at}`)
          checkOk(set.unmap(start, 0n), `unmap of nothing at ${at}`)
          let asked = 0
          checkOk(set.protect(start, 0n, () => { asked += 1; return bench.flags(1) }), `protect of nothing at ${at}`)
          checkEqual(asked, 0, `calls of update for nothing at ${at}`)
          bench.checkUnchanged(before, set, `empty requests at ${at}`)
          set.checkInvariants()
        }
      })
      checkEqual(calls, [], 'backend calls for empty requests')
      checkEqual(set.findFreeArea(0n), undefined, 'free space of size 0')
    },
  },
  {
    id: 'set/wrap',
    title: 'a request beyond 2^64 is refused before anything else is looked at',
    law: 'start + size > 2^64',
    catches: ['memory_set panics in map', 'B23 ruxos panics for a length of 2^64 - 1', 'B25 Unicorn wraps to the start of the space'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 0, 8), 'map [0, 8)')
      const before = bench.state(set)
      const last = virtAddr(WORD_SPACE - bench.granule)
      const calls = bench.recorded(() => {
        const beyond = [[last, 2n * bench.granule], [last, bench.granule + 1n], [bench.at(0), WORD_SPACE], [virtAddr(1n), WORD_SPACE]] as const
        for (const [start, size] of beyond) {
          for (const onOverlap of ['refuse', 'replace'] as const) {
            checkRefused(set.map(start, size, bench.flags(0), bench.backend, { onOverlap }), 'InvalidParam', 'out-of-range', 'map beyond 2^64')
          }
          checkRefused(set.unmap(start, size), 'InvalidParam', 'out-of-range', 'unmap beyond 2^64')
          for (const holes of ['skip', 'refuse'] as const) {
            let asked = 0
            const result = set.protect(start, size, () => { asked += 1; return bench.flags(1) }, { holes })
            checkRefused(result, 'InvalidParam', 'out-of-range', 'protect beyond 2^64')
            checkEqual(asked, 0, 'calls of update beyond 2^64')
          }
        }
      })
      checkEqual(calls, [], 'backend calls beyond 2^64')
      bench.checkUnchanged(before, set, 'requests beyond 2^64')
    },
  },
  {
    id: 'set/end-of-space',
    title: 'the last granule of the space is mapped, found, protected and unmapped like any other',
    law: 'end of space',
    catches: ['memory_set cannot express an end of 2^64', 'B25 Unicorn reports the end of the last page as 0'],
    run({ open, manifest }) {
      const bench = open()
      const set = bench.set()
      bench.base = manifest.space.end - bench.size(LAST_GRANULES)
      checkOk(bench.map(set, 8, LAST_GRANULES, 0), 'map up to the end of the space')
      const last = virtAddr(manifest.space.end - 1n)
      checkEqual(set.find(last)?.end, manifest.space.end, 'end of the last area')
      checkEqual(set.overlaps({ start: last, end: manifest.space.end }), true, 'overlaps at the last byte')
      const upToEnd = Array.from(set.areasIn({ start: last, end: manifest.space.end }), (area) => bench.piece(area).start)
      checkEqual(upToEnd, [8], 'starts of the areas at the last byte')
      checkRefused(bench.map(set, 15, LAST_GRANULES), 'AlreadyExists', 'overlap', 'map over the last granule')
      checkOk(bench.protect(set, 15, LAST_GRANULES, 1), 'protect the last granule')
      checkEqual(bench.areas(set), [{ start: 8, end: 15, flags: 0 }, { start: 15, end: LAST_GRANULES, flags: 1 }], 'areas after protect')
      checkOk(bench.unmap(set, 15, LAST_GRANULES), 'unmap the last granule')
      checkEqual(set.find(last), undefined, 'area at the last byte')
      const limit = bench.range(0, LAST_GRANULES)
      checkEqual(set.findFreeArea(bench.granule, { limit, align: bench.granule, direction: 'down' }), bench.at(15), 'highest free granule')
      checkOk(bench.map(set, 15, LAST_GRANULES, 1), 'map the last granule again')
      checkOk(set.clear(), 'clear')
    },
  },
  {
    id: 'set/whole-space',
    title: 'one area may span the whole space of 2^64 bytes',
    law: 'end of space',
    unsupported: ({ space, takesWideRanges, granule }) =>
      space.end - space.start === WORD_SPACE && takesWideRanges && granule < 1n << 20n ? undefined : 'it does not take 2^64 bytes',
    run({ open }) {
      const bench = open()
      bench.base = 0n
      const set = bench.set()
      const start = virtAddr(0n)
      checkOk(set.map(start, WORD_SPACE, bench.flags(0), bench.backend), 'map 2^64 bytes')
      checkEqual(set.find(virtAddr(WORD_SPACE - 1n))?.size, WORD_SPACE, 'size of the area')
      checkEqual(set.findFreeArea(bench.granule), undefined, 'free space in a full set')
      const middle = virtAddr(WORD_SPACE / 2n)
      checkOk(set.unmap(middle, bench.granule), 'unmap in the middle')
      const around = [[0n, middle], [middle + bench.granule, WORD_SPACE]]
      checkEqual(Array.from(set, ({ start: from, end }) => [from, end]), around, 'areas around the hole')
      checkEqual(set.findFreeArea(bench.granule, { align: bench.granule }), middle, 'the only free granule')
      checkOk(set.unmap(start, WORD_SPACE), 'unmap 2^64 bytes')
      checkEqual(set.size, 0, 'areas left')
    },
  },
  {
    id: 'set/misaligned',
    title: 'map takes whole granules of its backend, and every cut inside an area is at one',
    law: 'granule',
    catches: ['B10 memory_set leaves areas 0x1000-0x1800 and 0x1900-0x3000 behind'],
    run({ open }) {
      const bench = open()
      const set = bench.set()
      const mapCoarse = (start: number, end: number): ReturnType<typeof bench.map> => bench.map(set, start, end, 0, bench.coarse)
      checkOk(mapCoarse(16, 48), 'map [16, 48), two coarse granules')
      const before = bench.state(set)
      const calls = bench.recorded(() => {
        checkRefused(mapCoarse(65, 81), 'InvalidParam', 'misaligned', 'map from inside a coarse granule')
        checkRefused(mapCoarse(64, 79), 'InvalidParam', 'misaligned', 'map of less than a coarse granule')
        for (const [start, end] of [[17, 32], [16, 31], [0, 17], [40, 64], [20, 21]] as const) {
          checkRefused(bench.unmap(set, start, end), 'InvalidParam', 'misaligned', `unmap [${start}, ${end}), cutting inside a granule`)
          checkRefused(bench.protect(set, start, end, 1), 'InvalidParam', 'misaligned', `protect [${start}, ${end}), cutting inside a granule`)
        }
        const replaced = set.map(bench.at(40), bench.size(2), bench.flags(1), bench.backend, { onOverlap: 'replace' })
        const error = checkRefused(replaced, 'InvalidParam', 'misaligned', 'a map that replaces part of a granule')
        checkEqual(error.area?.start, bench.at(16), 'start of the area that would be cut')
      })
      checkEqual(calls, [], 'backend calls for misaligned requests')
      bench.checkUnchanged(before, set, 'misaligned requests')
    },
  },
  {
    id: 'set/contained-is-aligned',
    title: 'areas inside the range and empty space are never misaligned',
    law: 'granule',
    run({ open }) {
      const bench = open()
      const set = bench.set()
      checkOk(bench.map(set, 16, 32, 0, bench.coarse), 'map a coarse granule')
      checkOk(bench.map(set, 33, 36, 0), 'map [33, 36) with the fine backend')
      checkOk(bench.protect(set, 13, 35, 1), 'protect [13, 35), cutting only the fine area')
      const protectedAreas = [{ start: 16, end: 32, flags: 1 }, { start: 33, end: 35, flags: 1 }, { start: 35, end: 36, flags: 0 }]
      checkEqual(bench.areas(set), protectedAreas, 'areas after protect')
      checkOk(bench.unmap(set, 1, 15), 'unmap empty space at no coarse multiple')
      checkOk(bench.unmap(set, 13, 34), 'unmap [13, 34), cutting only the fine area')
      checkEqual(bench.areas(set), [{ start: 34, end: 35, flags: 1 }, { start: 35, end: 36, flags: 0 }], 'areas after unmap')
    },
  },
]
