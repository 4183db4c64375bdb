/**
 * Frames as rows of a map: sixteen frames of 4 KiB to a row, what is long or free as one bar. So a handful of tables and
 * a page of 1 GiB are both to be seen.
 */

import { lastAtOrBelow } from './columns.ts'
import { PAGE_USE, type FrameColumns, type FramesView } from './frames.ts'

/** Frames in a row. */
export const FRAMES_PER_ROW = 16

/** A run of so many frames, or more, is a bar. */
const LONG = 64

/** A frame in a row; `run` is the first of the runs that it is in. */
export interface FrameCell {
  readonly run: number
  /** How many runs it is in: addresses that reach it, or the table that it is. */
  readonly uses: number
}

/** A row of the map. Frames are numbers: their address by 4096, which a double holds exactly. */
export type FrameRow =
  /** Frames from `frame` on, a multiple of the frames in a row; undefined where none is in use. */
  | { readonly kind: 'cells'; readonly frame: number; readonly cells: readonly (FrameCell | undefined)[] }
  /** One run of many frames. */
  | { readonly kind: 'bar'; readonly frame: number; readonly frames: number; readonly run: number }
  /** Nothing in use in `[frame, frame + frames)`. */
  | { readonly kind: 'free'; readonly frame: number; readonly frames: number; readonly isMemory: boolean }

/** The number of the frame that holds an address. */
export function frameNumber(paddr: bigint): number {
  return Number(paddr >> 12n)
}

/** The address of a frame. */
export function frameAddress(frame: number): bigint {
  return BigInt(frame) << 12n
}

/** Gives the rows, in physical order. O(frames in use that are not in bars). */
export function frameRows({ runs, memory }: FramesView): FrameRow[] {
  const rows: FrameRow[] = []
  const memoryStart = frameNumber(memory.base)
  const memoryEnd = frameNumber(memory.base + memory.size)
  let row: { readonly frame: number; readonly cells: (FrameCell | undefined)[] } | undefined
  /** Where the rows so far end. */
  let end: number | undefined
  const free = (from: number, to: number): void => {
    if (from < to) rows.push({ kind: 'free', frame: from, frames: to - from, isMemory: from >= memoryStart && to <= memoryEnd })
  }
  /** What lies across an end of the memory is told in two. */
  const skipTo = (to: number): void => {
    let from = end ?? to
    for (const cut of [memoryStart, memoryEnd]) {
      if (cut <= from || cut >= to) continue
      free(from, cut)
      from = cut
    }
    free(from, to)
    end = Math.max(end ?? to, to)
  }
  const put = (frame: number, run: number): void => {
    const index = frame % FRAMES_PER_ROW
    if (row?.frame !== frame - index) {
      row = { frame: frame - index, cells: new Array<FrameCell | undefined>(FRAMES_PER_ROW).fill(undefined) }
      skipTo(row.frame)
      rows.push({ kind: 'cells', ...row })
      end = Math.max(end!, row.frame + FRAMES_PER_ROW)
    }
    const there = row.cells[index]
    row.cells[index] = there === undefined ? { run, uses: 1 } : { run: there.run, uses: there.uses + 1 }
  }
  for (let run = 0; run < runs.count; run++) {
    const frame = frameNumber(runs.paddrs[run]!)
    const frames = frameNumber(runs.sizes[run]!)
    if (frames < LONG) {
      for (let offset = 0; offset < frames; offset++) put(frame + offset, run)
      continue
    }
    skipTo(frame)
    rows.push({ kind: 'bar', frame, frames, run })
    row = undefined
    end = Math.max(end!, frame + frames)
  }
  if (end !== undefined) skipTo(memoryEnd)
  return rows
}

/**
 * Gives a run that holds a frame: that of a table rather than of a page, the lowest address of a page's; undefined if
 * none does. O(log runs), and behind that as many as begin between the run's start and the frame.
 */
export function runOfFrame({ paddrs, sizes, uses }: FrameColumns, paddr: bigint): number | undefined {
  let found: number | undefined
  for (let run = lastAtOrBelow(paddrs, paddr); run >= 0; run--) {
    if (found !== undefined && paddrs[run] !== paddrs[found]) return found
    if (paddr >= paddrs[run]! + sizes[run]!) continue
    if (uses[run] !== PAGE_USE) return run
    found = run
  }
  return found
}

/** Gives the row that shows a frame; −1 if none does. O(rows). */
export function rowOfFrame(rows: readonly FrameRow[], paddr: bigint): number {
  const frame = frameNumber(paddr)
  return rows.findIndex((row) => row.kind !== 'free' && frame >= row.frame && frame < row.frame + (row.kind === 'cells' ? FRAMES_PER_ROW : row.frames))
}
