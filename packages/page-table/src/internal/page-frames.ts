// The frames that page tables have allocated for pages. Those that share an upper half have one set of them:
// who maps a page there need not be the one who unmaps it.
import { FrameSet } from './frame-set.ts'

/** A transaction that has taken frames for pages, and may yet give them back. */
export interface PageTaker {
  hasTaken(frame: number, count: number): boolean
}

/** Frames taken for pages and not given back. */
export class PageFrames extends FrameSet {
  /** Those that nobody else may free before they end. */
  readonly takers: Set<PageTaker> = new Set()

  /** Whether all of `count` frames from `first` on are in it, and none was taken in an open transaction of somebody else. */
  canFree(first: number, count: number, by: PageTaker): boolean {
    if (!this.hasAll(first, count)) return false
    for (const taker of this.takers) if (taker !== by && taker.hasTaken(first, count)) return false
    return true
  }
}
