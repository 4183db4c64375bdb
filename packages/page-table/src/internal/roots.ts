// The beginning and the end of an address space: its roots, the upper half that it shares with
// others, and giving all tables back.
import type { VirtAddr } from '@addrspace/memory-addr'

import { ABSENT, HIDDEN, LEAF, TABLE } from '../format.ts'
import { leaveSlots } from './leave-behind.ts'
import { pageRange } from './range.ts'
import { split } from './split.ts'
import type { Tables } from './tables.ts'
import { halvesOf } from './halves.ts'

const NO_FRAMES = '"frames" must have frames for the roots that lie in the memory'

/** Takes the roots of two halves; tells what is wrong if it cannot be done, and the caller rolls back. */
export function takeRoots<C>(lower: Tables<C>, upper: Tables<C>, shared: Tables<C> | undefined): string | undefined {
  const root = lower.takeRoot()
  if (root === undefined) return NO_FRAMES
  lower.root = root
  if (lower.geometry.roots === 2) {
    const second = shared?.root ?? upper.takeRoot()
    if (second === undefined) return NO_FRAMES
    upper.root = second
    return undefined
  }
  upper.root = root
  return shared === undefined ? undefined : shareUpperHalf(upper, shared)
}

/** Makes all top-level entries of the other's upper half tables, and points to the same ones. */
function shareUpperHalf<C>(tables: Tables<C>, shared: Tables<C>): string | undefined {
  const { geometry } = tables
  shared.log.begin()
  for (let slot = geometry.entries / 2; slot < geometry.entries; slot++) {
    const problem = makeTable(shared, slot)
    if (problem !== undefined) {
      shared.log.rollback()
      return problem
    }
    tables.write(tables.root, slot, halvesOf(shared.wordAt(shared.root, slot)))
  }
  shared.owner.hasFixedTop = true
  shared.log.commit()
  return undefined
}

function makeTable<C>(shared: Tables<C>, slot: number): string | undefined {
  const level = shared.geometry.levels - 1
  const kind = shared.classAt(shared.root, slot, level)
  if (kind === ABSENT) return shared.addTable(shared.root, slot) === undefined ? NO_FRAMES : undefined
  if (kind === LEAF || kind === HIDDEN) {
    const { upperStart, entries } = shared.geometry
    const vaddr = upperStart + BigInt(slot - entries / 2) * shared.geometry.span(level)
    return split(shared, shared.root, slot, level, vaddr as VirtAddr) === undefined ? NO_FRAMES : undefined
  }
  if (kind === TABLE && shared.ownChildAt(shared.root, slot) !== undefined) return undefined
  return `"upperHalfOf" must have no illegal entry in its upper half, got one at index ${String(slot)}`
}

/** Drops every table that nobody else shares, and notes what hardware may have cached of them. */
export function dropAll<C>(lower: Tables<C>, upper: Tables<C>): void {
  const { entries, roots } = lower.geometry
  leaveHalf(lower, 0n as VirtAddr, 0, roots === 1 ? entries / 2 : entries)
  if (--upper.owner.users > 0) return
  leaveHalf(upper, upper.geometry.upperStart as VirtAddr, roots === 1 ? entries / 2 : 0, entries)
}

function leaveHalf<C>(tables: Tables<C>, start: VirtAddr, first: number, end: number): void {
  const { geometry, owner, root } = tables
  const range = pageRange(geometry, start, geometry.lowerEnd)
  if (range.ok) leaveSlots(tables, root, geometry.levels - 1, first, end, { range: range.value, page: 0, holes: 'skip', illegal: 'skip' })
  // The roots, and tables that nothing points to any more.
  for (const table of [...owner.linkedAt.keys()]) tables.dropTable(table)
}
