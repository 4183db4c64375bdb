// What a run found out, as it is saved.

/** How one contender answered one question about one subject at one size. */
export interface Measurement {
  readonly question: string
  /** `set`, or the name of a machine. */
  readonly subject: string
  readonly size: number
  readonly contender: string
  readonly unit: string
  /** Of the medians of all slices, in the unit. */
  readonly median: number
  /** The least and the largest median of a slice. */
  readonly low: number
  readonly high: number
}

export interface SavedResult {
  readonly date: string
  readonly machine: Readonly<Record<string, string | number>>
  readonly versions: Readonly<Record<string, string>>
  /** Whole runs, one after the other. */
  readonly runs: readonly (readonly Measurement[])[]
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** What a contender of a run answered, or undefined if it was not asked. */
export function medianOf(run: readonly Measurement[], question: string, subject: string, size: number, contender: string): number | undefined {
  return run.find((item) => item.question === question && item.subject === subject && item.size === size && item.contender === contender)?.median
}

/** The run to show where one is shown: that in the middle of the list. Ratios only count within one. */
export function middleRun({ runs }: SavedResult): readonly Measurement[] {
  return runs[runs.length >> 1]!
}
