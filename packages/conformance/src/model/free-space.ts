/**
 * The dumb finder of free space: tries every start, one after the other. All numbers are granules.
 */

/** An area with the clear space it asks for on both sides. */
export interface Taken {
  readonly start: number
  readonly end: number
  readonly below: number
  readonly above: number
}

/** What is looked for; the same words as the set's options. */
export interface FreeQuery {
  readonly size: number
  readonly hint?: number
  readonly limit: { readonly start: number; readonly end: number }
  readonly align: number
  readonly alignOffset: number
  readonly direction: 'up' | 'down'
  readonly gap: { readonly below: number; readonly above: number }
}

/**
 * Finds the start that a set must find, or undefined. `origin` is what granule 0 is modulo every alignment in use, in
 * granules. O(limit × areas).
 */
export function findFreeByTrying(areas: readonly Taken[], query: FreeQuery, origin = 0): number | undefined {
  const { size, limit, align, alignOffset, direction, hint } = query
  if (size === 0 || size % align !== 0) return undefined
  const isWanted = (start: number): boolean => {
    const rest = (start + origin - alignOffset) % align
    return rest === 0 && isClear(areas, query, start)
  }
  if (direction === 'up') {
    for (let start = Math.max(limit.start, hint ?? limit.start); start + size <= limit.end; start++) {
      if (isWanted(start)) return start
    }
  } else {
    for (let start = Math.min(limit.end, hint ?? limit.end) - size; start >= limit.start; start--) {
      if (isWanted(start)) return start
    }
  }
  return undefined
}

function isClear(areas: readonly Taken[], { size, gap }: FreeQuery, start: number): boolean {
  return areas.every((area) => {
    const clearBelow = Math.max(gap.below, area.above)
    const clearAbove = Math.max(gap.above, area.below)
    return area.end + clearBelow <= start || start + size + clearAbove <= area.start
  })
}
