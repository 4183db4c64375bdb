/** A hash of everything that was answered, the same in all contenders that answer the same. */
export class Checksum {
  #hash = 0x811c_9dc5

  word(word: number): void {
    this.#hash = Math.imul(this.#hash ^ word, 0x0100_0193)
  }

  long(value: bigint): void {
    this.word(Number(value & 0xffff_ffffn))
    this.word(Number(BigInt.asUintN(32, value >> 32n)))
  }

  toString(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }
}
