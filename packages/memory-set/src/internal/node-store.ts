// The memory of the index: leaves and inner nodes of B+trees, packed into typed arrays that grow
// together. A node is a small integer; there is no object and no bigint per area. Several trees
// (a set and its snapshots) share one store and, node by node, their common parts: a node counts
// the parents and roots that refer to it, and a writer first copies what it does not own alone.
//
//   leaf   bounds       [ 32 starts | 32 ends ]           start keys beyond `count` are +Infinity
//          attributes   [ 32 ids ]
//   inner  keys         [ 32 first starts | 32 last ends | 32 largest gaps ], one triple per child
//          children     [ 32 node ids ]
//
// The rests of the bounds (see bound.ts) live in arrays of the same shape that exist only once a
// rest other than 0 has been stored; nearly no set ever needs them.
import type { AnyAddr } from '@addrspace/memory-addr'

import { AttributeTable } from './attributes.ts'

export const LEAF_SLOTS = 32
export const INNER_SLOTS = 32
/** Distance from a start to its end among a leaf's bounds. */
export const LEAF_END: number = LEAF_SLOTS
export const LEAF_BOUNDS: number = 2 * LEAF_SLOTS
/** Distance from a child's first start to its last end, and to its largest gap. */
export const INNER_END: number = INNER_SLOTS
export const INNER_GAP: number = 2 * INNER_SLOTS
export const INNER_KEYS: number = 3 * INNER_SLOTS
const INNER_RESTS = 2 * INNER_SLOTS

const FIRST_LEAVES = 2
const FIRST_INNERS = 1

export class NodeStore<F, P, A extends AnyAddr> {
  readonly attributeTable: AttributeTable<F, P, A>
  bounds: Float64Array<ArrayBuffer>
  attributes: Int32Array<ArrayBuffer>
  leafCounts: Uint8Array<ArrayBuffer>
  leafHolders: Int32Array<ArrayBuffer>
  keys: Float64Array<ArrayBuffer>
  children: Int32Array<ArrayBuffer>
  innerCounts: Uint8Array<ArrayBuffer>
  innerHolders: Int32Array<ArrayBuffer>
  /** Of the bounds, resp. of the first starts and last ends; empty until a rest is stored. */
  leafRests: Uint16Array<ArrayBuffer>
  innerRests: Uint16Array<ArrayBuffer>
  /** Whether a rest other than 0 has ever been stored. */
  hasRests: boolean
  /** How many trees besides the writer's may share nodes. */
  forks: number
  readonly #freeLeaves: number[]
  readonly #freeInners: number[]
  #leaves: number
  #inners: number

  constructor() {
    this.attributeTable = new AttributeTable()
    this.bounds = new Float64Array(FIRST_LEAVES * LEAF_BOUNDS)
    this.attributes = new Int32Array(FIRST_LEAVES * LEAF_SLOTS)
    this.leafCounts = new Uint8Array(FIRST_LEAVES)
    this.leafHolders = new Int32Array(FIRST_LEAVES)
    this.keys = new Float64Array(FIRST_INNERS * INNER_KEYS)
    this.children = new Int32Array(FIRST_INNERS * INNER_SLOTS)
    this.innerCounts = new Uint8Array(FIRST_INNERS)
    this.innerHolders = new Int32Array(FIRST_INNERS)
    this.leafRests = new Uint16Array(0)
    this.innerRests = new Uint16Array(0)
    this.hasRests = false
    this.forks = 0
    this.#freeLeaves = []
    this.#freeInners = []
    this.#leaves = 0
    this.#inners = 0
  }

  /** Nodes in use, for tests that look for leaks. */
  get liveNodes(): number {
    return this.#leaves - this.#freeLeaves.length + (this.#inners - this.#freeInners.length)
  }

  newLeaf(): number {
    const leaf = this.#freeLeaves.pop() ?? this.#appendLeaf()
    this.leafCounts[leaf] = 0
    this.leafHolders[leaf] = 1
    this.bounds.fill(Infinity, leaf * LEAF_BOUNDS, leaf * LEAF_BOUNDS + LEAF_SLOTS)
    return leaf
  }

  newInner(): number {
    const inner = this.#freeInners.pop() ?? this.#appendInner()
    this.innerCounts[inner] = 0
    this.innerHolders[inner] = 1
    this.keys.fill(Infinity, inner * INNER_KEYS, inner * INNER_KEYS + INNER_SLOTS)
    return inner
  }

  /** Takes a leaf that nobody refers to any more out of use; its entries are not released. */
  freeLeaf(leaf: number): void {
    this.leafHolders[leaf] = 0
    this.#freeLeaves.push(leaf)
  }

  freeInner(inner: number): void {
    this.innerHolders[inner] = 0
    this.#freeInners.push(inner)
  }

  retain(node: number, level: number): void {
    const holders = level === 0 ? this.leafHolders : this.innerHolders
    holders[node]!++
  }

  /** Drops one reference to a node; what nobody else refers to goes, with all that it holds. */
  release(node: number, level: number): void {
    const holders = level === 0 ? this.leafHolders : this.innerHolders
    if (--holders[node]! > 0) return
    if (level === 0) {
      for (let i = 0; i < this.leafCounts[node]!; i++) this.attributeTable.release(this.attributes[node * LEAF_SLOTS + i]!)
      this.freeLeaf(node)
    } else {
      for (let i = 0; i < this.innerCounts[node]!; i++) this.release(this.children[node * INNER_SLOTS + i]!, level - 1)
      this.freeInner(node)
    }
  }

  /** Whether someone besides the writer refers to the node. */
  isShared(node: number, level: number): boolean {
    return (level === 0 ? this.leafHolders : this.innerHolders)[node]! > 1
  }

  /** A copy of a shared node for the writer, who thereby drops its reference to the old one. */
  copyOf(node: number, level: number): number {
    return level === 0 ? this.#copyOfLeaf(node) : this.#copyOfInner(node, level)
  }

  /** From now on bounds have rests: all that is stored so far has the rest 0. */
  enableRests(): void {
    if (this.hasRests) return
    this.leafRests = new Uint16Array(this.bounds.length)
    this.innerRests = new Uint16Array(this.innerCounts.length * INNER_RESTS)
    this.hasRests = true
  }

  /** Whether a key can be found in the leaf and in no other: it lies between the first start and the last end, and no bound has a rest. */
  spans(leaf: number, key: number): boolean {
    const { bounds } = this
    const first = leaf * LEAF_BOUNDS
    return key >= bounds[first]! && key < bounds[first + LEAF_END - 1 + this.leafCounts[leaf]!]! && !this.hasRests
  }

  /**
   * The index of the last entry of the leaf that starts at or below the bound, or -1.
   *
   * The first five comparisons sum up to the position: four steps of 8, 2 and 1 without a branch,
   * since a mispredicted one costs more than all of them. Unused starts are +Infinity.
   */
  searchLeaf(leaf: number, key: number, rest: number): number {
    const K = this.bounds
    const first = leaf * LEAF_BOUNDS
    let at = first
    at += 8 * (+(K[at + 8]! <= key) + +(K[at + 16]! <= key) + +(K[at + 24]! <= key))
    at += 2 * (+(K[at + 2]! <= key) + +(K[at + 4]! <= key) + +(K[at + 6]! <= key))
    at += +(K[at + 1]! <= key)
    if (this.hasRests) while (at > first && K[at] === key && this.leafRests[at]! > rest) at--
    const starts = K[at]! < key || (K[at] === key && (!this.hasRests || this.leafRests[at]! <= rest))
    return starts ? at - first : -1
  }

  /** The index of the last child whose first start is at or below the bound, or 0. */
  searchInner(inner: number, key: number, rest: number): number {
    const K = this.keys
    const first = inner * INNER_KEYS
    let at = first
    at += 8 * (+(K[at + 8]! <= key) + +(K[at + 16]! <= key) + +(K[at + 24]! <= key))
    at += 2 * (+(K[at + 2]! <= key) + +(K[at + 4]! <= key) + +(K[at + 6]! <= key))
    at += +(K[at + 1]! <= key)
    if (this.hasRests) {
      while (at > first && K[at] === key && this.innerRests[inner * INNER_RESTS + at - first]! > rest) at--
    }
    return at - first
  }

  startRest(leaf: number, i: number): number {
    return this.hasRests ? this.leafRests[leaf * LEAF_BOUNDS + i]! : 0
  }

  endRest(leaf: number, i: number): number {
    return this.hasRests ? this.leafRests[leaf * LEAF_BOUNDS + LEAF_END + i]! : 0
  }

  firstStartRest(inner: number, i: number): number {
    return this.hasRests ? this.innerRests[inner * INNER_RESTS + i]! : 0
  }

  lastEndRest(inner: number, i: number): number {
    return this.hasRests ? this.innerRests[inner * INNER_RESTS + INNER_SLOTS + i]! : 0
  }

  setChildRests(inner: number, i: number, firstStartRest: number, lastEndRest: number): void {
    this.innerRests[inner * INNER_RESTS + i] = firstStartRest
    this.innerRests[inner * INNER_RESTS + INNER_SLOTS + i] = lastEndRest
  }

  moveChildRests(from: number, fromSlot: number, to: number, toSlot: number, count: number): void {
    const source = from * INNER_RESTS + fromSlot
    const target = to * INNER_RESTS + toSlot
    for (const column of [0, INNER_SLOTS]) this.innerRests.copyWithin(target + column, source + column, source + column + count)
  }

  #appendLeaf(): number {
    const leaf = this.#leaves++
    if (leaf === this.leafCounts.length) {
      const capacity = grown(leaf)
      this.bounds = new Float64Array(this.bounds.buffer.transfer(capacity * LEAF_BOUNDS * 8))
      this.attributes = new Int32Array(this.attributes.buffer.transfer(capacity * LEAF_SLOTS * 4))
      this.leafCounts = new Uint8Array(this.leafCounts.buffer.transfer(capacity))
      this.leafHolders = new Int32Array(this.leafHolders.buffer.transfer(capacity * 4))
      if (this.hasRests) this.leafRests = new Uint16Array(this.leafRests.buffer.transfer(capacity * LEAF_BOUNDS * 2))
    }
    return leaf
  }

  #appendInner(): number {
    const inner = this.#inners++
    if (inner === this.innerCounts.length) {
      const capacity = grown(inner)
      this.keys = new Float64Array(this.keys.buffer.transfer(capacity * INNER_KEYS * 8))
      this.children = new Int32Array(this.children.buffer.transfer(capacity * INNER_SLOTS * 4))
      this.innerCounts = new Uint8Array(this.innerCounts.buffer.transfer(capacity))
      this.innerHolders = new Int32Array(this.innerHolders.buffer.transfer(capacity * 4))
      if (this.hasRests) this.innerRests = new Uint16Array(this.innerRests.buffer.transfer(capacity * INNER_RESTS * 2))
    }
    return inner
  }

  #copyOfLeaf(leaf: number): number {
    const copy = this.newLeaf()
    this.bounds.copyWithin(copy * LEAF_BOUNDS, leaf * LEAF_BOUNDS, (leaf + 1) * LEAF_BOUNDS)
    this.attributes.copyWithin(copy * LEAF_SLOTS, leaf * LEAF_SLOTS, (leaf + 1) * LEAF_SLOTS)
    if (this.hasRests) this.leafRests.copyWithin(copy * LEAF_BOUNDS, leaf * LEAF_BOUNDS, (leaf + 1) * LEAF_BOUNDS)
    const count = this.leafCounts[leaf]!
    this.leafCounts[copy] = count
    for (let i = 0; i < count; i++) this.attributeTable.at(this.attributes[copy * LEAF_SLOTS + i]!).holders++
    this.leafHolders[leaf]!--
    return copy
  }

  #copyOfInner(inner: number, level: number): number {
    const copy = this.newInner()
    this.keys.copyWithin(copy * INNER_KEYS, inner * INNER_KEYS, (inner + 1) * INNER_KEYS)
    this.children.copyWithin(copy * INNER_SLOTS, inner * INNER_SLOTS, (inner + 1) * INNER_SLOTS)
    if (this.hasRests) this.innerRests.copyWithin(copy * INNER_RESTS, inner * INNER_RESTS, (inner + 1) * INNER_RESTS)
    const count = this.innerCounts[inner]!
    this.innerCounts[copy] = count
    for (let i = 0; i < count; i++) this.retain(this.children[copy * INNER_SLOTS + i]!, level - 1)
    this.innerHolders[inner]!--
    return copy
  }
}

/** Half as much again: doubling would leave up to half of a large set's memory unused. */
function grown(capacity: number): number {
  return capacity + Math.max(4, capacity >> 1)
}
