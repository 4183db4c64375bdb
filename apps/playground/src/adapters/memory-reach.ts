/** Where memory may lie: what the page tables' memory takes, asked before one is made. */

/** No memory reaches across a multiple of this. */
const REACH = 2n ** 43n

/** The first multiple of 2^43 that [start, end), which is not empty, reaches across; undefined if it can be held. */
export function crossedBoundary(start: bigint, end: bigint): bigint | undefined {
  const boundary = (start / REACH + 1n) * REACH
  return end > boundary ? boundary : undefined
}
