/**
 * Makes a failing list short enough to read.
 */

/**
 * Leaves out items as long as the rest still fails: long runs of them first, then one after the other, until none can go.
 * O(n log n) tries for a list of which little is needed, O(n²) at most.
 */
export function shorten<T>(items: readonly T[], stillFails: (fewer: readonly T[]) => boolean): readonly T[] {
  let shortest = items
  for (let size = items.length >> 1; size > 1; size >>= 1) shortest = withoutRuns(shortest, size, stillFails)
  for (;;) {
    const fewer = withoutRuns(shortest, 1, stillFails)
    if (fewer.length === shortest.length) return shortest
    shortest = fewer
  }
}

/** Leaves out runs of this many items, last first. */
function withoutRuns<T>(items: readonly T[], size: number, stillFails: (fewer: readonly T[]) => boolean): readonly T[] {
  let shortest = items
  for (let start = items.length - size; start > -size; start -= size) {
    const fewer = shortest.filter((_, at) => at < start || at >= start + size)
    if (stillFails(fewer)) shortest = fewer
  }
  return shortest
}
