// Splitting a huge leaf: a table of leaves one level below takes its place, and says the same.
import type { Geometry } from '../geometry.ts'
import type { Tables } from './tables.ts'
import { halvesOf } from './halves.ts'
import { fillWords } from './table-words.ts'

/** How many tables it takes to cut pages [from, to) out of a leaf. */
export function splitsOfLeaf(geometry: Geometry, level: number, from: number, to: number): number {
  const span = geometry.spanPages(level)
  if (level === 0 || (from === 0 && to === span)) return 0
  const below = geometry.spanPages(level - 1)
  const first = from - (from % below)
  const last = to - 1 - ((to - 1) % below)
  let count = 1
  for (const start of first === last ? [first] : [first, last]) {
    count += splitsOfLeaf(geometry, level - 1, Math.max(from, start) - start, Math.min(to, start + below) - start)
  }
  return count
}

/** Splits a leaf; gives the new table, or undefined if there is no frame for it. */
export function split<C>(tables: Tables<C>, table: number, slot: number, level: number): number | undefined {
  const { memory, format, geometry } = tables
  const word = tables.wordAt(table, slot)
  const { low, high } = halvesOf(word)
  const child = tables.addTable(table, slot)
  if (child === undefined) return undefined
  const bits = halvesOf(format.splitBits(word, level))
  const frame = tables.frameBits(tables.leafFrameIn(low, high, level))
  const step = tables.frameStep(level - 1)
  const first = memory.writableIndexOf(child)
  fillWords(memory, first, geometry.entries, bits.low | frame.low, bits.high | frame.high, step.low, step.high)
  return child
}
