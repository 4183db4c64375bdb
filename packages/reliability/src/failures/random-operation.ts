/** Operations at random, where they meet each other: around the borders of pages, tables and huge leaves. */

import type { Random } from '@addrspace/conformance/model'
import { va, type VirtAddr } from '@addrspace/memory-addr'

import type { Operation } from '../worlds/operation.ts'
import type { Backing, World } from '../worlds/world.ts'

/** Units near the middle that are starts and ends. */
const NEAR = 8
/** Where leaves of one level up begin, on the real machines. */
const HUGE_UNITS = 512
/** What allocates at once is not larger, most of the time. */
const MOST_EAGER = 20n

export class RandomOperations {
  readonly #random: Random
  readonly #points: readonly bigint[]
  readonly #world: World

  constructor(random: Random, world: World) {
    this.#random = random
    this.#world = world
    const { window: { start, end }, unit } = world
    const middle = (start + end) / 2n
    const near = Array.from({ length: 2 * NEAR + 1 }, (_, i) => i - NEAR)
    const far = [-1024, -513, -512, -511, 511, 512, 513, 1024].filter((at) => Math.abs(at) > NEAR)
    const inToy = near.map((at) => 2 * at).filter((at) => Math.abs(at) > NEAR)
    const hasHuge = end - start > 2n * BigInt(HUGE_UNITS) * unit
    this.#points = [...near, ...(hasHuge && world.machine !== undefined ? far : inToy)].map((at) => middle + BigInt(at) * unit).sort((a, b) => (a < b ? -1 : 1))
  }

  /** One operation, or several as one. */
  next(depth = 0): Operation {
    const random = this.#random
    if (depth < 2 && random.oneIn(8)) {
      const operations = Array.from({ length: random.between(1, 4) }, () => this.next(depth + 1))
      return { verb: 'transaction', operations, outcome: random.oneIn(4) ? random.pick(['refuse', 'throw']) : 'commit' }
    }
    const place = this.#place()
    const flags = this.#flags()
    switch (random.below(16)) {
      case 0:
        return random.oneIn(3) ? { verb: 'clear' } : { verb: 'unmap', ...place }
      case 1: case 2: case 3:
        return { verb: 'unmap', ...place }
      case 4: case 5: case 6: case 7: {
        const mask = random.oneIn(3) ? { mask: random.pick([1, 2, 3, 8]) } : {}
        return { verb: 'protect', ...place, flags, ...mask, holes: random.oneIn(4) ? 'refuse' : 'skip' }
      }
      case 8: case 9:
        return { verb: 'fault', start: va(this.#point()), access: random.pick(['read', 'write', 'exec']) }
      default:
        return this.#map(place, flags)
    }
  }

  #map(place: { start: VirtAddr; size: bigint }, flags: number): Operation {
    const random = this.#random
    const { backends, unit, machine } = this.#world
    const kinds = [...backends.keys()]
    let backing = kinds[random.below(kinds.length)]!
    const isLarge = place.size > MOST_EAGER * unit
    if (machine !== undefined && isLarge && !random.oneIn(16)) backing = random.pick<Backing>(['linear', 'linear', 'demand'])
    const guard = random.oneIn(8) ? { guard: unit * BigInt(random.between(1, 3)) } : {}
    return { verb: 'map', ...place, backing, flags, onOverlap: random.oneIn(3) ? 'refuse' : 'replace', ...guard }
  }

  #flags(): number {
    const { flags } = this.#world
    return flags[this.#random.below(flags.length)]!
  }

  #place(): { start: VirtAddr; size: bigint } {
    const a = this.#point()
    const b = this.#point()
    const start = a < b ? a : b
    const size = a < b ? b - a : a - b
    // Now and then nothing, or what no page is.
    if (size > 0n || this.#random.oneIn(8)) return { start: va(start), size }
    return { start: va(start), size: this.#world.unit * BigInt(this.#random.between(1, 6)) }
  }

  #point(): bigint {
    return this.#points[this.#random.below(this.#points.length)]!
  }
}
