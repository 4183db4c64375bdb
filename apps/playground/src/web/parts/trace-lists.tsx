/** The two lists of a run: its calls, and the areas at the place looked at. Both may be long: only what is seen is there. */

import { formatHex } from '@addrspace/memory-addr'
import { useEffect, useId } from 'preact/hooks'
import { shortSize } from '../derive/result-text.ts'
import { rightsOfBits } from '../derive/rights.ts'
import { bitsOf } from '../derive/trace-player.ts'
import type { TraceTimeline } from '../derive/trace.ts'
import { useVirtualRows } from './virtual-rows.ts'
import './rights.css'
import './trace-lists.css'

const ROW_HEIGHT = 28

interface CallListProps {
  readonly timeline: TraceTimeline
  /** Calls done. */
  readonly position: number
  readonly onMove: (position: number) => void
}

/** The calls; the last one done is lit. */
export function CallList({ timeline: { steps }, position, onMove }: CallListProps) {
  const id = useId()
  const { ref, from, to, height, onScroll, reveal } = useVirtualRows(steps.length, ROW_HEIGHT)
  useEffect(() => reveal(Math.max(0, position - 1)), [position, reveal])
  const pressed = (event: KeyboardEvent): void => {
    const next = nextPlace(event.key, position, steps.length)
    if (next === undefined) return
    event.preventDefault()
    onMove(next)
  }
  return (
    <div ref={ref} class="trace-list" role="listbox" aria-label="Calls" tabIndex={0} aria-activedescendant={position > from && position <= to ? `${id}-${position - 1}` : undefined} onKeyDown={pressed} onScroll={onScroll}>
      <div class="trace-list-rows" role="presentation" style={{ height: `${height}px` }}>
        {Array.from({ length: Math.max(to - from, 0) }, (_, offset) => {
          const index = from + offset
          const { line, text, hasFailed } = steps[index]!
          const kind = index === position - 1 ? ' trace-list-row--lit' : index >= position ? ' trace-list-row--ahead' : ''
          return (
            <div key={index} id={`${id}-${index}`} role="option" aria-selected={index === position - 1} aria-setsize={steps.length} aria-posinset={index + 1} title={text} class={`trace-list-row trace-list-call${kind}`} style={{ top: `${index * ROW_HEIGHT}px` }} onClick={() => onMove(index + 1)}>
              <span class="trace-list-line">{line}</span>
              <span class="mono">{hasFailed && <><span class="trace-list-failed" aria-hidden="true">✕ </span><span class="visually-hidden">failed: </span></>}{text}</span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

interface TraceAreasProps {
  readonly timeline: TraceTimeline
  /** In address order. */
  readonly rows: readonly number[]
  /** Of these rows, those that the last call made. */
  readonly fresh: ReadonlySet<number>
  /** The row to show, by its place in `rows`. */
  readonly shown: number | undefined
  readonly lit: bigint | undefined
  readonly onFocus: (vaddr: bigint) => void
}

/** The areas, with the names of their files; what the last call made is marked. */
export function TraceAreas({ timeline: { areas }, rows, fresh, shown, lit, onFocus }: TraceAreasProps) {
  const id = useId()
  const { ref, from, to, height, onScroll, reveal } = useVirtualRows(rows.length, ROW_HEIGHT)
  useEffect(() => {
    if (shown !== undefined) reveal(shown)
  }, [shown, rows, reveal])
  const at = lit === undefined ? -1 : rows.findIndex((row) => areas.starts[row]! <= lit && lit <= areas.lasts[row]!)
  const pressed = (event: KeyboardEvent): void => {
    const next = nextPlace(event.key, at + 1, rows.length)
    if (next === undefined || rows.length === 0) return
    event.preventDefault()
    const index = Math.max(0, next - 1)
    reveal(index)
    onFocus(areas.starts[rows[index]!]!)
  }
  return (
    <div ref={ref} class="trace-list" role="listbox" aria-label="Areas at this place" tabIndex={0} aria-activedescendant={at >= from && at < to ? `${id}-${at}` : undefined} onKeyDown={pressed} onScroll={onScroll}>
      <div class="trace-list-rows" role="presentation" style={{ height: `${height}px` }}>
        {rows.slice(from, to).map((row, offset) => {
          const index = from + offset
          const [start, last, permission, name] = [areas.starts[row]!, areas.lasts[row]!, areas.permissions[row]!, areas.names[row]!]
          return (
            <div key={index} id={`${id}-${index}`} role="option" aria-selected={index === at} aria-setsize={rows.length} aria-posinset={index + 1} class={`trace-list-row trace-list-area${index === at ? ' trace-list-row--lit' : ''}`} style={{ top: `${index * ROW_HEIGHT}px` }} onClick={() => onFocus(start)}>
              <span class={`rights-swatch rights rights--${rightsOfBits(bitsOf(permission))}`} />
              <span class="trace-list-range mono">{formatHex(start)}–{formatHex(last + 1n)}</span>
              <span class="mono">{permission}</span>
              <span class="trace-list-size">{shortSize(last + 1n - start)}</span>
              <span class="trace-list-name" title={name}>{fresh.has(row) && <span class="mark mark--differs">new</span>} {shortName(name)}</span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** The last part of a path; the whole is in its title. */
function shortName(name: string): string {
  return name.startsWith('/') ? name.slice(name.lastIndexOf('/') + 1) : name
}

function nextPlace(key: string, position: number, last: number): number | undefined {
  switch (key) {
    case 'ArrowDown': return Math.min(last, position + 1)
    case 'ArrowUp': return Math.max(0, position - 1)
    case 'PageDown': return Math.min(last, position + 10)
    case 'PageUp': return Math.max(0, position - 10)
    case 'Home': return Math.min(1, last)
    case 'End': return last
    default: return undefined
  }
}
