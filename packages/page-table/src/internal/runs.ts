// Runs of entries that are alike, so that whole runs are changed at a time.
import { ABSENT } from '../format.ts'
import type { Tables } from './tables.ts'
import { runLength, zeroRun } from './words.ts'

/** How many absent entries follow one another, that one included; at most as many as wanted. */
export function absentRun<C>(tables: Tables<C>, table: number, slot: number, level: number, wanted: number): number {
  const { memory, geometry } = tables
  const most = Math.min(wanted, geometry.entries - slot)
  const { words } = memory
  const at = memory.indexOf(table) + 2 * slot
  for (let run = 0; ; run++) {
    run += zeroRun(words, at + 2 * run, most - run)
    if (run === most || tables.classAt(table, slot + run, level) !== ABSENT) return run
  }
}

/** How many leaves of equal bits follow one another, frame, accessed and dirty aside; at most as many as wanted. */
export function leafRun<C>(tables: Tables<C>, table: number, slot: number, level: number, wanted: number): number {
  const { memory, geometry } = tables
  const frame = tables.frameMask(level)
  const seen = tables.seenBits
  const most = Math.min(wanted, geometry.entries - slot)
  const equal = runLength(memory.words, memory.indexOf(table) + 2 * slot, most, ~(frame.low | seen.low), ~(frame.high | seen.high))
  if (level === 0) return equal
  // A huge leaf may be illegal by its frame alone, and a hidden one then be none.
  const kind = tables.classAt(table, slot, level)
  let run = 1
  while (run < equal && tables.classAt(table, slot + run, level) === kind) run++
  return run
}
