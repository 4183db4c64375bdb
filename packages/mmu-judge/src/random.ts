// Random numbers that depend on a seed alone, so that whatever was found can be found again.

/** A stream of numbers: sfc32, a small generator with 128 bits of state. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter: number

  constructor(seed: number) {
    this.#a = seed | 0
    this.#b = Math.trunc(seed / 2 ** 32) | 0
    this.#c = 0x9e3779b9 | 0
    this.#counter = 1
    for (let i = 0; i < 16; i++) this.bits()
  }

  /** 32 bits, unsigned. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    return Math.floor((this.bits() / 2 ** 32) * end)
  }

  /** A word in [0, end). */
  wordBelow(end: bigint): bigint {
    return end === 0n ? 0n : this.word() % end
  }

  word(): bigint {
    return (BigInt(this.bits()) << 32n) | BigInt(this.bits())
  }

  chance(probability: number): boolean {
    return this.bits() < probability * 2 ** 32
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }
}
