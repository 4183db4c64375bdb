/**
 * The dumb twin of a page table: what each address means, as a plain list of runs in address order. It knows no leaves
 * and no tables.
 */

/** Addresses [start, end) that mean [paddr, …) with the same flags. */
export interface MeaningRun {
  readonly start: bigint
  readonly end: bigint
  readonly paddr: bigint
  readonly flags: string
}

export class SpaceModel {
  #runs: MeaningRun[] = []

  /** In address order; neighbours that continue each other are one. */
  runs(): readonly MeaningRun[] {
    return joinRuns(this.#runs)
  }

  at(vaddr: bigint): MeaningRun | undefined {
    return this.#runs.find(({ start, end }) => start <= vaddr && vaddr < end)
  }

  isFree(start: bigint, end: bigint): boolean {
    return this.within(start, end).length === 0
  }

  isFull(start: bigint, end: bigint): boolean {
    return this.within(start, end).reduce((sum, run) => sum + run.end - run.start, 0n) === end - start
  }

  /** The runs in [start, end), cut to it. */
  within(start: bigint, end: bigint): readonly MeaningRun[] {
    return this.#runs.flatMap((run) => cut(run, start, end))
  }

  map(start: bigint, end: bigint, paddr: bigint, flags: string): void {
    this.unmap(start, end)
    this.#runs.push({ start, end, paddr, flags })
    this.#runs.sort((a, b) => (a.start < b.start ? -1 : 1))
  }

  unmap(start: bigint, end: bigint): void {
    this.#runs = this.#runs.flatMap((run) => [...cut(run, 0n, start), ...cut(run, end, run.end)])
  }

  protect(start: bigint, end: bigint, flags: string): void {
    for (const run of this.within(start, end)) this.map(run.start, run.end, run.paddr, flags)
  }

  copy(): SpaceModel {
    const copy = new SpaceModel()
    copy.#runs = [...this.#runs]
    return copy
  }
}

function cut(run: MeaningRun, from: bigint, to: bigint): MeaningRun[] {
  const start = run.start > from ? run.start : from
  const end = run.end < to ? run.end : to
  return start < end ? [{ start, end, paddr: run.paddr + (start - run.start), flags: run.flags }] : []
}

/** Joins neighbours that continue each other. */
export function joinRuns(runs: Iterable<MeaningRun>): MeaningRun[] {
  const joined: MeaningRun[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    const continues = last?.end === run.start && last.paddr + (last.end - last.start) === run.paddr && last.flags === run.flags
    if (last !== undefined && continues) joined[joined.length - 1] = { ...last, end: run.end }
    else joined.push(run)
  }
  return joined
}
