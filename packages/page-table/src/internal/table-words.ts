// What is done with many words of a table at once: by the kernel where the memory has one, otherwise by loops over
// arrays. As there, `at` counts Int32 words of the memory.
import type { PhysMemory } from '../phys-memory.ts'
import { fillTable } from './fill-table.ts'
import type { CompareMask, Halves } from './halves.ts'
import { areZero as areLongsZero, runLength as longRun } from './longs.ts'
import { fillProgression, rewrite } from './words.ts'

/** With fewer words than this a call of the kernel is not worth it. */
const LEAST = 16

/** Stores `count` words from `at` on: the first is high:low, each next one `step` more; sums may carry into the high half. */
export function fillWords(memory: PhysMemory, at: number, count: number, low: number, high: number, stepLow: number, stepHigh: number): void {
  if (count < LEAST) {
    fillProgression(memory.words, at, count, low, high, stepLow, stepHigh)
    return
  }
  const { kernel } = memory
  if (kernel === undefined) fillTable(memory, at, count, low, high, stepLow, stepHigh)
  else kernel.fill(byteOf(memory, at), count, low, high, stepLow, stepHigh)
}

/** Whether `count` words from `at` on are all zero. */
export function areZero(memory: PhysMemory, at: number, count: number): boolean {
  const { kernel } = memory
  if (kernel === undefined || count < LEAST) return areLongsZero(memory.longs, at, count)
  const done = kernel.alike(byteOf(memory, at), count, 0, 0, -1, -1)
  return count - done < 8 && areLongsZero(memory.longs, at + 2 * done, count - done)
}

/** How many of `count` words from `at` on, at least one, agree with the first in the masked bits. */
export function runLength(memory: PhysMemory, at: number, count: number, mask: CompareMask): number {
  const { kernel, words } = memory
  if (kernel === undefined || count < LEAST) return longRun(memory.longs, at, count, mask.long)
  const low = words[at]! & mask.low
  const high = words[at + 1]! & mask.high
  let run = kernel.alike(byteOf(memory, at), count, low, high, mask.low, mask.high)
  while (run < count && (words[at + 2 * run]! & mask.low) === low && (words[at + 2 * run + 1]! & mask.high) === high) run++
  return run
}

/** Gives `count` words from `at` on, all of which agree with high:low in the masked bits, other ones there. */
export function rewriteAlike(memory: PhysMemory, at: number, count: number, low: number, high: number, mask: Halves, set: Halves): void {
  const { kernel, words } = memory
  if (kernel !== undefined && count >= LEAST) {
    kernel.rewrite(byteOf(memory, at), count, ~mask.low, ~mask.high, set.low, set.high)
    return
  }
  // In those halves where they differ.
  if ((low & mask.low) !== set.low) rewrite(words, at, count, ~mask.low, set.low)
  if ((high & mask.high) !== set.high) rewrite(words, at + 1, count, ~mask.high, set.high)
}

/** Where in the buffer a word lies, counted modulo 2^32. */
function byteOf({ words }: PhysMemory, at: number): number {
  return (words.byteOffset + 4 * at) | 0
}
