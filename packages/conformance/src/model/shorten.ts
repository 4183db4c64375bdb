/**
 * Makes a failing list short enough to read.
 */

/** Leaves out items, one after the other, as long as the rest still fails. O(n²) runs. */
export function shorten<T>(items: readonly T[], stillFails: (fewer: readonly T[]) => boolean): readonly T[] {
  let shortest = items
  for (let index = items.length - 1; index >= 0; index--) {
    const fewer = shortest.filter((_, at) => at !== index)
    if (stillFails(fewer)) shortest = fewer
  }
  return shortest
}
