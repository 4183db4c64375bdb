// The invariants of the index (area-index.ts, I1 to I5), checked by walking all of it. It trusts
// nothing that the index computes: bounds are compared as bigints, summaries made again.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from '../area-index.ts'
import { addressOf } from './bound.ts'
import { INNER_END, INNER_GAP, INNER_KEYS, INNER_SLOTS, LEAF_BOUNDS, LEAF_SLOTS } from './node-store.ts'
import type { NodeStore } from './node-store.ts'

interface Summary {
  readonly start: bigint
  readonly end: bigint
  readonly gap: number
  readonly count: number
  readonly endKey: number
  readonly startKey: number
}

/** @throws Error that names the invariant and the place */
export function checkIndex<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>): void {
  const { store } = index
  const summary = checkNode(store, index.root, index.height)
  claim(summary?.count ?? 0, index.count, 'I3', 'number of areas')
  claim(summary?.gap ?? -Infinity, index.largestGap, 'I2', 'largest gap of the root')
  if (store.forks === 0) checkHolders(index)
}

function checkNode<F, P, A extends AnyAddr>(store: NodeStore<F, P, A>, node: number, level: number): Summary | undefined {
  return level === 0 ? checkLeaf(store, node) : checkInner(store, node, level)
}

function checkLeaf<F, P, A extends AnyAddr>(store: NodeStore<F, P, A>, leaf: number): Summary | undefined {
  const count = store.leafCounts[leaf]!
  const first = leaf * LEAF_BOUNDS
  for (let i = count; i < LEAF_SLOTS; i++) claim(store.bounds[first + i]!, Infinity, 'I4', `start ${String(i)} of leaf ${String(leaf)}`)
  let summary: Summary | undefined
  for (let i = 0; i < count; i++) {
    const startKey = store.bounds[first + i]!
    const endKey = store.bounds[first + LEAF_SLOTS + i]!
    const start = addressOf(startKey, store.startRest(leaf, i))
    const end = addressOf(endKey, store.endRest(leaf, i))
    if (start >= end) throw new Error(`I1: empty area at ${start.toString(16)} in leaf ${String(leaf)}`)
    summary = joined(summary, { start, end, gap: -Infinity, count: 1, startKey, endKey })
  }
  return summary
}

function checkInner<F, P, A extends AnyAddr>(store: NodeStore<F, P, A>, inner: number, level: number): Summary | undefined {
  const count = store.innerCounts[inner]!
  if (count === 0) throw new Error(`I3: inner node ${String(inner)} is empty`)
  const first = inner * INNER_KEYS
  for (let i = count; i < INNER_SLOTS; i++) claim(store.keys[first + i]!, Infinity, 'I4', `first start ${String(i)} of inner node ${String(inner)}`)
  let summary: Summary | undefined
  for (let i = 0; i < count; i++) {
    const child = checkNode(store, store.children[inner * INNER_SLOTS + i]!, level - 1)
    const where = `child ${String(i)} of inner node ${String(inner)}`
    if (child === undefined) throw new Error(`I3: ${where} is empty`)
    claim(addressOf(store.keys[first + i]!, store.firstStartRest(inner, i)), child.start, 'I2', `first start of ${where}`)
    claim(addressOf(store.keys[first + INNER_END + i]!, store.lastEndRest(inner, i)), child.end, 'I2', `last end of ${where}`)
    claim(store.keys[first + INNER_GAP + i]!, child.gap, 'I2', `largest gap of ${where}`)
    summary = joined(summary, child)
  }
  return summary
}

function joined(left: Summary | undefined, right: Summary): Summary {
  if (left === undefined) return right
  if (left.end > right.start) throw new Error(`I1: an area ends at ${left.end.toString(16)}, the next starts at ${right.start.toString(16)}`)
  const gap = Math.max(left.gap, right.gap, right.startKey - left.endKey)
  return { start: left.start, startKey: left.startKey, end: right.end, endKey: right.endKey, gap, count: left.count + right.count }
}

/** Without forks everything has exactly one holder, and every record as many as there are entries. */
function checkHolders<F, P, A extends AnyAddr>(index: AreaIndex<F, P, A>): void {
  const { store } = index
  const entriesById = new Map<number, number>()
  let nodes = 0
  const visit = (node: number, level: number): void => {
    nodes++
    claim((level === 0 ? store.leafHolders : store.innerHolders)[node]!, 1, 'I5', `holders of node ${String(node)} at level ${String(level)}`)
    if (level > 0) {
      for (let i = 0; i < store.innerCounts[node]!; i++) visit(store.children[node * INNER_SLOTS + i]!, level - 1)
      return
    }
    for (let i = 0; i < store.leafCounts[node]!; i++) {
      const id = store.attributes[node * LEAF_SLOTS + i]!
      entriesById.set(id, (entriesById.get(id) ?? 0) + 1)
    }
  }
  visit(index.root, index.height)
  claim(store.liveNodes, nodes, 'I5', 'nodes in use')
  for (const [id, entries] of entriesById) claim(store.attributeTable.at(id).holders, entries, 'I5', `holders of attribute record ${String(id)}`)
}

function claim<T>(found: T, expected: T, invariant: string, what: string): void {
  if (found !== expected) throw new Error(`${invariant}: ${what} is ${String(found)}, should be ${String(expected)}`)
}
