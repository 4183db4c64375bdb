/**
 * Frames as rows of a map: sixteen frames of 4 KiB to a row, what is long or free as one bar. So a handful of tables and
 * a page of 1 GiB are both to be seen.
 */

import { PAGE_USE, type FrameColumns, type FramesView } from './frames.ts'

/** Frames in a row. */
export const FRAMES_PER_ROW = 16

/** A run of so many frames, or more, is a bar. */
const LONG = 64n
const FRAME = 0x1000n
const ROW = FRAME * BigInt(FRAMES_PER_ROW)

/** A frame in a row; `run` is the first of the runs that it is in. */
export interface FrameCell {
  readonly run: number
  /** How many runs it is in: addresses that reach it, or the table that it is. */
  readonly uses: number
}

/** A row of the map. */
export type FrameRow =
  /** Frames from `paddr` on, a multiple of the row's size; undefined where none is in use. */
  | { readonly kind: 'cells'; readonly paddr: bigint; readonly cells: readonly (FrameCell | undefined)[] }
  /** One run of many frames. */
  | { readonly kind: 'bar'; readonly paddr: bigint; readonly size: bigint; readonly run: number }
  /** Nothing in use in `[paddr, paddr + size)`. */
  | { readonly kind: 'free'; readonly paddr: bigint; readonly size: bigint; readonly isMemory: boolean }

/** Gives the rows, in physical order. O(frames in use that are not in bars). */
export function frameRows({ runs, memory }: FramesView): FrameRow[] {
  const rows: FrameRow[] = []
  let cells: { paddr: bigint; cells: (FrameCell | undefined)[] } | undefined
  let end: bigint | undefined
  const memoryEnd = memory.base + memory.size
  const free = (from: bigint, to: bigint): void => {
    if (from < to) rows.push({ kind: 'free', paddr: from, size: to - from, isMemory: from >= memory.base && to <= memoryEnd })
  }
  const put = (paddr: bigint, run: number): void => {
    const base = (paddr / ROW) * ROW
    if (cells?.paddr !== base) {
      if (end !== undefined && base > end) freeBetween(end, base)
      cells = { paddr: base, cells: new Array<FrameCell | undefined>(FRAMES_PER_ROW).fill(undefined) }
      rows.push({ kind: 'cells', ...cells })
      end = end === undefined || base + ROW > end ? base + ROW : end
    }
    const index = Number((paddr - base) / FRAME)
    const there = cells.cells[index]
    cells.cells[index] = there === undefined ? { run, uses: 1 } : { run: there.run, uses: there.uses + 1 }
  }
  // What lies across an end of the memory is told in two.
  const freeBetween = (from: bigint, to: bigint): void => {
    for (const cut of [memory.base, memoryEnd]) {
      if (from < cut && cut < to) {
        free(from, cut)
        from = cut
      }
    }
    free(from, to)
  }
  for (let run = 0; run < runs.count; run++) {
    const paddr = runs.paddrs[run]!
    const size = runs.sizes[run]!
    if (size / FRAME < LONG) {
      for (let offset = 0n; offset < size; offset += FRAME) put(paddr + offset, run)
      continue
    }
    if (end !== undefined && paddr > end) freeBetween(end, paddr)
    rows.push({ kind: 'bar', paddr, size, run })
    cells = undefined
    end = end === undefined || paddr + size > end ? paddr + size : end
  }
  if (end !== undefined && end < memoryEnd) freeBetween(end < memory.base ? end : end, memoryEnd)
  return rows
}

/** Gives a run that holds a frame: that of a table rather than of a page, undefined if none does. O(runs) at worst. */
export function runOfFrame({ count, paddrs, sizes, uses }: FrameColumns, paddr: bigint): number | undefined {
  let found: number | undefined
  for (let run = 0; run < count && paddrs[run]! <= paddr; run++) {
    if (paddr >= paddrs[run]! + sizes[run]!) continue
    if (uses[run] !== PAGE_USE) return run
    found ??= run
  }
  return found
}

/** Gives the row that shows a frame; −1 if none does. O(rows). */
export function rowOfFrame(rows: readonly FrameRow[], paddr: bigint): number {
  return rows.findIndex((row) => row.kind !== 'free' && paddr >= row.paddr && paddr < row.paddr + (row.kind === 'cells' ? ROW : row.size))
}
