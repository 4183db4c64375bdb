// Unmapping or protecting a run of leaves in one table.
import type { VirtAddr } from '@addrspace/memory-addr'

import { LEAF } from '../format.ts'
import { addressOf } from './edge.ts'
import type { Halves } from './halves.ts'
import type { Tables } from './tables.ts'
import { rewriteAlike } from './table-words.ts'

/** What the flag bits of a leaf become. */
export interface FlagBits {
  readonly set: Halves
  readonly mask: Halves
}

/** Whether a leaf has the flag bits already; without any it is to be unmapped, which is a change. */
export function isUnchanged<C>(tables: Tables<C>, table: number, slot: number, flags: FlagBits | undefined): boolean {
  if (flags === undefined) return false
  const { words } = tables.memory
  const at = tables.memory.indexOf(table) + 2 * slot
  return (words[at]! & flags.mask.low) === flags.set.low && (words[at + 1]! & flags.mask.high) === flags.set.high
}

/** Changes leaves that are alike, as `leafRun` counts them. */
export function changeLeaves<C>(tables: Tables<C>, table: number, slot: number, level: number, count: number, vaddr: VirtAddr, flags: FlagBits | undefined): void {
  if (isUnchanged(tables, table, slot, flags)) return
  const { memory, log, format, geometry } = tables
  const { words } = memory
  const at = memory.indexOf(table) + 2 * slot
  const low = words[at]!
  const high = words[at + 1]!
  if (format.classify(low, high, level) === LEAF) log.stale({ start: vaddr, size: addressOf(count * geometry.spanPages(level)) })
  if (flags === undefined) {
    log.words.overwrite(table, 2 * slot, 2 * count)
    words.fill(0, at, at + 2 * count)
    return
  }
  log.words.rewrite(table, 2 * slot, 2 * count, flags.mask, { low, high })
  rewriteAlike(memory, at, count, low, high, flags.mask, flags.set)
}
