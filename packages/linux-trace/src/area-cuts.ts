/** Cuts: addresses at which one area ends and the next begins. They tell where neighbours were not merged. */

/** The cuts between areas in address order. */
export function cutsOf(areas: Iterable<{ readonly start: bigint; readonly end: bigint }>): ReadonlySet<bigint> {
  const cuts = new Set<bigint>()
  let previousEnd = -1n
  for (const { start, end } of areas) {
    if (start === previousEnd) cuts.add(start)
    previousEnd = end
  }
  return cuts
}

/** The cuts of the first that the second lacks, in address order, written in hexadecimal. */
export function onlyIn(first: ReadonlySet<bigint>, second: ReadonlySet<bigint>): string[] {
  return [...first].filter((cut) => !second.has(cut)).map((cut) => `0x${cut.toString(16)}`)
}
