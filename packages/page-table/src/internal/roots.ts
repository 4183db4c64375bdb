// The beginning and the end of an address space: its roots, the upper half that it shares with
// others, and giving all tables back.
import type { VirtAddr } from '@addrspace/memory-addr'

import { ABSENT, INVALID, TABLE } from '../format.ts'
import { leaveSlots } from './leave-behind.ts'
import { pageRange } from './range.ts'
import { neededAndFree } from './shortage.ts'
import { split } from './split.ts'
import type { Tables } from './tables.ts'
import { halvesOf } from './halves.ts'

const NO_FRAMES = '"frames" must have free frames in the memory: '

/** Takes the roots of two halves; tells what is wrong if it cannot be done, and the caller rolls back. */
export function takeRoots<C>(lower: Tables<C>, upper: Tables<C>, shared: Tables<C> | undefined): string | undefined {
  const root = lower.takeRoot()
  if (root === undefined) return NO_FRAMES + lower.shortage('for the root')
  lower.root = root
  if (lower.geometry.roots === 2) {
    const second = shared?.root ?? upper.takeRoot()
    if (second === undefined) return NO_FRAMES + upper.shortage('for the root of the upper half')
    upper.root = second
    return undefined
  }
  upper.root = root
  return shared === undefined ? undefined : shareUpperHalf(upper, shared)
}

/** Makes all top-level entries of the other's upper half tables, and points to the same ones. */
function shareUpperHalf<C>(tables: Tables<C>, shared: Tables<C>): string | undefined {
  const { geometry, frames } = tables
  const slots = Array.from({ length: geometry.entries / 2 }, (_, i) => geometry.entries / 2 + i)
  const level = geometry.levels - 1
  const illegal = slots.find((slot) => {
    const kind = shared.classAt(shared.root, slot, level)
    return kind === INVALID || (kind === TABLE && shared.ownChildAt(shared.root, slot) === undefined)
  })
  if (illegal !== undefined) return `"upperHalfOf" must have no illegal entry in its upper half, got one at index ${String(illegal)}`
  const missing = slots.filter((slot) => shared.classAt(shared.root, slot, level) !== TABLE)
  if (missing.length > frames.freeFrames) return NO_FRAMES + neededAndFree(missing.length, 'of the shared upper half', frames.freeFrames)
  shared.log.begin()
  try {
    for (const slot of missing) {
      const isAbsent = shared.classAt(shared.root, slot, level) === ABSENT
      if ((isAbsent ? shared.addTable(shared.root, slot) : split(shared, shared.root, slot, level)) === undefined) {
        shared.log.rollback()
        return NO_FRAMES + shared.shortage('for a table of the shared upper half')
      }
    }
  } catch (thrown) {
    shared.log.rollback()
    throw thrown
  }
  for (const slot of slots) tables.write(tables.root, slot, halvesOf(shared.wordAt(shared.root, slot)))
  shared.owner.hasFixedTop = true
  shared.log.commit()
  return undefined
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
