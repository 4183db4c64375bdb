/** The frames in use as a map of physical memory: tables with their level, pages with their rights, aliases counted. */

import { formatHex } from '@addrspace/memory-addr'
import { useEffect, useId, useMemo, useRef } from 'preact/hooks'
import { flagsText } from '../derive/columns.ts'
import { frameAddress, frameNumber, frameRows, FRAMES_PER_ROW, rowOfFrame, type FrameCell, type FrameRow } from '../derive/frame-rows.ts'
import { PAGE_USE, type FrameColumns, type FramesView } from '../derive/frames.ts'
import type { BackendName } from '../derive/backends.ts'
import { tableDigit, tableName } from '../derive/table-name.ts'
import { shortSize } from '../derive/result-text.ts'
import { rightsOfBits } from '../derive/rights.ts'
import { memo } from './memo.tsx'
import { useVirtualRows } from './virtual-rows.ts'
import './frame-map.css'

interface FrameMapProps {
  readonly backend: BackendName
  readonly frames: FramesView
  /** The frame that is lit: of a page, or of a table. */
  readonly lit: bigint | undefined
  /** The tables on the way to it. */
  readonly way: readonly bigint[]
  /** Whether what is lit is pointed at: then nothing moves under the pointer that does. */
  readonly isPointedAt: boolean
  readonly onHover: (paddr: bigint | undefined) => void
  readonly onFocus: (paddr: bigint) => void
}

const ROW_HEIGHT = 28

export function FrameMap({ backend, frames, lit, way, isPointedAt, onHover, onFocus }: FrameMapProps) {
  const id = useId()
  const { runs } = frames
  const rows = useMemo(() => frameRows(frames), [frames])
  const { ref, from, to, height, onScroll, reveal } = useVirtualRows(rows.length, ROW_HEIGHT)
  const isInside = useRef(false)
  const row = lit === undefined ? -1 : rowOfFrame(rows, lit)
  useEffect(() => {
    if (row >= 0 && !(isPointedAt && isInside.current)) reveal(row)
  }, [row, reveal, isPointedAt])
  const pressed = (event: KeyboardEvent): void => {
    const next = frameTo(event.key, rows, row, lit)
    if (next === undefined) return
    event.preventDefault()
    reveal(rowOfFrame(rows, next))
    onFocus(next)
  }
  return (
    <div
      ref={ref}
      class="frame-map"
      role="listbox"
      aria-label="Frames in physical order"
      aria-activedescendant={row >= from && row < to ? `${id}-${lit!}` : undefined}
      tabIndex={0}
      onKeyDown={pressed}
      onScroll={onScroll}
      onPointerEnter={() => { isInside.current = true }}
      onPointerLeave={() => { isInside.current = false; onHover(undefined) }}
    >
      <div class="frame-map-rows" role="presentation" style={{ height: `${height}px` }}>
        {rows.slice(from, to).map((shown, offset) => (
          <div key={from + offset} class="frame-map-row" role="presentation" style={{ top: `${(from + offset) * ROW_HEIGHT}px` }}>
            <Row id={id} backend={backend} row={shown} runs={runs} lit={lit !== undefined && holds(shown, lit) ? lit : undefined} way={way.some((frame) => holds(shown, frame)) ? way : NONE} onHover={onHover} onFocus={onFocus} />
          </div>
        ))}
      </div>
    </div>
  )
}

interface RowProps extends Pick<FrameMapProps, 'backend' | 'lit' | 'way' | 'onHover' | 'onFocus'> {
  readonly id: string
  readonly row: FrameRow
  readonly runs: FrameColumns
}

const NONE: readonly bigint[] = []

function holds(row: FrameRow, paddr: bigint): boolean {
  const frame = frameNumber(paddr)
  return frame >= row.frame && frame < row.frame + (row.kind === 'cells' ? FRAMES_PER_ROW : row.frames)
}

const Row = memo(function Row({ id, backend, row, runs, lit, way, onHover, onFocus }: RowProps) {
  const paddr = frameAddress(row.frame)
  const address = <span class="frame-map-address mono" aria-hidden="true">{formatHex(paddr)}</span>
  switch (row.kind) {
    case 'free':
      return <>{address}<div class="frame-map-free" aria-hidden="true"><span>{shortSize(frameAddress(row.frames))} {row.isMemory ? 'free' : 'not used'}</span></div></>
    case 'bar': {
      const isLit = lit !== undefined
      const pick = (event: MouseEvent & { readonly currentTarget: HTMLElement }): bigint => {
        const part = Math.min(Math.max(event.offsetX / event.currentTarget.clientWidth, 0), 0.999)
        return frameAddress(row.frame + Math.floor(part * row.frames))
      }
      return (
        <>
          {address}
          <div
            id={isLit ? `${id}-${lit}` : undefined}
            role="option"
            class={`frame-map-bar rights rights--${rightsOfBits(runs.flags[row.run]!)}${isLit ? ' frame-map-bar--lit' : ''}`}
            aria-selected={isLit}
            onPointerMove={(event) => onHover(pick(event))}
            onClick={(event) => onFocus(pick(event))}
          >
            <span>{shortSize(frameAddress(row.frames))} {flagsText(runs.flags[row.run]!)}</span>
            <i class="visually-hidden">frames from {formatHex(paddr)}</i>
            <span class="frame-map-note mono">at {formatHex(runs.vaddrs[row.run]!)}</span>
          </div>
        </>
      )
    }
    case 'cells':
      return (
        <>
          {address}
          <div class="frame-map-cells" role="presentation">
            {row.cells.map((cell, index) => {
              const frame = frameAddress(row.frame + index)
              return cell === undefined
                ? <span key={index} class="frame-map-cell frame-map-cell--free" onPointerEnter={() => onHover(undefined)} />
                : <Cell key={index} id={id} backend={backend} cell={cell} paddr={frame} runs={runs} isLit={frame === lit} isOnWay={way.includes(frame)} onHover={onHover} onFocus={onFocus} />
            })}
          </div>
        </>
      )
  }
})

interface CellProps extends Pick<FrameMapProps, 'backend' | 'onHover' | 'onFocus'> {
  readonly id: string
  readonly cell: FrameCell
  readonly paddr: bigint
  readonly runs: FrameColumns
  readonly isLit: boolean
  readonly isOnWay: boolean
}

function Cell({ id, backend, cell: { run, uses }, paddr, runs, isLit, isOnWay, onHover, onFocus }: CellProps) {
  const use = runs.uses[run]!
  const sign = use === PAGE_USE ? (uses > 1 ? `×${uses}` : undefined) : String(tableDigit(backend, use))
  const look = use === PAGE_USE ? rightsOfBits(runs.flags[run]!) : 'table'
  return (
    <span
      id={`${id}-${paddr}`}
      role="option"
      class={`frame-map-cell rights rights--${look}${isLit ? ' frame-map-cell--lit' : isOnWay ? ' frame-map-cell--way' : ''}`}
      aria-selected={isLit}
      aria-label={`${formatHex(paddr)}, ${useText(backend, runs, run)}${uses > 1 ? `, reached ${uses} times` : ''}`}
      title={`${formatHex(paddr)}: ${useText(backend, runs, run)}${uses > 1 ? `, reached ${uses} times` : ''}`}
      onPointerEnter={() => onHover(paddr)}
      onClick={() => onFocus(paddr)}
    >
      {sign !== undefined && <span class="frame-map-uses" data-sign={sign} />}
    </span>
  )
}

function useText(backend: BackendName, runs: FrameColumns, run: number): string {
  const use = runs.uses[run]!
  if (use !== PAGE_USE) return `${tableName(backend, use)} table`
  const flags = flagsText(runs.flags[run]!)
  return `page ${flags === '' ? 'without access' : flags} of the run at ${formatHex(runs.vaddrs[run]!)}`
}

/** Where a key leads from a frame: to the next one in use, or to the row below or above. */
function frameTo(key: string, rows: readonly FrameRow[], row: number, lit: bigint | undefined): bigint | undefined {
  const step = { ArrowRight: 1, ArrowDown: FRAMES_PER_ROW, ArrowLeft: -1, ArrowUp: -FRAMES_PER_ROW }[key]
  if (key === 'Home' || (step !== undefined && (row < 0 || lit === undefined))) return firstOf(rows, 0, 1)
  if (key === 'End') return firstOf(rows, rows.length - 1, -1)
  if (step === undefined) return undefined
  const at = rows[row]!
  const frame = frameNumber(lit!)
  const direction = step > 0 ? 1 : -1
  if (at.kind === 'cells' && Math.abs(step) === 1) {
    for (let index = frame - at.frame + step; index >= 0 && index < FRAMES_PER_ROW; index += step) {
      if (at.cells[index] !== undefined) return frameAddress(at.frame + index)
    }
  }
  if (at.kind === 'bar') {
    const next = frame + step
    if (next >= at.frame && next < at.frame + at.frames && Math.abs(step) === 1) return frameAddress(next)
  }
  return firstOf(rows, row + direction, direction)
}

/** The first, or last, frame in use of the nearest row that has one. */
function firstOf(rows: readonly FrameRow[], from: number, direction: 1 | -1): bigint | undefined {
  for (let index = from; index >= 0 && index < rows.length; index += direction) {
    const row = rows[index]!
    if (row.kind === 'bar') return frameAddress(row.frame)
    if (row.kind !== 'cells') continue
    const cell = direction > 0 ? row.cells.findIndex((there) => there !== undefined) : row.cells.findLastIndex((there) => there !== undefined)
    return frameAddress(row.frame + cell)
  }
  return undefined
}
