// The page table of the mock: which flags every byte of the address space has, kept as runs of
// equal flags, so that 2^47 bytes cost what one does. Flags are numbers; unmapped is no number,
// so 0 is a value like any other.

/** Bytes [start, end) with the same flags; runs are maximal, ordered and disjoint. */
export interface MockRun {
  /** The first byte. */
  readonly start: bigint
  /** Exclusive, up to 2^64. */
  readonly end: bigint
  /** Any number; 0 is a value like any other. */
  readonly flags: number
}

/**
 * A page table that is nothing but runs of flags: byte-granular, without frames, and unable to roll back. Where nothing
 * is said, an operation costs O(log runs + runs touched).
 */
export class MockPageTable {
  readonly #runs: MockRun[] = []

  /** The runs in address order: a view that goes on changing with the table, so copy it to keep it. */
  get runs(): readonly MockRun[] {
    return this.#runs
  }

  /** The flags of one byte, or undefined where nothing is mapped. O(log runs). */
  flagsAt(addr: bigint): number | undefined {
    const run = this.#runs[this.#firstEndingAbove(addr)]
    return run !== undefined && run.start <= addr ? run.flags : undefined
  }

  /** Whether every byte of [start, end) is mapped. */
  isMapped(start: bigint, end: bigint): boolean {
    let covered = start
    for (let i = this.#firstEndingAbove(start); covered < end; i++) {
      const run = this.#runs[i]
      if (run === undefined || run.start > covered) return false
      covered = run.end
    }
    return true
  }

  /** Whether no byte of [start, end) is mapped. */
  isUnmapped(start: bigint, end: bigint): boolean {
    if (start >= end) return true
    const run = this.#runs[this.#firstEndingAbove(start)]
    return run === undefined || run.start >= end
  }

  /** Gives every byte of [start, end) these flags, or unmaps it; nothing is checked. */
  write(start: bigint, end: bigint, flags: number | undefined): void {
    if (start >= end) return
    // Runs that only touch the range are taken too, so that equal ones can be joined.
    const from = this.#first((run) => run.end >= start)
    const to = this.#first((run) => run.start > end)
    const touched = this.#runs.slice(from, to)
    const before = touched.filter((run) => run.start < start).map((run) => ({ ...run, end: run.end < start ? run.end : start }))
    const after = touched.filter((run) => run.end > end).map((run) => ({ ...run, start: run.start > end ? run.start : end }))
    const middle = flags === undefined ? [] : [{ start, end, flags }]
    this.#runs.splice(from, touched.length, ...joined([...before, ...middle, ...after]))
  }

  /** One run a line, as in `0x1000-0x3000 7`. */
  toString(): string {
    return this.#runs.map((run) => `0x${run.start.toString(16)}-0x${run.end.toString(16)} ${String(run.flags)}`).join('\n')
  }

  #firstEndingAbove(addr: bigint): number {
    return this.#first((run) => run.end > addr)
  }

  /** The index of the first run for which this holds; it has to hold for all runs behind that one. */
  #first(holds: (run: MockRun) => boolean): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (holds(this.#runs[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Makes runs maximal: adjacent ones of equal flags become one. */
function joined(runs: readonly MockRun[]): MockRun[] {
  const result: MockRun[] = []
  for (const run of runs) {
    const last = result.at(-1)
    if (last !== undefined && last.end === run.start && last.flags === run.flags) result[result.length - 1] = { ...last, end: run.end }
    else result.push(run)
  }
  return result
}
