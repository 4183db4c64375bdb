// The memory of the index: the nodes of B+trees, packed into typed arrays that grow together. A node
// is a small integer; there is no object and no bigint per area. Leaves and inner nodes look alike:
// an entry of a leaf is an area, one of an inner node a child with its first start and last end.
// Several trees (a set and its snapshots) share one store and, node by node, their common parts: a
// node counts the parents and roots that refer to it, and a writer first copies what it does not
// own alone.
//
//   bounds   [ 32 starts | 32 ends ]    start keys beyond the node's count are +Infinity
//   refs     [ 32 refs   | 32 rests ]   of an area, the id of its attributes; of a child, the node
//   gaps     the largest gap inside the node's subtree; -Infinity where there is none
//
// An entry is named by its place, `node * 64 + slot`: there are its start and its ref, and `END`
// further its end and its rests (see bound.ts), the start's in the low half, the end's in the high.
import type { AnyAddr } from '@addrspace/memory-addr'

import { AttributeTable } from './attributes.ts'
import type { AreaAttributes } from './attributes.ts'
import { addressOf, FIRST_INEXACT_KEY } from './bound.ts'

export const SLOTS = 32
/** Distance from a start to its end, and from a ref to the rests. */
export const END = 32
/** A node's first place is `node << NODE_BITS`, and its node is what a place is shifted back. */
export const NODE_BITS = 6
/** What of a place is the slot. */
export const SLOT_MASK = 63

const PLACES = 64
const FIRST_NODES = 2

export class NodeStore<F, P, A extends AnyAddr> {
  readonly attributeTable: AttributeTable<F, P, A> = new AttributeTable()
  bounds: Float64Array = new Float64Array(FIRST_NODES * PLACES)
  refs: Int32Array = new Int32Array(FIRST_NODES * PLACES)
  gaps: Float64Array = new Float64Array(FIRST_NODES)
  counts: Int32Array = new Int32Array(FIRST_NODES)
  holders: Int32Array = new Int32Array(FIRST_NODES)
  /** Whether a rest other than 0 has ever been stored. */
  hasRests: boolean = false
  /** How many trees besides the writer's may share nodes. */
  forks: number = 0
  readonly #free: number[] = []
  #nodes = 0

  /** Nodes in use, for tests that look for leaks. */
  get liveNodes(): number {
    return this.#nodes - this.#free.length
  }

  /** An empty node with one holder. Replaces the arrays if they are full. */
  newNode(): number {
    const node = this.#free.pop() ?? this.#nodes++
    if (node === this.counts.length) this.#grow()
    this.counts[node] = 0
    this.holders[node] = 1
    this.gaps[node] = -Infinity
    const first = node << NODE_BITS
    this.bounds.fill(Infinity, first, first + SLOTS)
    return node
  }

  /** Takes a node that nobody refers to any more out of use; what its entries refer to is not released. */
  free(node: number): void {
    this.holders[node] = 0
    this.#free.push(node)
  }

  /** Drops one reference to a node; what nobody else refers to goes, with all that it holds. */
  release(node: number, level: number): void {
    const { refs, holders, attributeTable } = this
    if (--holders[node]! > 0) return
    const first = node << NODE_BITS
    const end = first + this.counts[node]!
    for (let at = first; at < end; at++) {
      if (level === 0) attributeTable.release(refs[at]!)
      // Without a call for what others still hold: nearly all of it.
      else if (holders[refs[at]!]! > 1) holders[refs[at]!]!--
      else this.release(refs[at]!, level - 1)
    }
    this.free(node)
  }

  /** A copy of a shared node for the writer, who thereby drops its reference to the old one. */
  copyOf(node: number, level: number): number {
    const copy = this.newNode()
    // Only now: a new node may have replaced the arrays.
    const { bounds, refs, holders, attributeTable } = this
    const from = node << NODE_BITS
    const to = copy << NODE_BITS
    const count = this.counts[node]!
    bounds.copyWithin(to, from, from + PLACES)
    refs.copyWithin(to, from, from + PLACES)
    this.gaps[copy] = this.gaps[node]!
    this.counts[copy] = count
    for (let at = to; at < to + count; at++) {
      if (level === 0) attributeTable.at(refs[at]!).holders++
      else holders[refs[at]!]!++
    }
    holders[node]!--
    return copy
  }

  startRest(at: number): number {
    return this.hasRests ? this.refs[at + END]! & 0xffff : 0
  }

  endRest(at: number): number {
    return this.hasRests ? this.refs[at + END]! >>> 16 : 0
  }

  startOf(at: number): bigint {
    return addressOf(this.bounds[at]!, this.startRest(at))
  }

  endOf(at: number): bigint {
    return addressOf(this.bounds[at + END]!, this.endRest(at))
  }

  /** In bytes; computed with doubles where that is exact, which is several times faster. */
  sizeOf(at: number): bigint {
    const size = this.bounds[at + END]! - this.bounds[at]!
    return this.hasRests || size >= FIRST_INEXACT_KEY ? this.endOf(at) - this.startOf(at) : addressOf(size, 0)
  }

  attributesAt(at: number): AreaAttributes<F, P, A> {
    return this.attributeTable.at(this.refs[at]!)
  }

  /** Half as much again: doubling would leave up to half of a large set's memory unused. */
  #grow(): void {
    const nodes = this.counts.length
    const capacity = nodes + Math.max(4, nodes >> 1)
    this.bounds = copied(this.bounds, new Float64Array(capacity * PLACES))
    this.refs = copied(this.refs, new Int32Array(capacity * PLACES))
    this.gaps = copied(this.gaps, new Float64Array(capacity))
    this.counts = copied(this.counts, new Int32Array(capacity))
    this.holders = copied(this.holders, new Int32Array(capacity))
  }
}

/** Not `transfer`, which would make the engine look, at every access to any typed array, whether it is still attached. */
function copied<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/**
 * The place of the last entry of a node that starts at or below the key, or of its first one.
 *
 * Comparisons sum up to the position, in steps of 4 and 1 without a branch: a mispredicted one costs
 * more than all of them, and what does not depend on each other is done at once. Unused starts are
 * +Infinity.
 */
export function lastFrom(bounds: Float64Array, first: number, key: number): number {
  let at = first
  at += 4 * (+(bounds[at + 4]! <= key) + +(bounds[at + 8]! <= key) + +(bounds[at + 12]! <= key) + +(bounds[at + 16]! <= key) + +(bounds[at + 20]! <= key) + +(bounds[at + 24]! <= key) + +(bounds[at + 28]! <= key))
  return at + (+(bounds[at + 1]! <= key) + +(bounds[at + 2]! <= key) + +(bounds[at + 3]! <= key))
}
