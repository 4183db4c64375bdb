/**
 * A small seeded generator, so that the suite needs no library and a failure repeats from its seed.
 */

/** A stream of pseudo-random choices; equal seeds give equal streams. */
export class Random {
  #state: number

  /** `seed` is any number; its low 32 bits count. */
  constructor(seed: number) {
    // A xorshift generator must not start at 0.
    this.#state = (seed ^ 0x9e37_79b9) | 0 || 1
    for (let round = 0; round < 8; round++) this.#step()
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    return (this.#step() >>> 0) % bound
  }

  /** An integer in [low, high], both inclusive. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** True once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0
  }

  /** One of the choices. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0]
  }

  #step(): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state
    return state
  }
}
