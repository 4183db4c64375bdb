// The invariants of the index (area-index.ts, I1 to I5), checked by walking all of it. It trusts
// nothing that the index computes: bounds are compared as bigints, summaries made again.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from '../area-index.ts'
import { END, NODE_BITS, SLOTS } from './node-store.ts'

/** What a subtree comes to. */
interface Summary {
  readonly start: bigint
  readonly end: bigint
  readonly startKey: number
  readonly endKey: number
  readonly gap: number
  readonly areas: number
}

/** @throws Error that names the invariant and the place */
export function checkIndex<F, P, A extends AnyAddr>({ store, root, height, count }: AreaIndex<F, P, A>): void {
  const { bounds, refs, counts, gaps, holders, attributeTable } = store
  const entriesById = new Map<number, number>()
  let nodes = 0

  const check = (node: number, level: number): Summary | undefined => {
    const where = `node ${String(node)} at level ${String(level)}`
    const first = node << NODE_BITS
    const end = first + counts[node]!
    nodes++
    // With forks, nodes have other holders, too.
    if (store.forks === 0) claim(holders[node], 1, 'I5', `holders of ${where}`)
    for (let at = end; at < first + SLOTS; at++) claim(bounds[at], Infinity, 'I4', `start ${String(at - first)} of ${where}`)
    let summary: Summary | undefined
    for (let at = first; at < end; at++) {
      const bound = { start: store.startOf(at), end: store.endOf(at), startKey: bounds[at]!, endKey: bounds[at + END]! }
      let entry: Summary = { ...bound, gap: -Infinity, areas: 1 }
      if (level === 0) {
        if (entry.start >= entry.end) throw new Error(`I1: empty area at ${entry.start.toString(16)} in ${where}`)
        entriesById.set(refs[at]!, (entriesById.get(refs[at]!) ?? 0) + 1)
      } else {
        const child = check(refs[at]!, level - 1)
        if (child === undefined) throw new Error(`I3: child ${String(at - first)} of ${where} is empty`)
        claim(bound.start, child.start, 'I2', `first start of child ${String(at - first)} of ${where}`)
        claim(bound.end, child.end, 'I2', `last end of child ${String(at - first)} of ${where}`)
        entry = child
      }
      summary = summary === undefined ? entry : joined(summary, entry)
    }
    claim(gaps[node], summary?.gap ?? -Infinity, 'I2', `largest gap of ${where}`)
    return summary
  }

  claim(count, check(root, height)?.areas ?? 0, 'I3', 'number of areas')
  if (store.forks > 0) return
  claim(store.liveNodes, nodes, 'I5', 'nodes in use')
  for (const [id, entries] of entriesById) claim(attributeTable.at(id).holders, entries, 'I5', `holders of attribute record ${String(id)}`)
}

function joined(left: Summary, right: Summary): Summary {
  if (left.end > right.start) throw new Error(`I1: an area ends at ${left.end.toString(16)}, the next starts at ${right.start.toString(16)}`)
  const gap = Math.max(left.gap, right.gap, right.startKey - left.endKey)
  return { ...right, start: left.start, startKey: left.startKey, gap, areas: left.areas + right.areas }
}

function claim<T>(found: T, expected: T, invariant: string, what: string): void {
  if (found !== expected) throw new Error(`${invariant}: ${what} is ${String(found)}, should be ${String(expected)}`)
}
