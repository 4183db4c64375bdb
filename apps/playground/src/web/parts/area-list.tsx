/** The areas as a list, however many: what the strip shows, in words. */

import { formatHex } from '@addrspace/memory-addr'
import { useEffect, useId, useRef } from 'preact/hooks'
import { areaAt, areaIndexOf, type AreaColumns } from '../derive/columns.ts'
import { rightsOfBits } from '../derive/rights.ts'
import { shortSize } from '../derive/result-text.ts'
import { memo } from './memo.tsx'
import { useVirtualRows } from './virtual-rows.ts'
import './area-list.css'

interface AreaListProps {
  readonly areas: AreaColumns
  /** A page: its area is lit. */
  readonly lit: bigint | undefined
  /** Whether what is lit is pointed at: then nothing moves under the pointer that does. */
  readonly isPointedAt: boolean
  readonly onHover: (vaddr: bigint | undefined) => void
  readonly onFocus: (vaddr: bigint) => void
}

const ROW_HEIGHT = 28

export function AreaList({ areas, lit, isPointedAt, onHover, onFocus }: AreaListProps) {
  const id = useId()
  const { ref, from, to, height, onScroll, reveal } = useVirtualRows(areas.count, ROW_HEIGHT)
  const isInside = useRef(false)
  const row = lit === undefined ? undefined : areaIndexOf(areas, lit)
  useEffect(() => {
    if (row !== undefined && !(isPointedAt && isInside.current)) reveal(row)
  }, [row, reveal, isPointedAt])
  const go = (to: number): void => {
    const index = Math.min(Math.max(to, 0), areas.count - 1)
    reveal(index)
    onFocus(areas.starts[index]!)
  }
  const pressed = (event: KeyboardEvent): void => {
    const step = stepOf(event.key)
    if (step === undefined || areas.count === 0) return
    event.preventDefault()
    if (row === undefined && Number.isFinite(step)) go(0)
    else go(step === -Infinity ? 0 : step === Infinity ? areas.count - 1 : row! + step)
  }
  return (
    <div
      ref={ref}
      class="area-list"
      role="listbox"
      aria-label="Areas in address order"
      aria-activedescendant={row === undefined || row < from || row >= to ? undefined : `${id}-${row}`}
      tabIndex={0}
      onKeyDown={pressed}
      onScroll={onScroll}
      onPointerEnter={() => { isInside.current = true }}
      onPointerLeave={() => { isInside.current = false; onHover(undefined) }}
    >
      <div class="area-list-rows" role="presentation" style={{ height: `${height}px` }}>
        {Array.from({ length: Math.max(to - from, 0) }, (_, offset) => {
          const index = from + offset
          return <AreaRow key={index} id={`${id}-${index}`} areas={areas} index={index} isLit={index === row} onHover={onHover} onFocus={onFocus} />
        })}
      </div>
    </div>
  )
}

interface AreaRowProps extends Pick<AreaListProps, 'areas' | 'onHover' | 'onFocus'> {
  readonly id: string
  readonly index: number
  readonly isLit: boolean
}

const AreaRow = memo(function AreaRow({ id, areas, index, isLit, onHover, onFocus }: AreaRowProps) {
  const { start, end, flags } = areaAt(areas, index)
  return (
    <div
      id={id}
      role="option"
      class={`area-list-row${isLit ? ' area-list-row--lit' : ''}`}
      aria-selected={isLit}
      aria-setsize={areas.count}
      aria-posinset={index + 1}
      style={{ top: `${index * ROW_HEIGHT}px` }}
      onPointerEnter={() => onHover(start)}
      onClick={() => onFocus(start)}
    >
      <span class={`rights-swatch rights rights--${rightsOfBits(areas.flags[index]!)}`} />
      <span class="area-list-range mono">{formatHex(start)}–{formatHex(end)}</span>
      <span class="area-list-size">{shortSize(end - start)}</span>
      <span class="area-list-flags mono">{flags === '' ? <><span aria-hidden="true">–</span><span class="visually-hidden">no access</span></> : flags}</span>
    </div>
  )
})

function stepOf(key: string): number | undefined {
  switch (key) {
    case 'ArrowDown': return 1
    case 'ArrowUp': return -1
    case 'PageDown': return 10
    case 'PageUp': return -10
    case 'Home': return -Infinity
    case 'End': return Infinity
    default: return undefined
  }
}
