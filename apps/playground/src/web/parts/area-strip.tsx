/**
 * The strip of areas: from one page to all 2^64 addresses. With the pointer: hover, click, drag to move, the wheel with
 * Ctrl to zoom. With the keyboard it is a slider over the pages.
 */

import { formatHex } from '@addrspace/memory-addr'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { areaAt, areaIndexOf, type AreaColumns } from '../derive/columns.ts'
import { pageOf, pageTo } from '../derive/page-step.ts'
import { sizeText } from '../derive/result-text.ts'
import { StripLayout, StripScale, WHOLE, type AddressSpan } from '../derive/strip-scale.ts'
import { useCanvas } from './canvas.ts'
import { OVERVIEW_HEIGHT, paintLight, paintOverview, paintStrip, paintWindow, STRIP_HEIGHT, type LitSpan } from './strip-paint.ts'
import './area-strip.css'

interface AreaStripProps {
  readonly areas: AreaColumns
  /** What the machine does not translate. */
  readonly hole: AddressSpan | undefined
  readonly lit: readonly LitSpan[]
  /** The page that the keyboard is on. */
  readonly current: bigint | undefined
  readonly view: AddressSpan
  readonly onView: (view: AddressSpan) => void
  readonly onHover: (vaddr: bigint | undefined) => void
  readonly onFocus: (vaddr: bigint) => void
}

export function AreaStrip({ areas, hole, lit, current, view, onView, onHover, onFocus }: AreaStripProps) {
  const scale = useMemo(() => new StripScale(areas, hole), [areas, hole])
  const strip = useCanvas(STRIP_HEIGHT)
  const light = useCanvas(STRIP_HEIGHT)
  const overview = useCanvas(OVERVIEW_HEIGHT)
  const frame = useCanvas(OVERVIEW_HEIGHT)
  const layout = useMemo(() => new StripLayout(scale, view, Math.max(strip.width, 1)), [scale, view, strip.width])
  const wholeLayout = useMemo(() => new StripLayout(scale, WHOLE, Math.max(overview.width, 1)), [scale, overview.width])
  strip.usePaint((context, theme) => paintStrip(context, theme, layout, areas), [layout, areas])
  light.usePaint((context, theme) => paintLight(context, theme, layout, lit), [layout, lit])
  overview.usePaint((context, theme) => paintOverview(context, theme, wholeLayout, areas), [wholeLayout, areas])
  frame.usePaint((context, theme) => paintWindow(context, theme, wholeLayout, view, lit), [wholeLayout, view, lit])

  const [isDragged, setIsDragged] = useState(false)
  const drag = useRef<{ readonly x: number; readonly layout: StripLayout; hasMoved: boolean } | undefined>(undefined)
  const vaddrAt = useCallback((x: number) => {
    const addr = layout.pickedAt(x)
    const row = areaIndexOf(areas, addr)
    return pageOf(addr, row === undefined ? undefined : areaAt(areas, row))
  }, [layout, areas])

  const zoom = (factor: number, at = 0.5): void => onView(scale.zoomed(layout, factor, at))
  const moved = (event: PointerEvent): void => {
    const x = event.offsetX
    const from = drag.current
    if (from === undefined) {
      onHover(vaddrAt(x))
      return
    }
    if (!from.hasMoved && Math.abs(x - from.x) < 5) return
    from.hasMoved = true
    setIsDragged(true)
    onView(scale.panned(from.layout, (from.x - x) / from.layout.width))
  }
  const released = (event: PointerEvent): void => {
    const from = drag.current
    drag.current = undefined
    setIsDragged(false)
    if (from !== undefined && !from.hasMoved) onFocus(vaddrAt(event.offsetX))
  }
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = box.current!
    // Not passive, so that the page does not zoom too.
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return
      event.preventDefault()
      if (event.ctrlKey || event.metaKey) onView(scale.zoomed(layout, Math.exp(Math.min(Math.max(event.deltaY, -100), 100) / 200), event.offsetX / layout.width))
      else onView(scale.panned(layout, event.deltaX / layout.width))
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [scale, layout, onView])

  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    if (event.key === '+' || event.key === '=') zoom(0.5, shareOf(layout, current))
    else if (event.key === '-') zoom(2, shareOf(layout, current))
    else if (event.key === '0') onView(WHOLE)
    else {
      const to = pageTo(event.key, areas, current)
      if (to === undefined) return
      onFocus(to)
      if (to < view.start || to + 0x1000n > view.end) onView(scale.around({ start: to, end: to + 0x1000n }, 1))
    }
    event.preventDefault()
  }
  const row = current === undefined ? undefined : areaIndexOf(areas, current)
  return (
    <div class="area-strip">
      <div class="area-strip-bar">
        <div class="area-strip-zoom" role="group" aria-label="Zoom">
          <button type="button" class="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoom(0.5, shareOf(layout, current))}>+</button>
          <button type="button" class="button" aria-label="Zoom out" title="Zoom out (−)" onClick={() => zoom(2, shareOf(layout, current))}>−</button>
          <button type="button" class="button" disabled={row === undefined} onClick={() => onView(scale.around(areaAt(areas, row!)))}>Area</button>
          <button type="button" class="button" title="All 2^64 addresses (0)" onClick={() => onView(WHOLE)}>Whole space</button>
        </div>
        <p class="area-strip-note">
          <span class="mono">{formatHex(view.start)} – {view.end === WHOLE.end ? '2^64' : formatHex(view.end)}</span>
          <span class="area-strip-hint">Drag to move, Ctrl and wheel to zoom; keys: arrows, Page Up, Page Down, + − 0</span>
        </p>
      </div>
      <div
        class="area-strip-overview"
        aria-hidden="true"
        onPointerDown={(event) => onView(centred(scale, layout, wholeLayout.addressAt(event.offsetX)))}
      >
        <canvas ref={overview.ref} />
        <canvas ref={frame.ref} class="area-strip-layer" />
      </div>
      <div
        ref={box}
        class={`area-strip-box${isDragged ? ' area-strip-box--dragged' : ''}`}
        role="slider"
        aria-label="Strip of areas"
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.max(areas.count, 1)}
        aria-valuenow={row === undefined ? 0 : row + 1}
        aria-valuetext={valueText(areas, current, row)}
        tabIndex={0}
        onKeyDown={pressed}
        onPointerMove={moved}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          drag.current = { x: event.offsetX, layout, hasMoved: false }
        }}
        onPointerUp={released}
        onPointerCancel={() => { drag.current = undefined; setIsDragged(false) }}
        onPointerLeave={() => onHover(undefined)}
      >
        <canvas ref={strip.ref} />
        <canvas ref={light.ref} class="area-strip-layer" />
      </div>
    </div>
  )
}

/** Where the middle of the current page is in the view, 0 to 1; the middle of the view if it is not there. */
function shareOf(layout: StripLayout, current: bigint | undefined): number {
  if (current === undefined || current < layout.view.start || current >= layout.view.end) return 0.5
  const end = layout.xOf(current + 0x1000n < layout.view.end ? current + 0x1000n : layout.view.end)
  return (layout.xOf(current) + end) / 2 / layout.width
}

function centred(scale: StripScale, layout: StripLayout, addr: bigint): AddressSpan {
  const { start, end } = scale.segment(scale.indexOf(addr))
  return layout.view.end - layout.view.start > end - start ? scale.around({ start, end }) : scale.around({ start: addr, end: addr + 1n }, 1)
}

function valueText(areas: AreaColumns, current: bigint | undefined, row: number | undefined): string {
  if (areas.count === 0) return 'no areas'
  if (current === undefined) return `no page chosen; ${areas.count} areas`
  if (row === undefined) return `${formatHex(current)}, no area`
  const { start, end, flags } = areaAt(areas, row)
  return `page ${formatHex(current)}, area ${row + 1} of ${areas.count}: ${formatHex(start)} to ${formatHex(end)}, ${sizeText(end - start)}, ${flags === '' ? 'no access' : flags}`
}
