// Changes of the index, node by node: an entry is put into a node or taken out of it, wherever the
// cursor's path stands at that level. A node that overflows is split, one that runs low is merged
// with a sibling, which puts an entry into the parent or takes one out of it; where neither is
// needed, the summaries (first start, last end, largest gap) are refreshed upwards until one does
// not change. Leaves and inner nodes are changed alike.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaCursor } from './area-cursor.ts'
import { END as DISTANCE, NODE_BITS, SLOT_MASK as MASK, SLOTS } from './node-store.ts'
import type { NodeStore } from './node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const BITS = NODE_BITS
const END = DISTANCE
const SLOT_MASK = MASK
const COUNT = SLOTS

// A node is merged with a sibling when it falls below the first number and both together do not
// exceed the second: the distance to a full node keeps splits and merges from alternating.
const LOW = SLOTS / 4
const MERGED = (3 * SLOTS) / 4

/** Makes every node of the cursor's path the writer's own, copying what a fork shares. */
export function ownPath<F, P, A extends AnyAddr>({ index, path }: AreaCursor<F, P, A>): void {
  const { store } = index
  if (store.forks === 0) return
  for (let level = index.height; level >= 0; level--) {
    const at = path[level]!
    if (store.holders[at >> BITS]! === 1) continue
    const copy = store.copyOf(at >> BITS, level)
    if (level === index.height) index.root = copy
    else store.refs[path[level + 1]!] = copy
    path[level] = (copy << BITS) | (at & SLOT_MASK)
  }
}

/** Puts an entry where the cursor stands at this level. If a node was split, the path is spent. */
export function insertEntry<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, level: number, start: number, end: number, rests: number, ref: number): void {
  const { index, path } = cursor
  const { store } = index
  const at = path[level]!
  const node = at >> BITS
  const { bounds } = store
  const count = store.counts[node]!
  if (count === COUNT) {
    splitNode(cursor, level, start, end, rests, ref)
    return
  }
  if (level > 0) {
    putEntry(store, at, start, end, rests, ref)
    refresh(cursor, level, largestGap(store, node, level))
    return
  }
  const before = (at & SLOT_MASK) > 0 ? bounds[at + END - 1]! : Infinity
  const after = (at & SLOT_MASK) < count ? bounds[at]! : -Infinity
  const gap = store.gaps[node]!
  putEntry(store, at, start, end, rests, ref)
  // One gap has become two, which are not larger; at an edge, there is another.
  refresh(cursor, 0, after - before === gap ? largestGap(store, node, 0) : Math.max(gap, start - before, after - end))
}

/**
 * Takes `taken` entries out of a node, from where the cursor stands at this level on. `isGapKnown` tells whether the
 * node's largest gap was right before. The path is spent if the node is low then.
 */
export function removeEntries<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, level: number, taken: number, isGapKnown: boolean): void {
  const { index, path } = cursor
  const { store } = index
  const at = path[level]!
  const node = at >> BITS
  const { bounds } = store
  const slot = at & SLOT_MASK
  const count = store.counts[node]! - taken
  moveEntries(store, at + taken, at, count - slot)
  setCount(store, node, count)
  if (level < index.height && count < LOW) {
    if (count === 0) {
      store.free(node)
      removeEntries(cursor, level + 1, 1, false)
      return
    }
    if (mergeNode(cursor, level)) return
  } else if (level === index.height && level > 0 && count <= 1) {
    lowerRoot(cursor)
    return
  }
  // The gap that the entries leave is larger than those beside them were.
  const isInside = isGapKnown && slot > 0 && slot < count
  refresh(cursor, level, isInside ? Math.max(store.gaps[node]!, bounds[at]! - bounds[at - 1 + END]!) : largestGap(store, node, level))
}

/** Notes the largest gap of the path's node at this level, and refreshes the summaries above as far as they are others than before (I2). */
export function refresh<F, P, A extends AnyAddr>({ index, path }: AreaCursor<F, P, A>, level: number, gap: number): void {
  const { store, height } = index
  const { gaps } = store
  let node = path[level]! >> BITS
  for (;;) {
    const oldGap = gaps[node]!
    gaps[node] = gap
    if (level++ === height) return
    const isSame = !summarize(store, path[level]!, node)
    if (isSame && gap === oldGap) return
    node = path[level]! >> BITS
    gap = isSame && gap > oldGap ? Math.max(gaps[node]!, gap) : isSame && oldGap < gaps[node]! ? gaps[node]! : largestGap(store, node, level)
  }
}

/** The largest gap between two entries of a node or inside one, as a difference of keys; -Infinity if there is none. */
export function largestGap<F, P, A extends AnyAddr>({ bounds, refs, gaps, counts }: NodeStore<F, P, A>, node: number, level: number): number {
  const first = node << BITS
  const last = first + counts[node]! - 1
  let largest = -Infinity
  for (let at = first; at < last; at++) {
    const gap = bounds[at + 1]! - bounds[at + END]!
    if (gap > largest) largest = gap
  }
  if (level === 0) return largest
  for (let at = first; at <= last; at++) {
    const gap = gaps[refs[at]!]!
    if (gap > largest) largest = gap
  }
  return largest
}

/** Writes a child into its parent's entry; tells whether its first start or last end is another than before. */
function summarize<F, P, A extends AnyAddr>(store: NodeStore<F, P, A>, at: number, child: number): boolean {
  const { bounds, refs } = store
  const first = child << BITS
  const last = first + store.counts[child]! - 1
  const rests = store.hasRests ? restsOf(store.startRest(first), store.endRest(last)) : 0
  const isSame = bounds[at] === bounds[first] && bounds[at + END] === bounds[last + END] && refs[at + END] === rests
  bounds[at] = bounds[first]!
  bounds[at + END] = bounds[last + END]!
  refs[at] = child
  refs[at + END] = rests
  return !isSame
}

export function restsOf(startRest: number, endRest: number): number {
  return startRest | (endRest << 16)
}

/** Puts an entry into a node that has room. Each entry takes the next one's place: one index to load and to store, one pass over all columns. */
function putEntry<F, P, A extends AnyAddr>({ bounds, refs, counts, hasRests }: NodeStore<F, P, A>, place: number, start: number, end: number, rests: number, ref: number): void {
  const node = place >> BITS
  const last = (node << BITS) + counts[node]!++
  if (hasRests) {
    refs.copyWithin(place + END + 1, place + END, last + END)
    refs[place + END] = rests
  }
  for (let at = place; at <= last; at++) {
    const nextStart = bounds[at]!
    const nextEnd = bounds[at + END]!
    const nextRef = refs[at]!
    bounds[at] = start
    bounds[at + END] = end
    refs[at] = ref
    start = nextStart
    end = nextEnd
    ref = nextRef
  }
}

/** Moves entries within a node or to another one; ranges may overlap. */
function moveEntries<F, P, A extends AnyAddr>({ bounds, refs, hasRests }: NodeStore<F, P, A>, from: number, to: number, count: number): void {
  // Downwards within a node, so that the first may be overwritten first: for short runs several times faster than copyWithin.
  for (let i = 0; i < count; i++) {
    bounds[to + i] = bounds[from + i]!
    bounds[to + END + i] = bounds[from + END + i]!
    refs[to + i] = refs[from + i]!
  }
  if (hasRests) refs.copyWithin(to + END, from + END, from + END + count)
}

/** Sets the number of entries; starts that are no longer used become +Infinity (I4). */
function setCount<F, P, A extends AnyAddr>({ bounds, counts }: NodeStore<F, P, A>, node: number, count: number): void {
  const first = node << BITS
  for (let i = count; i < counts[node]!; i++) bounds[first + i] = Infinity
  counts[node] = count
}

/**
 * Splits a full node, and puts an entry into one of the two. An overflow at its end leaves the node
 * full, one at its start fills the new node: sets that grow in order, up or down, get full leaves.
 *
 *     node   [ left | right ]     →     [ left … ] [ right … ]
 */
function splitNode<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, level: number, start: number, end: number, rests: number, ref: number): void {
  const { index, path } = cursor
  const { store } = index
  const at = path[level]!
  const node = at >> BITS
  const slot = at & SLOT_MASK
  const right = store.newNode()
  const first = right << BITS
  const kept = slot === COUNT || slot === 0 ? slot : COUNT / 2
  moveEntries(store, at - slot + kept, first, COUNT - kept)
  setCount(store, node, kept)
  store.counts[right] = COUNT - kept
  putEntry(store, slot > kept || slot === COUNT ? first + slot - kept : at, start, end, rests, ref)
  store.gaps[right] = largestGap(store, right, level)
  if (level === index.height) {
    const root = store.newNode()
    store.counts[root] = 1
    index.root = root
    path[++index.height] = root << BITS
    summarize(store, root << BITS, node)
  }
  refresh(cursor, level, largestGap(store, node, level))
  path[level + 1]!++
  const { bounds } = store
  const last = first + store.counts[right] - 1
  insertEntry(cursor, level + 1, bounds[first]!, bounds[last + END]!, restsOf(store.startRest(first), store.endRest(last)), right)
}

/** Merges a node that ran low with a sibling, if both fit well into one. */
function mergeNode<F, P, A extends AnyAddr>(cursor: AreaCursor<F, P, A>, level: number): boolean {
  const { index, path } = cursor
  const { store } = index
  const at = path[level + 1]!
  const parent = at >> BITS
  for (const left of [at, at - 1]) {
    const slot = left & SLOT_MASK
    if (left >> BITS !== parent || slot + 1 >= store.counts[parent]!) continue
    const count = store.counts[store.refs[left]!]!
    const sum = count + store.counts[store.refs[left + 1]!]!
    if (sum > MERGED) continue
    const target = ownChild(store, left, level)
    const source = ownChild(store, left + 1, level)
    moveEntries(store, source << BITS, (target << BITS) + count, sum - count)
    store.counts[target] = sum
    store.free(source)
    store.gaps[target] = largestGap(store, target, level)
    summarize(store, left, target)
    path[level + 1] = left + 1
    removeEntries(cursor, level + 1, 1, false)
    return true
  }
  return false
}

function ownChild<F, P, A extends AnyAddr>(store: NodeStore<F, P, A>, at: number, level: number): number {
  const child = store.refs[at]!
  return store.holders[child] === 1 ? child : (store.refs[at] = store.copyOf(child, level))
}

/** Replaces a root with one child by that child, and one with none by an empty leaf. */
function lowerRoot<F, P, A extends AnyAddr>({ index }: AreaCursor<F, P, A>): void {
  const { store } = index
  while (index.height > 0 && store.counts[index.root]! <= 1) {
    const { root, height } = index
    const isEmpty = store.counts[root] === 0
    index.root = isEmpty ? store.newNode() : store.refs[root << BITS]!
    index.height = isEmpty ? 0 : height - 1
    // A fork may share the root that goes, if this was no child of the path.
    if (!isEmpty) store.holders[index.root]!++
    store.release(root, height)
  }
}
