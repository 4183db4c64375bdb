// Changes of the index, area by area: what the commit of an operation comes to.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaCursor } from './area-cursor.ts'
import type { AreaAttributes } from './attributes.ts'
import { endKeyOf, isBelow, keyOf, restOf, SPACE_END_KEY } from './bound.ts'
import type { RangeBounds } from './bound.ts'
import { insertEntry, largestGap, ownPath, refresh, removeEntries, restsOf } from './change-nodes.ts'
import { END as DISTANCE, NODE_BITS, SLOTS } from './node-store.ts'
import type { NodeStore } from './node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const BITS = NODE_BITS
const END = DISTANCE
const COUNT = SLOTS

/** An area that is to come into the index. */
export interface Piece<F, P, A extends AnyAddr> {
  readonly start: bigint
  end: bigint
  attributes: AreaAttributes<F, P, A>
}

/** Puts an area where the cursor stands. No bound has a rest. O(log n). */
export function insertArea<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, { startKey, endKey }: RangeBounds, attributes: AreaAttributes<F, P, A>): void {
  const { index } = cursor
  index.version++
  index.count++
  ownPath(cursor)
  insertEntry(cursor, 0, startKey, endKey, 0, index.store.attributeTable.retain(attributes))
}

/**
 * Cuts a range out of the area at the cursor, which contains it, and puts an area with other
 * attributes there if there are any. No bound has a rest. O(log n).
 *
 *     old      [==========]
 *     range       [----)
 *     new      [=][    ][=]
 */
export function cutArea<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, { startKey, endKey }: RangeBounds, attributes: AreaAttributes<F, P, A> | undefined): void {
  const { index, path } = cursor
  const { store } = index
  const { attributeTable } = store
  index.version++
  ownPath(cursor)
  const at = path[0]!
  // Only now: copying a node may have replaced the arrays.
  const { bounds, refs } = store
  const id = refs[at]!
  const end = bounds[at + END]!
  const isCutLeft = bounds[at]! < startKey
  const isCutRight = endKey < end
  const isWhole = !isCutLeft && !isCutRight
  if (attributes === undefined) {
    if (isWhole) {
      attributeTable.release(id)
      index.count--
      removeEntries(cursor, 0, 1, true)
      return
    }
    if (isCutLeft) bounds[at + END] = startKey
    else bounds[at] = endKey
    if (isCutLeft && isCutRight) insertBehind(cursor, endKey, end, attributeTable.retain(attributeTable.at(id)))
    else {
      const node = at >> BITS
      const left = isCutLeft ? at : at - 1
      // The gap that the range is in now has only become larger, unless it is at an edge of the leaf.
      const isInside = left >= node << BITS && left + 1 < (node << BITS) + store.counts[node]!
      refresh(cursor, 0, isInside ? Math.max(store.gaps[node]!, bounds[left + 1]! - bounds[left + END]!) : store.gaps[node]!)
    }
    return
  }
  // Retaining before releasing keeps a record from losing its id in between.
  const middle = attributeTable.retain(attributes)
  if (!isCutLeft) {
    refs[at] = middle
    bounds[at + END] = endKey
    if (isWhole) attributeTable.release(id)
    else insertBehind(cursor, endKey, end, id)
    return
  }
  bounds[at + END] = startKey
  if (isCutRight) {
    // The last piece first; if that splits the leaf, the place of the one before it is another.
    const isFull = store.counts[at >> BITS] === COUNT
    insertBehind(cursor, endKey, end, attributeTable.retain(attributeTable.at(id)))
    if (isFull) cursor.seek(startKey, 0)
    else path[0] = at
  }
  insertBehind(cursor, startKey, endKey, middle)
}

/**
 * Replaces the run of areas that starts at the cursor by others in the same place.
 *
 * `taken` is their number; where it is 0, the cursor stands where to insert. `added` is ordered and
 * disjoint and lies between the run's neighbours. The cursor is spent. O(log n + taken + added).
 */
export function replaceRun<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, taken: number, added: readonly Piece<F, P, A>[]): void {
  const { index, path } = cursor
  const { store } = index
  const { attributeTable } = store
  index.version++
  index.count += added.length - taken
  // Retaining before releasing keeps a record that is in both from losing its id in between.
  for (const { start, end, attributes } of added) {
    attributeTable.retain(attributes)
    if ((restOf(start) | restOf(end)) !== 0) store.hasRests = true
  }
  let given = 0
  while (taken > 0) {
    ownPath(cursor)
    const at = path[0]!
    const node = at >> BITS
    const here = Math.min(taken, (node << BITS) + store.counts[node]! - at)
    taken -= here
    path[0] = at + here
    // Entry by entry, new ones take the places of old ones: those that start below what is still to be taken.
    const next = taken > 0 ? cursor.nextArea() : -1
    const [nextKey, nextRest] = next < 0 ? [SPACE_END_KEY, 0] : [store.bounds[next]!, store.startRest(next)]
    let kept = 0
    for (; kept < here; kept++) {
      const piece = added[given + kept]
      if (piece === undefined || !isBelow(keyOf(piece.start), restOf(piece.start), nextKey, nextRest)) break
      attributeTable.release(store.refs[at + kept]!)
      write(store, at + kept, piece)
    }
    given += kept
    path[0] = at + kept
    if (kept < here) {
      for (let i = kept; i < here; i++) attributeTable.release(store.refs[at + i]!)
      // Gaps between old areas that a new one covers already are none.
      removeEntries(cursor, 0, here - kept, given === 0)
    } else refresh(cursor, 0, largestGap(store, node, 0))
    if (taken > 0) cursor.seek(nextKey, nextRest)
  }
  for (; given < added.length; given++) {
    const { start, end, attributes } = added[given]!
    ownPath(cursor)
    insertEntry(cursor, 0, keyOf(start), endKeyOf(end), restsOf(restOf(start), restOf(end)), attributes.id)
    cursor.seek(keyOf(start), restOf(start))
    path[0]!++
  }
}

/** Puts an area behind the one at the cursor. */
function insertBehind<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, startKey: number, endKey: number, id: number): void {
  cursor.index.count++
  cursor.path[0]!++
  insertEntry(cursor, 0, startKey, endKey, 0, id)
}

/** Writes an area over another one in the same place; its attributes are retained already. */
function write<F, P, A extends AnyAddr>({ bounds, refs }: NodeStore<F, P, A>, at: number, { start, end, attributes }: Piece<F, P, A>): void {
  bounds[at] = keyOf(start)
  bounds[at + END] = endKeyOf(end)
  refs[at] = attributes.id
  refs[at + END] = restsOf(restOf(start), restOf(end))
}
