// A set of frames as bits, in pieces of 1 GiB of memory each: 32 KiB where there is one at all.

const PIECE = 2 ** 18

export class FrameSet {
  readonly #pieces = new Map<number, Uint32Array>()

  /** Whether all of `count` frames from `first` on are in it. */
  hasAll(first: number, count: number): boolean {
    // Asked for every table that is taken; most often there is no page at all.
    if (this.#pieces.size === 0) return count === 0
    for (let frame = first; frame < first + count; frame++) {
      const at = frame % PIECE
      if (((this.#pieces.get(Math.floor(frame / PIECE))?.[at >>> 5] ?? 0) & (1 << (at & 31))) === 0) return false
    }
    return true
  }

  add(first: number, count: number): void {
    for (let frame = first; frame < first + count; frame++) {
      const at = frame % PIECE
      const key = Math.floor(frame / PIECE)
      let piece = this.#pieces.get(key)
      if (piece === undefined) this.#pieces.set(key, (piece = new Uint32Array(PIECE / 32)))
      piece[at >>> 5]! |= 1 << (at & 31)
    }
  }

  delete(first: number, count: number): void {
    for (let frame = first; frame < first + count; frame++) {
      const at = frame % PIECE
      const piece = this.#pieces.get(Math.floor(frame / PIECE))
      if (piece !== undefined) piece[at >>> 5]! &= ~(1 << (at & 31))
    }
  }
}
