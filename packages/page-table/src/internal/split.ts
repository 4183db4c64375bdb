// Splitting a huge leaf: a table of leaves one level below takes its place, and says the same.
import type { VirtAddr } from '@addrspace/memory-addr'

import { LEAF } from '../format.ts'
import type { Geometry } from '../geometry.ts'
import type { Tables } from './tables.ts'
import { halvesOf } from './halves.ts'
import { fillProgression } from './words.ts'

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

/** Splits the leaf that maps `vaddr` on; gives the new table, or undefined if there is no frame for it. */
export function split<C>(tables: Tables<C>, table: number, slot: number, level: number, vaddr: VirtAddr): number | undefined {
  const { memory, format, geometry, log } = tables
  const word = tables.wordAt(table, slot)
  const { low, high } = halvesOf(word)
  const child = tables.addTable(table, slot)
  if (child === undefined) return undefined
  const bits = halvesOf(format.splitBits(word, level))
  const frame = tables.frameBits(tables.leafFrameIn(low, high, level))
  const step = tables.frameStep(level - 1)
  const first = memory.writableIndexOf(child)
  fillProgression(memory.words, first, geometry.entries, bits.low | frame.low, bits.high | frame.high, step.low, step.high)
  const newWord = tables.wordAt(table, slot)
  if (format.classify(low, high, level) === LEAF && format.needsBreak(word, newWord, level)) {
    const range = { start: vaddr, size: geometry.span(level) }
    log.stale(range)
    log.break({ entry: tables.entryAddress(table, slot), oldWord: word, newWord, range })
  }
  return child
}
