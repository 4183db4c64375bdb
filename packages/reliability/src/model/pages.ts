// What a twin knows of the pages of its window: which of those on demand were touched, which frame
// each page was seen to have, so that it keeps it, and what was written there.

/** No frame was seen yet. */
export const UNKNOWN = -1

export class Pages {
  readonly count: number
  readonly #touched: Uint8Array
  /** The frame that a page has had since it was mapped, or `UNKNOWN`; written by whoever looks. */
  readonly frames: Float64Array
  /** What was written to each page's frame. */
  readonly values: Int32Array

  constructor(count: number) {
    this.count = count
    this.#touched = new Uint8Array(count)
    this.frames = new Float64Array(count).fill(UNKNOWN)
    this.values = new Int32Array(count)
  }

  copy(): Pages {
    const copy = new Pages(this.count)
    copy.#touched.set(this.#touched)
    copy.frames.set(this.frames)
    copy.values.set(this.values)
    return copy
  }

  isTouched(page: number): boolean {
    return this.#touched[page] === 1
  }

  touch(page: number): void {
    this.#touched[page] = 1
  }

  /** Pages [start, end) are mapped anew, or not at all any more. */
  forget(start: number, end: number): void {
    this.#touched.fill(0, start, end)
    this.frames.fill(UNKNOWN, start, end)
    this.values.fill(0, start, end)
  }
}
