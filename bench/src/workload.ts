// The seeded workload. native/src/workload.rs makes the same one, number by number: the checksums of all
// contenders are compared, so that a difference shows.
import { va, type VirtAddr } from '@addrspace/memory-addr'

export const PAGE = 4096n

const USER_START = 0x40_0000n
const KERNEL_START = 0xffff_8000_0000_0000n
const JUMP = 1n << 24n

/** A linear congruential generator of which the upper bits are used. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** An integer in [0, n), for n up to 2^20. */
  below(n: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * n)
  }
}

/** Where an area is to lie. */
export interface Place {
  readonly start: VirtAddr
  readonly size: bigint
  readonly flags: number
}

/** Areas of 1 to 32 pages, gaps of 1 to 8, a jump every 64 areas; the last eighth in the upper half. */
export function layOut(count: number, random: Random): Place[] {
  const places: Place[] = []
  const upper = Math.floor((count * 7) / 8)
  let at = USER_START
  for (let i = 0; i < count; i++) {
    if (i === upper) at = KERNEL_START
    at += BigInt(1 + random.below(8)) * PAGE
    if (i % 64 === 63) at += JUMP
    const size = BigInt(1 + random.below(32)) * PAGE
    places.push({ start: va(at), size, flags: random.below(8) })
    at += size
  }
  return places
}

/** The page in the middle; strictly inside from 3 pages on. */
export function middleOf({ start, size }: Place): VirtAddr {
  return va(start + (size / (2n * PAGE)) * PAGE)
}

/** The first address behind. */
export function endOf({ start, size }: Place): bigint {
  return start + size
}

/** Addresses, in 7 of 8 cases within an area, at any byte. */
export function addressesFor(places: readonly Place[], random: Random): VirtAddr[] {
  const count = places.length >= 100_000 ? 2 ** 18 : 2 ** 14
  return Array.from({ length: count }, () => {
    const { start, size } = places[random.below(places.length)]!
    const inside = random.below(Number(size))
    const hits = random.below(8) !== 0
    return va(hits ? start + BigInt(inside) : start - 1n)
  })
}

/** `count` different areas that `fits` accepts, in random order; fewer if there are fewer. */
export function choose(places: readonly Place[], count: number, random: Random, fits: (place: Place) => boolean): Place[] {
  const chosen = places.filter(fits)
  for (let i = chosen.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const other = chosen[j]!
    chosen[j] = chosen[i]!
    chosen[i] = other
  }
  return chosen.slice(0, count)
}

/**
 * How many areas are cut before the cuts are mended: few enough that the set stays about its size,
 * enough that the clock does not count.
 */
export function cutsAtOnce(count: number): number {
  return Math.min(Math.max(Math.floor(count / 8), 16), 4096)
}

/** How many operations the checksum is taken of: less where one of them walks a million areas. */
export function checkedOperations(count: number): number {
  return count >= 1_000_000 ? 16 : count >= 100_000 ? 64 : 512
}
