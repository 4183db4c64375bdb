/**
 * What follows from the numbers of a manifest: spans, halves, places to put things, and what a greedy choice of leaves
 * comes to. Deliberately dumb: bigints and loops.
 */

import type { PageTableManifest } from './subject.ts'

export const PAGE: bigint = 0x1000n
export const SPACE: bigint = 1n << 64n

/** A leaf by its place. */
export interface LeafPlace {
  readonly start: bigint
  readonly level: number
}

export class Shape {
  readonly manifest: PageTableManifest
  /** Levels above 0 at which leaves may stand. */
  readonly hugeLevels: readonly number[]
  readonly entries: number
  /** Exclusive end of the lower half, and start of the upper one. */
  readonly lowerEnd: bigint
  readonly upperStart: bigint

  constructor(manifest: PageTableManifest) {
    const { levels, indexBits, halves, leafLevels } = manifest
    this.manifest = manifest
    this.hugeLevels = leafLevels.filter((level) => level > 0)
    this.entries = 2 ** indexBits
    const bits = 12 + levels * indexBits
    this.lowerEnd = 1n << BigInt(halves === 'two-roots' ? bits : bits - 1)
    this.upperStart = SPACE - this.lowerEnd
  }

  get top(): number {
    return this.manifest.levels - 1
  }

  /** Bytes that an entry of a level spans. */
  span(level: number): bigint {
    return PAGE << BigInt(level * this.manifest.indexBits)
  }

  /** The level whose leaves have this size; -1 if there is none. */
  levelOf(size: bigint): number {
    return this.manifest.leafLevels.find((level) => this.span(level) === size) ?? -1
  }

  /** A place in the lower half for leaves of a level: an entry with its own index, below entries with other ones. */
  home(level: number): bigint {
    let at = 5n * this.span(level)
    for (let above = level + 1; above <= this.top; above++) at += 3n * this.span(above)
    return at
  }

  /** The same in the upper half. */
  upperHome(level: number): bigint {
    return this.upperStart + this.home(level)
  }

  /** A frame for a leaf of a level, different for each number from 0 to 7. */
  frame(level: number, number = 0): bigint {
    return BigInt(7 + number) * this.span(level)
  }

  isCanonical(vaddr: bigint): boolean {
    return vaddr < this.lowerEnd || vaddr >= this.upperStart
  }

  index(vaddr: bigint, level: number): number {
    return Number((vaddr / this.span(level)) % BigInt(this.entries))
  }

  rootOf(vaddr: bigint): 0 | 1 {
    return this.manifest.halves === 'two-roots' && vaddr >= this.upperStart ? 1 : 0
  }

  /** The leaves that taking the largest that fits gives, one after the other. */
  largestLeaves(vaddr: bigint, size: bigint, paddr: bigint): LeafPlace[] {
    const places: LeafPlace[] = []
    for (let done = 0n; done < size; ) {
      const level = this.manifest.leafLevels.findLast((candidate) => {
        const span = this.span(candidate)
        return (vaddr + done) % span === 0n && (paddr + done) % span === 0n && done + span <= size
      })!
      places.push({ start: vaddr + done, level })
      done += this.span(level)
    }
    return places
  }

  /** How many tables it takes to hold leaves, roots included. O(tables). */
  tablesFor(leaves: Iterable<{ readonly start: bigint; readonly size: bigint; readonly leafSize: bigint }>): number {
    const tables = new Set<string>()
    for (const { start, size, leafSize } of leaves) {
      for (let level = this.levelOf(leafSize); level < this.top; level++) {
        const span = this.span(level + 1)
        for (let at = start - (start % span); at < start + size; at += span) tables.add(`${level} ${at}`)
      }
    }
    return tables.size + (this.manifest.halves === 'two-roots' ? 2 : 1)
  }
}
