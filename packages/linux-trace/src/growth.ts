/**
 * Areas that grow downwards. The kernel extends `[stack]` and `MAP_GROWSDOWN` mappings on page faults, which no call
 * shows; but a later call may show that it has happened, by succeeding on pages that it needs mapped, or by failing
 * because of them. Then the replay extends its area too, as far as the stack limit of the recording allows.
 */
import { PAGE_SIZE } from './memory-call.ts'
import type { TracedSpace } from './traced-space.ts'

/** Largest size, in bytes, to which a grow-down area extends: the stack limit under which the traces are recorded. */
export const STACK_LIMIT: bigint = 0x80_0000n

/**
 * Extends the area above a free page down to it, if that area grows downwards and the stack limit allows it.
 *
 * @returns whether the page is mapped now.
 */
export function growDownTo<F, P>(space: TracedSpace<F, P>, page: bigint): boolean {
  const above = space.areaFrom(page)
  if (above === undefined || !above.kind.growsDown) return false
  if (above.start <= page) return true
  if (above.end - page > STACK_LIMIT) return false
  space.map(page, above.start, above.flags, above.kind)
  return true
}

/** Extends a grow-down area over the holes of a range that a call has shown to be mapped, where one lies above them. */
export function growOverHoles<F, P>(space: TracedSpace<F, P>, start: bigint, end: bigint): void {
  for (let hole = space.firstHole(start, end); hole !== undefined; hole = space.firstHole(start, end)) {
    if (!growDownTo(space, hole)) return
  }
}

/**
 * Gives the start of the grow-down area that holds an address, pieces with equal permission taken as one, as the kernel
 * merges them; of the first area above it where the address itself is free. `undefined` if that area does not grow.
 */
export function growDownStart<F, P>(space: TracedSpace<F, P>, address: bigint): bigint | undefined {
  const area = space.areaFrom(address)
  if (area === undefined || !area.kind.growsDown) return undefined
  let start: bigint = area.start
  for (let below = space.areaAt(start - PAGE_SIZE); below !== undefined; below = space.areaAt(start - PAGE_SIZE)) {
    if (!below.kind.growsDown || below.permission !== area.permission) break
    start = below.start
  }
  return start
}
