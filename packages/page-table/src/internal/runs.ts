// Runs of entries that are alike, so that whole runs are changed at a time.
import { ABSENT } from '../format.ts'
import type { Tables } from './tables.ts'
import { runLength } from './table-words.ts'
import { zeroRun } from './words.ts'

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
  const most = Math.min(wanted, geometry.entries - slot)
  // Leaves of a level are alike in the lowest bits of their frames too, which alone could make one illegal (F4).
  return runLength(memory, memory.indexOf(table) + 2 * slot, most, tables.alikeMask(level))
}
