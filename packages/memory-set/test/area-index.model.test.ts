/**
 * The index at scale: some 20 000 areas, random operations against a sorted array, the invariants now and then, snapshots
 * on the way, and no node or record left over at the end. What the tree has to get right here is what no small set shows:
 * splits and merges of nodes at several levels, runs over many leaves, sharing with snapshots.
 */
import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MemorySetSnapshot } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { type AreaIndex } from '../src/area-index.ts'
import { AcceptAll } from './support/accept-all.ts'
import { Random } from './support/random.ts'

interface Area {
  readonly start: bigint
  readonly end: bigint
  readonly flags: number
}

/** A set that shows its index. */
class OpenSet extends MemorySet<number, null> {
  get opened(): AreaIndex<number, null, ReturnType<typeof va>> {
    return this.index
  }
}

/** The twin: areas in an array, each question answered from the front of what a bisection finds. */
class SortedAreas {
  areas: Area[] = []

  /** The index of the first area that ends above the address. */
  from(addr: bigint): number {
    let [low, high] = [0, this.areas.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.areas[middle]!.end > addr) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Gives the areas that intersect the range, and where they are. */
  run(start: bigint, end: bigint): { readonly at: number; readonly areas: Area[] } {
    const at = this.from(start)
    let to = at
    while (to < this.areas.length && this.areas[to]!.start < end) to++
    return { at, areas: this.areas.slice(at, to) }
  }

  change(start: bigint, end: bigint, inside: (piece: Area) => Area[], added: readonly Area[] = []): void {
    const { at, areas } = this.run(start, end)
    const pieces = areas.flatMap((area) => [
      ...(area.start < start ? [{ ...area, end: start }] : []),
      ...inside({ start: area.start > start ? area.start : start, end: area.end < end ? area.end : end, flags: area.flags }),
      ...(area.end > end ? [{ ...area, start: end }] : []),
    ])
    const all = [...pieces, ...added].sort((a, b) => (a.start < b.start ? -1 : 1))
    this.areas.splice(at, areas.length, ...all)
  }

  lowest(size: bigint, align: bigint, low: bigint, high: bigint): bigint | undefined {
    let from = low
    for (let i = this.from(low); ; i++) {
      const start = from + (align - (from % align)) % align
      const until = i < this.areas.length && this.areas[i]!.start < high ? this.areas[i]!.start : high
      if (start + size <= until) return start
      if (until === high) return undefined
      from = this.areas[i]!.end > low ? this.areas[i]!.end : low
    }
  }

  highest(size: bigint, align: bigint, low: bigint, high: bigint): bigint | undefined {
    let until = high
    for (let i = this.from(high - 1n); ; i--) {
      const area = this.areas[i]
      if (area !== undefined && area.start < until && area.end >= until) {
        until = area.start
        continue
      }
      if (area !== undefined && area.start >= until) continue
      const from = area !== undefined && area.end > low ? area.end : low
      const start = until - size - ((((until - size) % align) + align) % align)
      if (start >= from) return start
      if (area === undefined || area.start <= low) return undefined
      until = area.start
    }
  }
}

/** Where the areas lie: `unit` bytes a step from `base` on. */
interface Place {
  readonly base: bigint
  readonly unit: bigint
}

class Pair {
  readonly set = new OpenSet({ pageTable: null })
  readonly twin = new SortedAreas()
  readonly #backends = [new AcceptAll(), new AcceptAll()]
  readonly #random: Random
  readonly #place: Place
  readonly #snapshots: { readonly snapshot: MemorySetSnapshot<number, null>; readonly areas: readonly Area[] }[] = []

  constructor(place: Place, seed: number) {
    this.#place = place
    this.#random = new Random(seed)
  }

  map(at: number, length: number, flags: number): void {
    const { start, end } = this.#range(at, length)
    const backend = this.#backends[flags % 2]!
    const isFree = this.twin.run(start, end).areas.length === 0
    const isReplacing = this.#random.chance(3)
    const result = this.set.map(va(start), end - start, flags, backend, { onOverlap: isReplacing ? 'replace' : 'refuse' })
    expect(result.ok).toBe(isFree || isReplacing)
    if (result.ok) this.twin.change(start, end, () => [], [{ start, end, flags }])
  }

  replace(at: number, length: number): void {
    const { start, end } = this.#range(at, length)
    unwrap(this.set.map(va(start), end - start, 1, this.#backends[1]!, { onOverlap: 'replace' }))
    this.twin.change(start, end, () => [], [{ start, end, flags: 1 }])
  }

  unmap(at: number, length: number): void {
    const { start, end } = this.#range(at, length)
    unwrap(this.set.unmap(va(start), end - start))
    this.twin.change(start, end, () => [])
  }

  protect(at: number, length: number, by: number): void {
    const { start, end } = this.#range(at, length)
    const update = (flags: number): number | undefined => ((flags + by) % 3 === 0 ? undefined : (flags + by) % 8)
    unwrap(this.set.protect(va(start), end - start, update))
    // Areas that are left alone are not split: their pieces are put together again.
    const whole = (area: Area): boolean => update(area.flags) === undefined
    const { at: index, areas } = this.twin.run(start, end)
    const pieces = areas.flatMap((area): Area[] => {
      if (whole(area)) return [area]
      const [from, to] = [area.start > start ? area.start : start, area.end < end ? area.end : end]
      return [{ ...area, end: from }, { start: from, end: to, flags: update(area.flags)! }, { ...area, start: to }].filter((piece) => piece.start < piece.end)
    })
    this.twin.areas.splice(index, areas.length, ...pieces)
  }

  queries(limit: number): void {
    const { start, end } = this.#range(this.#random.below(limit), 1 + this.#random.below(50))
    const expected = this.twin.run(start, start + 1n).areas[0]
    expect(this.set.find(va(start))?.start).toBe(expected?.start)
    expect(this.set.overlaps({ start: va(start), end })).toBe(this.twin.run(start, end).areas.length > 0)
    const size = this.#place.unit * BigInt(1 << this.#random.below(6))
    const align = BigInt(1 << this.#random.below(8))
    const range = { start, end: this.#range(limit, 1).end }
    const fits = size % align === 0n
    expect(this.set.findFreeArea(size, { limit: range, align })).toBe(fits ? this.twin.lowest(size, align, range.start, range.end) : undefined)
    const below = { start: this.#place.base, end: start }
    if (start === this.#place.base) return
    expect(this.set.findFreeArea(size, { limit: below, align, direction: 'down' })).toBe(fits ? this.twin.highest(size, align, below.start, below.end) : undefined)
  }

  snapshot(): void {
    if (this.#snapshots.length < 4) this.#snapshots.push({ snapshot: this.set.snapshot(), areas: this.twin.areas.slice() })
    else this.release(this.#random.below(this.#snapshots.length))
  }

  release(which: number): void {
    const [gone] = this.#snapshots.splice(which, 1)
    expectSame(gone!.snapshot, gone!.areas)
    gone!.snapshot.dispose()
  }

  compare(): void {
    expectSame(this.set, this.twin.areas)
    this.set.checkInvariants()
  }

  /** Empties everything and looks for what is left over. */
  end(): void {
    while (this.#snapshots.length > 0) this.release(0)
    this.compare()
    unwrap(this.set.clear())
    this.set.checkInvariants()
    const { store } = this.set.opened
    expect([store.liveNodes, store.forks, this.set.size]).toEqual([1, 0, 0])
  }

  #range(at: number, length: number): { start: bigint; end: bigint } {
    const { base, unit } = this.#place
    return { start: base + BigInt(at) * unit, end: base + BigInt(at + length) * unit }
  }
}

function expectSame(areas: Iterable<Area> & { readonly size: number }, expected: readonly Area[]): void {
  const differing = [...areas].findIndex(({ start, end, flags }, i) => start !== expected[i]?.start || end !== expected[i].end || flags !== expected[i].flags)
  expect({ size: areas.size, differing }).toEqual({ size: expected.length, differing: -1 })
}

const PLACES: readonly (readonly [string, Place])[] = [
  ['pages, whose bounds doubles hold', { base: 0n, unit: 0x1000n }],
  ['odd bytes around 2^63, whose bounds they do not', { base: 2n ** 63n - 500_001n, unit: 13n }],
]

describe.each(PLACES)('an index of %s', (_, place) => {
  const COUNT = 20_000

  it.each(['ascending', 'descending', 'inside out', 'random'] as const)('filled %s and emptied in another order', (order) => {
    const pair = new Pair(place, 7)
    const random = new Random(99)
    const positions = Array.from({ length: COUNT / 4 }, (_, i) => i * 2)
    const shuffle = (): number[] => {
      const shuffled = positions.slice()
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = random.below(i + 1)
        ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
      }
      return shuffled
    }
    const filled = {
      'ascending': () => positions,
      'descending': () => positions.toReversed(),
      'inside out': () => positions.toSorted((a, b) => Math.abs(a - COUNT / 4) - Math.abs(b - COUNT / 4)),
      'random': shuffle,
    }[order]()
    for (const at of filled) pair.map(at, 1, at % 5)
    pair.compare()
    expect(pair.set.size).toBe(COUNT / 4)
    const emptied = order === 'random' ? positions : shuffle()
    for (const [i, at] of emptied.entries()) {
      pair.unmap(at, 1)
      if (i % 1000 === 0) pair.compare()
    }
    expect([pair.set.size, pair.set.opened.store.liveNodes]).toEqual([0, 1])
    pair.end()
  })

  it.each(['ascending', 'descending'] as const)('that grows %s is packed densely', (order) => {
    const pair = new Pair(place, 3)
    for (let i = 0; i < 5000; i++) pair.map(order === 'ascending' ? i * 2 : 10_000 - i * 2, 1, 0)
    // 157 leaves of 32 areas, 5 inner nodes of 32 children, a root.
    expect(pair.set.opened.store.liveNodes).toBeLessThan(180)
    pair.end()
  })

  it('that has shrunk is small and low again', () => {
    const pair = new Pair(place, 3)
    // 1125 leaves of 32 areas: more than the 32 × 32 below two levels of inner nodes.
    const count = 36_000
    for (let i = 0; i < count; i++) pair.map(i * 2, 1, 0)
    expect(pair.set.opened.height).toBe(3)
    for (let i = 0; i < count; i++) if (i % 900 !== 0) pair.unmap(i * 2, 1)
    expect(pair.set.size).toBe(40)
    expect(pair.set.opened.height).toBe(1)
    expect(pair.set.opened.store.liveNodes).toBeLessThan(10)
    pair.compare()
    pair.end()
  })

  it('of 20 000 areas does what a sorted array does', () => {
    const pair = new Pair(place, 12345)
    const random = new Random(54321)
    const limit = COUNT * 3
    for (let i = 0; i < COUNT; i++) pair.map(i * 3, 1 + random.below(3), random.below(8))
    pair.compare()
    expect(pair.set.size).toBe(COUNT)
    for (let step = 0; step < 12_000; step++) {
      const at = random.below(limit - 4000)
      const length = random.chance(40) ? 1 + random.below(3000) : 1 + random.below(6)
      const kind = random.below(10)
      if (kind < 4) pair.map(at, length, random.below(8))
      // Long runs are taken out rarely, or the set would be empty soon.
      else if (kind < 6) pair.unmap(at, random.chance(8) ? length : Math.min(length, 4))
      else if (kind < 8) pair.protect(at, length, random.below(8))
      else pair.queries(limit)
      if (random.chance(150)) pair.snapshot()
      if (step % 1000 === 0) pair.compare()
    }
    expect(pair.set.size).toBeGreaterThan(5000)
    pair.end()
  })

  it('puts one area in the place of a run over two or three leaves, and knows the gaps that are left', () => {
    // Wrong before: where the leaves of the run became one, gaps under the new area still counted.
    // Filled from both ends, so that leaves are half full.
    const places = Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? i / 2 : 63 - (i - 1) / 2))
    for (let from = 0; from < 64; from++) {
      for (let to = from + 1; to < 64; to += 5) {
        const pair = new Pair(place, 11)
        for (const i of places) pair.map(i * 8 + ((i * 5) % 7), 1, 0)
        pair.replace(from * 8 + 1, (to - from) * 8)
        pair.set.checkInvariants()
      }
    }
  })

  it('keeps what snapshots share when large runs go', () => {
    const pair = new Pair(place, 77)
    for (let i = 0; i < COUNT; i++) pair.map(i * 2, 1, i % 7)
    for (let round = 0; round < 8; round++) {
      pair.snapshot()
      pair.unmap(round * 4000 + 17, 3001)
      pair.protect(round * 4000 + 3100, 600, round)
      pair.map(round * 4000 + 100, 1500, round)
    }
    pair.compare()
    pair.end()
  })

  it('goes back from a transaction to every node it had', () => {
    const pair = new Pair(place, 5)
    for (let i = 0; i < COUNT / 4; i++) pair.map(i * 2, 1, i % 7)
    const { store } = pair.set.opened
    const before = store.liveNodes
    for (let round = 0; round < 20; round++) {
      const back = new Error('back')
      try {
        unwrap(pair.set.transaction(() => {
          unwrap(pair.set.unmap(va(place.base + place.unit * BigInt(round * 300)), place.unit * 2000n))
          unwrap(pair.set.protect(va(place.base), place.unit * 3000n, (flags) => flags + 1))
          throw back
        }))
      } catch (error) {
        expect(error).toBe(back)
      }
      expect(store.liveNodes).toBe(before)
    }
    pair.compare()
    pair.end()
  })
})
