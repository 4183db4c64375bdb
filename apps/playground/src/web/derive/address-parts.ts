/** A virtual address taken apart as a machine does it: what is above the indices, an index for each level, the offset. */

import type { Geometry } from '@addrspace/page-table'
import { bitRange } from '../../adapters/entry-words.ts'

/** Bits `high:low` of an address, both inclusive. */
export interface AddressPart {
  readonly role: 'upper' | 'index' | 'offset'
  readonly high: number
  readonly low: number
  readonly held: bigint
  /** Of an index: the level of its table. */
  readonly level: number | undefined
  /** What the bits are for. */
  readonly meaning: string
  /** Whether the walk has come to use these bits, or faults for them. */
  readonly isUsed: boolean
}

/** Where a walk ended. */
export interface WalkEnd {
  /** Of the last entry; undefined if there was none. */
  readonly level: number | undefined
  readonly isLeaf: boolean
}

const PAGE_BITS = 12

/** Takes an address apart, highest bits first; a leaf's offset reaches up to its own level. */
export function addressParts(geometry: Geometry, vaddr: bigint, { level: last, isLeaf }: WalkEnd): readonly AddressPart[] {
  const { levels, indexBits, virtBits } = geometry
  const end = isLeaf && last !== undefined ? last : 0
  const indices = Array.from({ length: levels - end }, (_, step): AddressPart => {
    const level = levels - 1 - step
    const low = PAGE_BITS + level * indexBits
    const high = low + indexBits - 1
    return { role: 'index', high, low, held: held(vaddr, high, low), level, meaning: `index at level ${level}`, isUsed: last !== undefined && level >= last }
  })
  const offset = PAGE_BITS + end * indexBits - 1
  return [
    { role: 'upper', high: 63, low: virtBits, held: held(vaddr, 63, virtBits), level: undefined, meaning: upperMeaning(geometry, vaddr), isUsed: true },
    ...indices,
    { role: 'offset', high: offset, low: 0, held: held(vaddr, offset, 0), level: undefined, meaning: isLeaf ? 'offset in the page' : `offset, bits ${bitRange({ high: offset, low: 0 })}`, isUsed: isLeaf },
  ]
}

function upperMeaning(geometry: Geometry, vaddr: bigint): string {
  if (geometry.roots === 1) {
    const sign = `bit ${geometry.virtBits - 1}`
    return geometry.isCanonical(vaddr) ? `copies of ${sign}, as they must be` : `must be copies of ${sign}`
  }
  if (!geometry.isCanonical(vaddr)) return 'must be all 0, or all 1'
  return geometry.rootOf(vaddr) === 0 ? 'all 0: the walk starts at TTBR0' : 'all 1: the walk starts at TTBR1'
}

function held(vaddr: bigint, high: number, low: number): bigint {
  return (vaddr >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n)
}
