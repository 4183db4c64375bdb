/**
 * The dense twin of a set: one cell per byte of a small window of the address space, and every question answered by looking
 * at all of them. It knows nothing of areas as objects: an area is what lies between two borders.
 */
export interface TwinArea {
  readonly start: number
  readonly end: number
  readonly flags: number
  readonly backend: number
  readonly below: number
  readonly above: number
}

/** A search for free space, in positions of the window. */
export interface TwinSearch {
  readonly size: number
  readonly low: number
  readonly high: number
  readonly direction: 'up' | 'down'
  readonly gapBelow: number
  readonly gapAbove: number
  /** Whether a position is aligned as asked. */
  readonly isAligned: (position: number) => boolean
}

const UNMAPPED = -1

export class DenseTwin {
  readonly width: number
  readonly isMerging: boolean
  /** By byte: flags, or UNMAPPED; which backend; the guard of an area that starts here, resp. ends behind here. */
  readonly flags: Int32Array
  readonly #backends: Int32Array
  readonly #below: Int32Array
  readonly #above: Int32Array
  /** Whether a border lies in front of a byte; in a set that merges, only those between unlike bytes count. */
  readonly #borders: Uint8Array

  constructor(width: number, isMerging: boolean, other?: DenseTwin) {
    this.width = width
    this.isMerging = isMerging
    this.flags = other?.flags.slice() ?? new Int32Array(width).fill(UNMAPPED)
    this.#backends = other === undefined ? new Int32Array(width) : other.#backends.slice()
    this.#below = other === undefined ? new Int32Array(width) : other.#below.slice()
    this.#above = other === undefined ? new Int32Array(width) : other.#above.slice()
    this.#borders = other === undefined ? new Uint8Array(width + 1) : other.#borders.slice()
  }

  copy(): DenseTwin {
    return new DenseTwin(this.width, this.isMerging, this)
  }

  isMapped(position: number): boolean {
    return this.flags[position] !== undefined && this.flags[position] !== UNMAPPED
  }

  /** Whether an area begins or ends in front of this byte; both sides must be mapped for it to be a cut otherwise. */
  isInside(position: number): boolean {
    return position > 0 && this.isMapped(position - 1) && this.isMapped(position) && !this.#isBorder(position)
  }

  backendAt(position: number): number {
    return this.#backends[position]!
  }

  areas(): TwinArea[] {
    const areas: TwinArea[] = []
    for (let start = 0, end: number; start < this.width; start = end) {
      for (end = start + 1; end < this.width && this.isMapped(start) && this.isInside(end); ) end++
      if (!this.isMapped(start)) continue
      areas.push({ start, end, flags: this.flags[start]!, backend: this.#backends[start]!, below: this.#below[start]!, above: this.#above[end - 1]! })
    }
    return areas
  }

  write(start: number, end: number, flags: number, backend: number, below: number, above: number): void {
    this.remove(start, end)
    this.flags.fill(flags, start, end)
    this.#backends.fill(backend, start, end)
    this.#below[start] = below
    this.#above[end - 1] = above
    this.#borders[start] = this.#borders[end] = 1
  }

  remove(start: number, end: number): void {
    this.flags.fill(UNMAPPED, start, end)
    this.#below.fill(0, start, end)
    this.#above.fill(0, start, end)
    this.#borders.fill(0, start + 1, end)
  }

  /** New flags for one piece of an area. */
  repaint(start: number, end: number, flags: number): void {
    this.flags.fill(flags, start, end)
    this.#borders[start] = this.#borders[end] = 1
  }

  /** The fit that a search has to find, by trying every position. */
  findFree({ size, low, high, direction, gapBelow, gapAbove, isAligned }: TwinSearch): number | undefined {
    if (size === 0) return undefined
    const fits = (start: number): boolean => {
      if (start < low || start + size > high || !isAligned(start)) return false
      for (let at = start; at < start + size; at++) if (this.isMapped(at)) return false
      let left = start - 1
      while (left >= 0 && !this.isMapped(left)) left--
      if (left >= 0 && start - (left + 1) < Math.max(gapBelow, this.#above[left]!)) return false
      let right = start + size
      while (right < this.width && !this.isMapped(right)) right++
      return right >= this.width || right - (start + size) >= Math.max(gapAbove, this.#below[right]!)
    }
    const positions = Array.from({ length: this.width + 1 }, (_, i) => (direction === 'up' ? i : this.width - i))
    return positions.find(fits)
  }

  #isBorder(position: number): boolean {
    if (!this.isMerging) return this.#borders[position] === 1
    const [left, right] = [position - 1, position]
    const isAlike = this.flags[left] === this.flags[right] && this.#backends[left] === this.#backends[right]
    return !isAlike || this.#above[left]! > 0 || this.#below[right]! > 0
  }
}
