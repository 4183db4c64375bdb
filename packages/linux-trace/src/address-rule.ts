/**
 * Where Linux on x86-64 puts a mapping whose place it may choose: as high as possible below the mmap base, clear of areas
 * that grow downwards, and so that huge pages fit where they might; where that finds nothing, as low as possible above
 * a third of the space. The rule is that of Linux 6.13 and later (`arch_get_unmapped_area_topdown`, `vm_unmapped_area`,
 * `__thp_get_unmapped_area`); what it asks of a set is `findFreeArea`, and which area lies above a place.
 *
 *     |area|        free         |area|   free   | 1 MiB |grows down|   base
 *                                      |-chosen--|
 */
import type { FindFreeOptions } from '@addrspace/memory-set'

import type { MapsArea } from './maps-file.ts'
import { PAGE_SIZE } from './memory-call.ts'

/** Bytes that are kept free below an area that grows downwards: the kernel's default of 256 pages. */
const STACK_GUARD_GAP = 0x10_0000n

/** Size in bytes of the huge pages to which large mappings are aligned. */
const HUGE_PAGE_SIZE = 0x20_0000n

/** User addresses end here; so does the stack, unless places are random. */
const USER_END = 0x7fff_ffff_f000n

/** Where the search upwards begins: a third of the user addresses. */
const LOWEST_UPWARDS = 0x2aaa_aaaa_b000n

/** Where mappings that ask for low addresses (`MAP_32BIT`) lie; searched upwards. */
const LOW_ADDRESSES = { start: 0x4000_0000n, end: 0x8000_0000n }

/** Bytes between the mmap base and the end, where the stack limit does not ask for more. */
const LEAST_ABOVE_BASE = 0x800_0000n

/** Programs lie below this, and a mmap base under a stack limit of less than some TiB above it. */
const ABOVE_PROGRAMS = 0x6000_0000_0000n

/** What the rule needs to know of a process. */
export interface MmapLayout {
  /** Mappings lie below this address. */
  readonly base: bigint
  /** Whether the kernel has moved base and stack at random. */
  readonly isRandom: boolean
}

/** A mapping that needs a place. */
export interface PlaceRequest {
  /** In bytes, whole pages. */
  readonly size: bigint
  /** What it shows: private anonymous memory, a file from `offset` on, or memory that is shared without a file on a disk. */
  readonly shows: 'anonymous' | 'file' | 'shared-memory'
  /** In bytes. */
  readonly offset: bigint
  /** Whether the place is to be low (`MAP_32BIT`). The rule is that of a process whose layout is not random. */
  readonly isLow: boolean
}

/** What the rule asks of a set of areas. */
export interface FreeSpace {
  /** As that of `MemorySet`. */
  findFreeArea(size: bigint, options: FindFreeOptions): bigint | undefined
  /** The lowest area that ends above the address. */
  areaFrom(address: bigint): { readonly start: bigint; readonly end: bigint; readonly growsDown: boolean } | undefined
}

/**
 * Finds the layout from the areas right after `execve`. The interpreter, and below it the kernel's own pages, were the
 * first to be placed: the unbroken run of areas from `[vdso]` up ends at the base. Older kernels put `[vdso]` above the
 * stack; there the base is the end of the interpreter or, without one and without randomness, where it always is.
 *
 * @returns undefined if the areas do not tell it, or tell that the process has the compatibility layout, of another rule.
 */
export function findMmapLayout(start: readonly MapsArea[]): MmapLayout | undefined {
  const stack = start.findIndex(({ name }) => name === '[stack]')
  if (stack < 0) return undefined
  const isRandom = start[stack]!.end !== USER_END
  const first = start.findIndex(({ name }) => name === '[vvar]' || name === '[vdso]')
  if (first >= 0 && first < stack) {
    const last = start.findIndex((area, index) => index >= first && start[index + 1]?.start !== area.end)
    // Placed upwards, they lie above the interpreter, or where the search upwards begins.
    const isUpwards = start[first - 1]?.end === start[first]!.start || start[first]!.start === LOWEST_UPWARDS
    return isUpwards ? undefined : { base: start[last]!.end, isRandom }
  }
  const below = start[stack - 1]
  if (below !== undefined && below.end > ABOVE_PROGRAMS) return { base: below.end, isRandom }
  return isRandom ? undefined : { base: USER_END - LEAST_ABOVE_BASE, isRandom }
}

/**
 * Chooses the place of a mapping; undefined if there is none.
 *
 * What may use huge pages is first looked for with 2 MiB to spare: private memory of whole huge pages, or a file with an
 * aligned one in the range. In what is found, it lies at the lowest address above the start that agrees with its offset.
 */
export function choosePlace(space: FreeSpace, { base }: MmapLayout, request: PlaceRequest): bigint | undefined {
  const find = (size: bigint): bigint | undefined =>
    request.isLow ? lowestFree(space, LOW_ADDRESSES, size) : (highestFree(space, base, size) ?? lowestFree(space, { start: LOWEST_UPWARDS, end: USER_END }, size))
  const roomy = mayUseHugePages(request) ? find(request.size + HUGE_PAGE_SIZE) : undefined
  if (roomy === undefined) return find(request.size)
  const over = (request.offset - roomy) & (HUGE_PAGE_SIZE - 1n)
  return roomy + (over === 0n ? HUGE_PAGE_SIZE : over)
}

function mayUseHugePages({ size, shows, offset }: PlaceRequest): boolean {
  if (shows === 'shared-memory') return false
  if (shows === 'anonymous') return size % HUGE_PAGE_SIZE === 0n
  const firstAligned = (offset + HUGE_PAGE_SIZE - 1n) & -HUGE_PAGE_SIZE
  return offset + size - firstAligned >= HUGE_PAGE_SIZE
}

/**
 * The highest free range below `base`. The kernel asks only the area above what it has found whether it grows; if it does,
 * all above its guard is left out from then on, also what lies behind other areas. A guard that the set itself keeps
 * would end at the first area below, and be gone with the area's first page.
 */
function highestFree(space: FreeSpace, base: bigint, size: bigint): bigint | undefined {
  let high = base
  while (high > PAGE_SIZE) {
    const start = space.findFreeArea(size, { direction: 'down', limit: { start: PAGE_SIZE, end: high } })
    if (start === undefined) return undefined
    const guard = guardAbove(space, start + size)
    if (guard === undefined) return start
    high = guard.start
  }
  return undefined
}

/** The lowest free range inside the limits; of an area that grows, all up to its end is left out. */
function lowestFree(space: FreeSpace, limits: { readonly start: bigint; readonly end: bigint }, size: bigint): bigint | undefined {
  let low = limits.start
  while (low < limits.end) {
    const start = space.findFreeArea(size, { direction: 'up', limit: { start: low, end: limits.end } })
    if (start === undefined) return undefined
    const guard = guardAbove(space, start + size)
    if (guard === undefined) return start
    low = guard.end
  }
  return undefined
}

/** The grow-down area above a free range that ends in its guard, from the guard's start on. */
function guardAbove(space: FreeSpace, end: bigint): { readonly start: bigint; readonly end: bigint } | undefined {
  const area = space.areaFrom(end)
  if (area === undefined || !area.growsDown) return undefined
  const start = area.start - STACK_GUARD_GAP
  return start < end ? { start, end: area.end } : undefined
}
