// Changes of the index: one operation, replacing a run of consecutive areas by another. Inserting
// is replacing none by one, a split by unmapping one by two, and so on. Everything happens leaf by
// leaf: what fits is shifted in place, a leaf that overflows is split, one that runs low is merged
// with a sibling, and the summaries (first start, last end, largest gap) are refreshed upwards
// until one does not change.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from '../area-index.ts'
import type { AreaCursor } from './area-cursor.ts'
import { isBelow } from './bound.ts'
import type { RangeBounds } from './bound.ts'
import type { AreaAttributes } from './attributes.ts'
import type { EntryList } from './entry-list.ts'
import { INNER_END, INNER_GAP, INNER_KEYS, INNER_SLOTS, LEAF_BOUNDS, LEAF_END, LEAF_SLOTS } from './node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const CHILD_END = INNER_END
const CHILD_GAP = INNER_GAP
const KEYS = INNER_KEYS
const CHILDREN = INNER_SLOTS
const BOUNDS = LEAF_BOUNDS
const END = LEAF_END
const SLOTS = LEAF_SLOTS

// A node is merged with a sibling when it falls below the first number and both together do not
// exceed the second: the distance to a full node keeps splits and merges from alternating.
const LEAF_LOW = SLOTS / 4
/** With this many entries a leaf that loses one is not merged. */
export const FEWEST_IN_LEAF: number = LEAF_LOW
const LEAF_MERGED = (3 * SLOTS) / 4
const INNER_LOW = CHILDREN / 4
const INNER_MERGED = (3 * CHILDREN) / 4

/**
 * Replaces the run of areas that starts at the cursor by others in the same place.
 *
 * `removed` is that run, in order; where it is empty, the cursor's slot is where to insert.
 * `added` is ordered and disjoint and lies between the run's neighbours. The cursor is spent.
 * O(log n + removed + added).
 */
export function replaceRun<F, P, A extends AnyAddr>(
  cursor: AreaCursor<F, P, A>,
  removed: EntryList<F, P, A>,
  added: EntryList<F, P, A>,
): void {
  const { index } = cursor
  const { store } = index
  if (added.hasRests) store.enableRests()
  index.version++
  index.count += added.length - removed.length
  let done = 0
  let given = 0
  for (;;) {
    ownPath(cursor)
    const take = Math.min(removed.length - done, store.leafCounts[cursor.leaf]! - cursor.slot)
    const isLast = done + take === removed.length
    let give = given
    if (isLast) give = added.length
    // Of the new ones, this leaf gets those that start below what remains to be removed.
    else while (give < added.length && startsBelow(added, give, removed, done + take)) give++
    spliceLeaf(cursor, take, added, given, give)
    done += take
    given = give
    if (isLast) return
    cursor.seek(removed.startKeys[done]!, removed.startRests[done]!)
  }
}

/** Puts an area where the cursor stands, into a leaf that has room. No bound has a rest. O(log n). */
export function insertArea<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, range: RangeBounds, attributes: AreaAttributes<F, P, A>): void {
  const { index } = cursor
  const { store } = index
  ownPath(cursor)
  const leaf = cursor.nodes[0]!
  const slot = cursor.slots[0]!
  const { startKey, endKey } = range
  const { bounds } = store
  const at = leaf * BOUNDS + slot
  const count = store.leafCounts[leaf]!
  const before = slot > 0 ? bounds[at + END - 1]! : NaN
  const after = slot < count ? bounds[at]! : NaN
  insertEntry(index, leaf, slot, startKey, endKey, store.attributeTable.retain(attributes))
  index.version++
  index.count++
  let gap = gapOfLeaf(cursor)
  // A gap inside the leaf has become two, or one at its edge has come into it.
  if (after - before === gap) gap = index.largestGapInLeaf(leaf)
  else if (slot === 0 || slot === count) gap = Math.max(gap, slot === 0 ? (count === 0 ? -Infinity : after - endKey) : startKey - before)
  refreshLeaf(cursor, gap)
}

/**
 * Cuts a range out of the area at the cursor, which contains it, and puts an area with other attributes there if
 * there are any. The leaf has room for two more entries and stays full enough with one less; no bound has a rest.
 *
 *     old      [==========]
 *     range       [----)
 *     new      [=][    ][=]
 */
export function replaceInArea<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, range: RangeBounds, attributes: AreaAttributes<F, P, A> | undefined): void {
  const { index } = cursor
  const { store } = index
  ownPath(cursor)
  // Only now: copying a node may have replaced the arrays.
  const { bounds, attributeTable } = store
  const leaf = cursor.nodes[0]!
  const slot = cursor.slots[0]!
  const at = leaf * BOUNDS + slot
  const id = store.attributes[leaf * SLOTS + slot]!
  const { startKey, endKey } = range
  const end = bounds[at + END]!
  const isCutLeft = bounds[at]! < startKey
  const isCutRight = endKey < end
  index.version++
  if (attributes === undefined) {
    let gap = gapOfLeaf(cursor)
    if (isCutLeft) {
      bounds[at + END] = startKey
      if (isCutRight) insertEntry(index, leaf, slot + 1, endKey, end, attributeTable.retain(attributeTable.at(id)))
    } else if (isCutRight) bounds[at] = endKey
    else {
      attributeTable.release(id)
      const isAtEdge = slot === 0 || slot === store.leafCounts[leaf]! - 1
      removeEntry(index, leaf, slot)
      if (isAtEdge) gap = index.largestGapInLeaf(leaf)
    }
    index.count += (isCutLeft ? 1 : 0) + (isCutRight ? 1 : 0) - 1
    // The gap that the range is in now; those that it has grown from are in it.
    const first = isCutLeft ? slot : slot - 1
    if (first >= 0 && first + 1 < store.leafCounts[leaf]!) gap = Math.max(gap, bounds[at + first - slot + 1]! - bounds[at + first - slot + END]!)
    refreshLeaf(cursor, gap)
    return
  }
  // Retaining before releasing keeps a record from losing its id in between.
  const middle = attributeTable.retain(attributes)
  if (!isCutLeft && !isCutRight) {
    attributeTable.release(id)
    store.attributes[leaf * SLOTS + slot] = middle
    return
  }
  if (isCutRight) {
    insertEntry(index, leaf, slot + 1, endKey, end, id)
    index.count++
  }
  if (isCutLeft) {
    bounds[at + END] = startKey
    insertEntry(index, leaf, slot + 1, startKey, endKey, middle)
    index.count++
    if (isCutRight) attributeTable.retain(attributeTable.at(id))
  } else {
    bounds[at + END] = endKey
    store.attributes[leaf * SLOTS + slot] = middle
  }
  // No gap is another than before, but the leaf may have more than one entry now.
  refreshLeaf(cursor, Math.max(gapOfLeaf(cursor), 0))
}

/** Puts an entry into a leaf that has room. Each entry takes the next one's place: one index to load and to store, one pass over all columns. */
function insertEntry<F, P, A extends AnyAddr>({ store }: AreaIndex<F, P, A>, leaf: number, slot: number, startKey: number, endKey: number, id: number): void {
  const { bounds, attributes, leafCounts } = store
  const last = leaf * BOUNDS + leafCounts[leaf]!++
  let of = leaf * SLOTS + slot
  for (let at = leaf * BOUNDS + slot; at <= last; at++, of++) {
    const nextStart = bounds[at]!
    const nextEnd = bounds[at + END]!
    const nextId = attributes[of]!
    bounds[at] = startKey
    bounds[at + END] = endKey
    attributes[of] = id
    startKey = nextStart
    endKey = nextEnd
    id = nextId
  }
}

/** Takes an entry out of a leaf: from the last one on, each takes the place of the one before; the last start becomes Infinity (I4). */
function removeEntry<F, P, A extends AnyAddr>({ store }: AreaIndex<F, P, A>, leaf: number, slot: number): void {
  const { bounds, attributes, leafCounts } = store
  const first = leaf * BOUNDS + slot
  const last = leaf * BOUNDS + --leafCounts[leaf]!
  let of = leaf * SLOTS + leafCounts[leaf]!
  let startKey = Infinity
  let endKey = 0
  let id = 0
  for (let at = last; at >= first; at--, of--) {
    const nextStart = bounds[at]!
    const nextEnd = bounds[at + END]!
    const nextId = attributes[of]!
    bounds[at] = startKey
    bounds[at + END] = endKey
    attributes[of] = id
    startKey = nextStart
    endKey = nextEnd
    id = nextId
  }
}

/** The largest gap inside the cursor's leaf, as it was noted last. */
function gapOfLeaf<F, P, A extends AnyAddr>({ index, nodes, slots }: AreaCursor<F, P, A>): number {
  return index.height === 0 ? index.largestGap : index.store.keys[nodes[1]! * KEYS + CHILD_GAP + slots[1]!]!
}

/** Notes the leaf's largest gap, and refreshes the summaries above as far as they are others than before. No bound has a rest. */
function refreshLeaf<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, gap: number): void {
  const { index, nodes, slots } = cursor
  if (index.height === 0) {
    index.largestGap = gap
    return
  }
  const { bounds, keys, leafCounts } = index.store
  const leaf = nodes[0]!
  const start = bounds[leaf * BOUNDS]!
  const end = bounds[leaf * BOUNDS + END + leafCounts[leaf]! - 1]!
  const at = nodes[1]! * KEYS + slots[1]!
  if (keys[at] === start && keys[at + CHILD_END] === end && keys[at + CHILD_GAP] === gap) return
  keys[at] = start
  keys[at + CHILD_END] = end
  keys[at + CHILD_GAP] = gap
  refresh(cursor, 1)
}

/** Makes every node of the cursor's path the writer's own, copying what a fork shares. */
function ownPath<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>): void {
  const { index, nodes, slots } = cursor
  const { store } = index
  if (store.forks === 0) return
  for (let level = index.height; level >= 0; level--) {
    if (!store.isShared(nodes[level]!, level)) continue
    nodes[level] = store.copyOf(nodes[level]!, level)
    if (level === index.height) index.root = nodes[level]!
    else store.children[nodes[level + 1]! * CHILDREN + slots[level + 1]!] = nodes[level]!
  }
}

function startsBelow<F, P, A extends AnyAddr>(list: EntryList<F, P, A>, i: number, other: EntryList<F, P, A>, j: number): boolean {
  return isBelow(list.startKeys[i]!, list.startRests[i]!, other.startKeys[j]!, other.startRests[j]!)
}

/** Replaces `take` entries at the cursor by added[from, to), all within one leaf or the two it splits into. */
function spliceLeaf<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, take: number, added: EntryList<F, P, A>, from: number, to: number): void {
  const { index, leaf, slot } = cursor
  const { store } = index
  const table = store.attributeTable
  const count = store.leafCounts[leaf]!
  const give = to - from
  const newCount = count - take + give
  // Retaining before releasing keeps a record that is in both lists from losing its id in between.
  for (let i = from; i < to; i++) table.retain(added.attributes[i]!)
  for (let i = slot; i < slot + take; i++) table.release(store.attributes[leaf * SLOTS + i]!)

  if (newCount > SLOTS) {
    splitLeaf(cursor, take, added, from, to)
    return
  }
  moveEntries(index, leaf, slot + take, leaf, slot + give, count - slot - take)
  writeEntries(index, leaf, slot, added, from, to)
  setLeafCount(index, leaf, newCount)
  if (newCount >= LEAF_LOW || index.height === 0) refresh(cursor, 0)
  else shrinkLeaf(cursor)
}

/** Moves entries within a leaf or to another one, ranges may overlap. */
function moveEntries<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>, from: number, fromSlot: number, to: number, toSlot: number, count: number): void {
  const { store } = index
  const { bounds, attributes, leafRests } = store
  const source = from * BOUNDS + fromSlot
  const target = to * BOUNDS + toSlot
  if (source === target || count === 0) return
  const sourceId = from * SLOTS + fromSlot
  const targetId = to * SLOTS + toSlot
  // Short runs: a loop is several times faster than copyWithin.
  if (source > target || from !== to) {
    for (let i = 0; i < count; i++) {
      bounds[target + i] = bounds[source + i]!
      bounds[target + END + i] = bounds[source + END + i]!
      attributes[targetId + i] = attributes[sourceId + i]!
    }
  } else {
    for (let i = count - 1; i >= 0; i--) {
      bounds[target + i] = bounds[source + i]!
      bounds[target + END + i] = bounds[source + END + i]!
      attributes[targetId + i] = attributes[sourceId + i]!
    }
  }
  if (!store.hasRests) return
  leafRests.copyWithin(target, source, source + count)
  leafRests.copyWithin(target + END, source + END, source + END + count)
}

/** Writes added[from, to) to a leaf; their attributes are retained already. */
function writeEntries<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>, leaf: number, slot: number, added: EntryList<F, P, A>, from: number, to: number): void {
  const { store } = index
  const { bounds, attributes } = store
  for (let i = from, at = leaf * BOUNDS + slot, id = leaf * SLOTS + slot; i < to; i++, at++, id++) {
    bounds[at] = added.startKeys[i]!
    bounds[at + END] = added.endKeys[i]!
    attributes[id] = added.attributes[i]!.id
    if (store.hasRests) {
      store.leafRests[at] = added.startRests[i]!
      store.leafRests[at + END] = added.endRests[i]!
    }
  }
}

/** Sets the number of entries; starts that are no longer used become +Infinity (I4). */
function setLeafCount<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>, leaf: number, count: number): void {
  const { bounds, leafCounts } = index.store
  for (let i = count; i < leafCounts[leaf]!; i++) bounds[leaf * BOUNDS + i] = Infinity
  leafCounts[leaf] = count
}

/**
 * The splice of a leaf that overflows, which becomes two. An overflow at its end leaves it full,
 * one at its start fills the new leaf: sets that grow in order, up or down, get full leaves.
 *
 *     leaf   [ kept before | taken | kept after ]     →     [ left … ] [ right … ]
 */
function splitLeaf<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, take: number, added: EntryList<F, P, A>, from: number, to: number): void {
  const { index, leaf, slot } = cursor
  const { store } = index
  const give = to - from
  const after = store.leafCounts[leaf]! - slot - take
  const total = slot + give + after
  const right = store.newLeaf()
  let leftCount = total >> 1
  if (after === 0) leftCount = Math.min(total - 1, SLOTS)
  else if (slot === 0) leftCount = Math.min(give, SLOTS)
  const addedLeft = Math.min(Math.max(leftCount - slot, 0), give)

  // Parts of [ before | added | after ] that go to the right leaf, in order.
  const beforeRight = Math.max(slot - leftCount, 0)
  const afterRight = Math.min(total - leftCount, after)
  const addedRight = give - addedLeft
  moveEntries(index, leaf, slot - beforeRight, right, 0, beforeRight)
  writeEntries(index, right, beforeRight, added, from + addedLeft, to)
  moveEntries(index, leaf, slot + take + after - afterRight, right, beforeRight + addedRight, afterRight)
  // The left leaf: what stays behind the added ones moves into place, then they are written.
  moveEntries(index, leaf, slot + take, leaf, slot + addedLeft, after - afterRight)
  writeEntries(index, leaf, slot, added, from, from + addedLeft)
  setLeafCount(index, leaf, leftCount)
  setLeafCount(index, right, total - leftCount)
  insertSibling(cursor, 1, right)
}

/** Puts a new node behind the one that the cursor's path takes, `level` being that of their parent. */
function insertSibling<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, level: number, right: number): void {
  const { index, nodes, slots } = cursor
  const { store } = index
  if (level > index.height) {
    const root = store.newInner()
    store.innerCounts[root] = 2
    summarize(index, root, 0, index.root, level - 1)
    summarize(index, root, 1, right, level - 1)
    index.root = root
    index.height = level
    index.largestGap = index.largestGapInInner(root)
    return
  }
  const parent = nodes[level]!
  const slot = slots[level]! + 1
  const count = store.innerCounts[parent]!
  summarize(index, parent, slot - 1, nodes[level - 1]!, level - 1)
  if (count < CHILDREN) {
    moveChildren(index, parent, slot, parent, slot + 1, count - slot)
    summarize(index, parent, slot, right, level - 1)
    store.innerCounts[parent] = count + 1
    refresh(cursor, level)
    return
  }
  // As with leaves: an overflow at the end leaves the node full, otherwise it is halved.
  const parentRight = store.newInner()
  const leftCount = slot === count ? count : count >> 1
  if (slot <= leftCount && slot !== count) {
    moveChildren(index, parent, leftCount, parentRight, 0, count - leftCount)
    setInnerCount(index, parent, leftCount)
    moveChildren(index, parent, slot, parent, slot + 1, leftCount - slot)
    summarize(index, parent, slot, right, level - 1)
    store.innerCounts[parent] = leftCount + 1
    store.innerCounts[parentRight] = count - leftCount
  } else {
    moveChildren(index, parent, leftCount, parentRight, 0, slot - leftCount)
    summarize(index, parentRight, slot - leftCount, right, level - 1)
    moveChildren(index, parent, slot, parentRight, slot - leftCount + 1, count - slot)
    setInnerCount(index, parent, leftCount)
    store.innerCounts[parentRight] = count - leftCount + 1
  }
  insertSibling(cursor, level + 1, parentRight)
}

/** After a leaf ran low: merges it with a sibling if both fit well into one, and drops it if it is empty. */
function shrinkLeaf<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>): void {
  const { index, nodes, slots } = cursor
  const { store } = index
  const leaf = nodes[0]!
  const parent = nodes[1]!
  const count = store.leafCounts[leaf]!
  if (count === 0) {
    store.freeLeaf(leaf)
    removeChild(cursor, 1)
    return
  }
  const slot = slots[1]!
  for (const left of [slot, slot - 1]) {
    if (left < 0 || left + 1 >= store.innerCounts[parent]!) continue
    const into = store.children[parent * CHILDREN + left]!
    const gone = store.children[parent * CHILDREN + left + 1]!
    const sum = store.leafCounts[into]! + store.leafCounts[gone]!
    if (sum > LEAF_MERGED) continue
    const target = ownChild(index, parent, left, 0)
    const source = ownChild(index, parent, left + 1, 0)
    moveEntries(index, source, 0, target, store.leafCounts[target]!, store.leafCounts[source]!)
    setLeafCount(index, target, sum)
    store.freeLeaf(source)
    summarize(index, parent, left, target, 0)
    slots[1] = left + 1
    removeChild(cursor, 1)
    return
  }
  refresh(cursor, 0)
}

/** Removes the child that the path takes at this level; the child itself is out of use already. */
function removeChild<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, level: number): void {
  const { index, nodes, slots } = cursor
  const { store } = index
  const inner = nodes[level]!
  const slot = slots[level]!
  const count = store.innerCounts[inner]! - 1
  moveChildren(index, inner, slot + 1, inner, slot, count - slot)
  setInnerCount(index, inner, count)
  if (level === index.height) {
    if (count <= 1) lowerRoot(index)
    else index.largestGap = index.largestGapInInner(inner)
    return
  }
  if (count === 0) {
    store.freeInner(inner)
    removeChild(cursor, level + 1)
    return
  }
  if (count >= INNER_LOW || !mergeInner(cursor, level)) refresh(cursor, level)
}

/** Replaces a root with one child by that child, and one with none by an empty leaf. */
function lowerRoot<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>): void {
  const { store } = index
  while (index.height > 0 && store.innerCounts[index.root] === 1) {
    const child = store.children[index.root * CHILDREN]!
    store.freeInner(index.root)
    index.root = child
    index.height--
  }
  if (index.height > 0 && store.innerCounts[index.root] === 0) {
    store.freeInner(index.root)
    index.root = store.newLeaf()
    index.height = 0
  }
  index.largestGap = index.height === 0 ? index.largestGapInLeaf(index.root) : index.largestGapInInner(index.root)
}

/** Merges an inner node that ran low with a sibling, if both fit well into one. */
function mergeInner<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, level: number): boolean {
  const { index, nodes, slots } = cursor
  const { store } = index
  const parent = nodes[level + 1]!
  const slot = slots[level + 1]!
  for (const left of [slot, slot - 1]) {
    if (left < 0 || left + 1 >= store.innerCounts[parent]!) continue
    const into = store.children[parent * CHILDREN + left]!
    const gone = store.children[parent * CHILDREN + left + 1]!
    const sum = store.innerCounts[into]! + store.innerCounts[gone]!
    if (sum > INNER_MERGED) continue
    const target = ownChild(index, parent, left, level)
    const source = ownChild(index, parent, left + 1, level)
    moveChildren(index, source, 0, target, store.innerCounts[target]!, store.innerCounts[source]!)
    store.innerCounts[target] = sum
    store.freeInner(source)
    summarize(index, parent, left, target, level)
    slots[level + 1] = left + 1
    removeChild(cursor, level + 1)
    return true
  }
  return false
}

function ownChild<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>, parent: number, slot: number, level: number): number {
  const { store } = index
  const child = store.children[parent * CHILDREN + slot]!
  if (store.forks === 0 || !store.isShared(child, level)) return child
  const copy = store.copyOf(child, level)
  store.children[parent * CHILDREN + slot] = copy
  return copy
}

/** Moves children with their summaries within an inner node or to another one, ranges may overlap. */
function moveChildren<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>, from: number, fromSlot: number, to: number, toSlot: number, count: number): void {
  if (count <= 0) return
  const { keys, children, hasRests } = index.store
  const source = from * KEYS + fromSlot
  const target = to * KEYS + toSlot
  for (const column of [0, CHILD_END, CHILD_GAP]) keys.copyWithin(target + column, source + column, source + column + count)
  children.copyWithin(to * CHILDREN + toSlot, from * CHILDREN + fromSlot, from * CHILDREN + fromSlot + count)
  if (hasRests) index.store.moveChildRests(from, fromSlot, to, toSlot, count)
}

/** Sets the number of children; first starts that are no longer used become +Infinity (I4). */
function setInnerCount<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>, inner: number, count: number): void {
  const { keys, innerCounts } = index.store
  for (let i = count; i < innerCounts[inner]!; i++) keys[inner * KEYS + i] = Infinity
  innerCounts[inner] = count
}

/** Writes a child and its summary into its parent; tells whether the summary is another than before (I2). */
function summarize<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>, parent: number, slot: number, child: number, level: number): boolean {
  const { store } = index
  const { keys, bounds } = store
  const at = parent * KEYS + slot
  const last = (level === 0 ? store.leafCounts[child]! : store.innerCounts[child]!) - 1
  const first = level === 0 ? bounds[child * BOUNDS]! : keys[child * KEYS]!
  const end = level === 0 ? bounds[child * BOUNDS + END + last]! : keys[child * KEYS + CHILD_END + last]!
  const gap = level === 0 ? index.largestGapInLeaf(child) : index.largestGapInInner(child)
  store.children[parent * CHILDREN + slot] = child
  if (store.hasRests) {
    if (level === 0) store.setChildRests(parent, slot, store.startRest(child, 0), store.endRest(child, last))
    else store.setChildRests(parent, slot, store.firstStartRest(child, 0), store.lastEndRest(child, last))
  }
  const isSame = keys[at] === first && keys[at + CHILD_END] === end && keys[at + CHILD_GAP] === gap
  keys[at] = first
  keys[at + CHILD_END] = end
  keys[at + CHILD_GAP] = gap
  return !isSame || store.hasRests
}

/** Refreshes the summaries above the path's node at this level, up to the first that stays as it was. */
function refresh<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, level: number): void {
  const { index, nodes, slots } = cursor
  for (let above = level + 1; above <= index.height; above++) {
    if (!summarize(index, nodes[above]!, slots[above]!, nodes[above - 1]!, above - 1)) return
  }
  index.largestGap = index.height === 0 ? index.largestGapInLeaf(index.root) : index.largestGapInInner(index.root)
}
