/**
 * The replay's areas against the kernel's. Both are turned into maximal ranges of equal four-character permission, since
 * where the kernel merges areas depends on more than a log shows; these ranges must be equal. One difference is
 * legitimate: the kernel extends areas that grow downwards without a call.
 */
import { printedSpan } from './traced-space.ts'

/** A range of addresses with equal permission, four characters as in a maps file. */
export interface PermissionRange {
  /** First address. */
  readonly start: bigint
  /** Exclusive. */
  readonly end: bigint
  /** For instance `rw-p`. */
  readonly permission: string
}

/** An area of the replay. */
export interface ReplayedRange extends PermissionRange {
  /** Whether the kernel may have extended it downwards without a call. */
  readonly growsDown: boolean
}

/** A maximal range in which replay and kernel differ in one way. */
export interface Difference {
  /** `0x1000-0x3000`, the end exclusive. */
  readonly range: string
  /** What the kernel has; `null` where it has nothing. */
  readonly expected: string | null
  /** What the replay has; `null` where it has nothing. */
  readonly actual: string | null
}

/** Joins adjacent areas of equal permission; takes and gives address order. */
export function permissionRanges(areas: Iterable<PermissionRange>): PermissionRange[] {
  const ranges: PermissionRange[] = []
  for (const { start, end, permission } of areas) {
    const last = ranges.at(-1)
    if (last !== undefined && last.end === start && last.permission === permission) {
      ranges[ranges.length - 1] = { start: last.start, end, permission }
    } else {
      ranges.push({ start, end, permission })
    }
  }
  return ranges
}

/**
 * Compares a replay with the kernel's list, both in address order.
 *
 * Where the kernel's list continues a grow-down area of the replay directly below its start, with the same permission,
 * over pages that the replay has free, those pages count as equal.
 *
 * @example
 * const kernel = [{ start: 0x1000n, end: 0x3000n, permission: 'rw-p' }]
 * compareWithKernel([{ start: 0x2000n, end: 0x3000n, permission: 'rw-p', growsDown: true }], kernel) // => []
 * compareWithKernel([{ start: 0x2000n, end: 0x3000n, permission: 'rw-p', growsDown: false }], kernel)
 * // => [{ range: '0x1000-0x2000', expected: 'rw-p', actual: null }]
 */
export function compareWithKernel(replay: Iterable<ReplayedRange>, kernel: Iterable<PermissionRange>): Difference[] {
  const expected = permissionRanges(kernel)
  const actual = permissionRanges(withGrowth(replay, expected))
  return differences(expected, actual)
}

/** The replay's areas, those that grow downwards extended as far as the kernel's list continues them. */
function* withGrowth(replay: Iterable<ReplayedRange>, kernel: readonly PermissionRange[]): IterableIterator<PermissionRange> {
  let previousEnd = 0n
  let index = 0
  for (const area of replay) {
    if (area.growsDown && area.start > previousEnd) {
      while (index < kernel.length && kernel[index]!.end < area.start) index += 1
      const below = kernel[index]
      if (below !== undefined && below.start < area.start && below.permission === area.permission) {
        const start = below.start > previousEnd ? below.start : previousEnd
        yield { start, end: area.start, permission: area.permission }
      }
    }
    yield area
    previousEnd = area.end
  }
}

/** Sweeps over both lists at once. */
function differences(expected: readonly PermissionRange[], actual: readonly PermissionRange[]): Difference[] {
  const found: { start: bigint; end: bigint; expected: string | null; actual: string | null }[] = []
  let i = 0
  let j = 0
  let position = 0n
  while (i < expected.length || j < actual.length) {
    const kernelHere = at(expected[i], position)
    const replayHere = at(actual[j], position)
    const end = lower(kernelHere.until, replayHere.until)
    const last = found.at(-1)
    if (kernelHere.permission !== replayHere.permission) {
      if (last !== undefined && last.end === position && last.expected === kernelHere.permission && last.actual === replayHere.permission) {
        last.end = end
      } else {
        found.push({ start: position, end, expected: kernelHere.permission, actual: replayHere.permission })
      }
    }
    position = end
    if (expected[i]?.end === end) i += 1
    if (actual[j]?.end === end) j += 1
  }
  return found.map((item) => ({ range: printedSpan(item.start, item.end), expected: item.expected, actual: item.actual }))
}

/** What a list has at a position, and up to where; `range` is its first one that ends above. */
function at(range: PermissionRange | undefined, position: bigint): { permission: string | null; until: bigint | undefined } {
  if (range === undefined) return { permission: null, until: undefined }
  if (range.start > position) return { permission: null, until: range.start }
  return { permission: range.permission, until: range.end }
}

/** The lower of two bounds, of which at least one is there. */
function lower(a: bigint | undefined, b: bigint | undefined): bigint {
  if (a === undefined) return b!
  return b === undefined || a < b ? a : b
}
