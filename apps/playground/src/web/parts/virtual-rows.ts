/** Rows of one height in a box that scrolls: only those that are seen are there. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

/** Which rows to render, and how to get to others. */
interface VirtualRows {
  /** Of the box that scrolls. */
  readonly ref: RefObject<HTMLDivElement | null>
  /** Rows `[from, to)` are to be rendered. */
  readonly from: number
  readonly to: number
  /** Of all rows, in pixels. */
  readonly height: number
  readonly onScroll: () => void
  /** Scrolls as little as is needed. */
  readonly reveal: (row: number) => void
}

/** So many rows above and below what is seen. */
const SPARE = 6

export function useVirtualRows(count: number, rowHeight: number): VirtualRows {
  const ref = useRef<HTMLDivElement>(null)
  const [seen, setSeen] = useState({ top: 0, height: 0 })
  const onScroll = useCallback(() => {
    const box = ref.current
    if (box === null) return
    const { scrollTop, clientHeight } = box
    // A step of rows, so that not every pixel renders.
    const top = Math.floor(scrollTop / rowHeight)
    setSeen((before) => (before.top === top && before.height === clientHeight ? before : { top, height: clientHeight }))
  }, [rowHeight])
  useEffect(() => {
    const observer = new ResizeObserver(onScroll)
    observer.observe(ref.current!)
    return () => observer.disconnect()
  }, [onScroll])
  const reveal = useCallback((row: number) => {
    const box = ref.current!
    const top = row * rowHeight
    if (top < box.scrollTop) box.scrollTop = Math.max(top - rowHeight, 0)
    else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * rowHeight - box.clientHeight
  }, [rowHeight])
  const from = Math.max(0, Math.min(seen.top - SPARE, count))
  const to = Math.min(count, seen.top + Math.ceil(seen.height / rowHeight) + SPARE)
  return { ref, from, to, height: count * rowHeight, onScroll, reveal }
}
