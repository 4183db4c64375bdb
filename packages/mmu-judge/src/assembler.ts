// Collects machine code with labels. It knows no machine: an instruction is either bytes, or a
// function that makes them once it is known how far away its label is.

/** Makes an instruction, given the distance in bytes from its own start to the label. */
export type Branch = (distance: number) => readonly number[]

interface Pending {
  readonly at: number
  readonly label: string
  readonly branch: Branch
}

export class Assembler {
  readonly #bytes: number[]
  readonly #labels: Map<string, number>
  readonly #pending: Pending[]

  constructor() {
    this.#bytes = []
    this.#labels = new Map()
    this.#pending = []
  }

  /** Bytes emitted so far. */
  get length(): number {
    return this.#bytes.length
  }

  /** Appends instructions. */
  emit(...instructions: readonly (readonly number[])[]): this {
    for (const bytes of instructions) this.#bytes.push(...bytes)
    return this
  }

  /** Names the place of the next instruction. */
  label(name: string): this {
    if (this.#labels.has(name)) throw new RangeError(`"name" must be new, got ${name}`)
    this.#labels.set(name, this.#bytes.length)
    return this
  }

  /** Appends an instruction that refers to a label, which may come later. */
  to(label: string, branch: Branch): this {
    this.#pending.push({ at: this.#bytes.length, label, branch })
    // Its length does not depend on the distance.
    this.#bytes.push(...branch(0))
    return this
  }

  /** Appends zeros up to an offset. */
  padTo(offset: number): this {
    if (offset < this.#bytes.length) throw new RangeError(`"offset" must be at least ${String(this.#bytes.length)}, got ${String(offset)}`)
    while (this.#bytes.length < offset) this.#bytes.push(0)
    return this
  }

  /** The offset of a label. */
  offsetOf(label: string): number {
    const offset = this.#labels.get(label)
    if (offset === undefined) throw new RangeError(`"label" must exist, got ${label}`)
    return offset
  }

  /** The code, every label resolved. */
  finish(): Uint8Array {
    const code = Uint8Array.from(this.#bytes)
    for (const { at, label, branch } of this.#pending) code.set(branch(this.offsetOf(label) - at), at)
    return code
  }
}

/** The bytes of an instruction of 32 bits, lowest first. */
export function instruction(word: number): readonly number[] {
  return [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, (word >>> 24) & 0xff]
}
