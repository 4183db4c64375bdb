/** Areas over tables over frames, linked: what is pointed at in one lights up in all. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useDerived, usePage } from '../context.ts'
import { BACKEND_NAMES, backendTitle, machineOf, type BackendName } from '../derive/backends.ts'
import { runOfFrame } from '../derive/frame-rows.ts'
import { PAGE_USE, type FramesView } from '../derive/frames.ts'
import { opText } from '../derive/op-line.ts'
import type { PagePath } from '../derive/path.ts'
import { RIGHTS } from '../derive/rights.ts'
import type { EntryRun } from '../derive/tables.ts'
import { StripScale, WHOLE, type AddressSpan } from '../derive/strip-scale.ts'
import { AddressField } from '../parts/address-field.tsx'
import { AreaList } from '../parts/area-list.tsx'
import { AreaStrip } from '../parts/area-strip.tsx'
import { FrameMap } from '../parts/frame-map.tsx'
import { PageChain } from '../parts/page-chain.tsx'
import type { LitSpan } from '../parts/strip-paint.ts'
import { TableTree } from '../parts/table-tree.tsx'
import type { Focus } from '../state.ts'
import '../parts/rights.css'
import './memory.css'

/** So many tables are open from the start, the nearest to the root first. */
const OPEN_TABLES = 8

export function MemoryView() {
  const { state, dispatch } = usePage()
  const { scenario, backend, count, focus } = state
  const position = { scenario, backend, count }
  const areas = useDerived('areas', position)
  const frames = useDerived('frames', position)
  const tables = useDerived('tables', { ...position, most: OPEN_TABLES })
  const lit = state.hover ?? focus
  const vaddr = pageOfFocus(lit, frames.value)
  const asked = useDerived('path', vaddr === undefined ? undefined : { ...position, vaddr })
  const path = vaddr === undefined ? undefined : asked.value
  const hole = useMemo(() => holeOf(backend), [backend])
  const [view, setView] = useState<AddressSpan>(WHOLE)
  const current = pageOfFocus(focus, frames.value)

  const hover = useHover(dispatch)
  const hoverPage = useCallback((page: bigint | undefined) => hover(page === undefined ? undefined : { kind: 'page', vaddr: page }), [hover])
  // What is chosen is lit, also while the pointer rests on something else.
  const choose = useCallback((chosen: Focus) => {
    hover(undefined)
    dispatch({ kind: 'focused', focus: chosen })
  }, [hover, dispatch])
  const focusPage = useCallback((page: bigint) => choose({ kind: 'page', vaddr: page }), [choose])
  const hoverEntry = useCallback((run: EntryRun | undefined) => hover(run && { kind: 'entry', entryAddress: run.entryAddress, vaddr: run.vaddr }), [hover])
  const focusEntry = useCallback(({ entryAddress, vaddr: of }: EntryRun) => choose({ kind: 'entry', entryAddress, vaddr: of }), [choose])
  const hoverFrame = useCallback((paddr: bigint | undefined) => hover(paddr === undefined ? undefined : { kind: 'frame', paddr }), [hover])
  const focusFrame = useCallback((paddr: bigint) => choose({ kind: 'frame', paddr }), [choose])
  const jump = (to: bigint): void => {
    focusPage(to)
    if (areas.value !== undefined) setView(new StripScale(areas.value, hole).around({ start: to, end: to + 1n }, 1))
  }

  const spans = useMemo(() => litSpans(path), [path])
  const entries = useMemo(() => path?.table?.steps.map(({ entryAddress }) => entryAddress) ?? [], [path])
  const way = useMemo(() => tablesOf(path), [path])
  const frame = lit?.kind === 'frame' ? lit.paddr : frameOf(path)
  const error = areas.error ?? frames.error ?? tables.error
  return (
    <div class="memory">
      <h2 class="visually-hidden">Areas over tables over frames</h2>
      <div class="memory-bar">
        <label class="memory-field">
          <span>Machine</span>
          <select value={backend} onChange={(event) => dispatch({ kind: 'backend-chosen', backend: event.currentTarget.value as BackendName })}>
            {BACKEND_NAMES.map((name) => <option key={name} value={name}>{backendTitle(name)}</option>)}
          </select>
        </label>
        <Time />
        <AddressField label="Jump to address" value={current ?? 0n} onChange={jump} />
      </div>
      {/* What is there of another machine would be taken for this one's. */}
      {error !== undefined && <p role="alert">{backendTitle(backend)} cannot run this scenario: {error}</p>}
      {error === undefined && (
        <>
          <PageChain backend={backend} path={path} isStale={asked.isStale} onFocus={focusPage} />
          <section class="memory-strip" aria-label="Areas to scale" aria-busy={areas.isStale}>
            {areas.value !== undefined && (
              <AreaStrip areas={areas.value} hole={hole} lit={spans} current={current} view={view} onView={setView} onHover={hoverPage} onFocus={focusPage} />
            )}
            <ul class="memory-legend" aria-label="Legend">
              {RIGHTS.map(([rights, title]) => <li key={rights}><span class={`rights-swatch rights rights--${rights}`} />{title}</li>)}
              <li><span class="rights-swatch rights rights--table" />table, by its level</li>
              <li><span class="memory-fold" aria-hidden="true">//</span>folded gap</li>
            </ul>
          </section>
          <div class="memory-panes">
            <section class="memory-pane" aria-label="Areas" aria-busy={areas.isStale}>
              <header><h3>Areas</h3><p>{areas.value === undefined ? '' : numbered(areas.value.count, 'area')}</p></header>
              {areas.value === undefined || areas.value.count === 0
                ? <p class="memory-empty">{areas.value === undefined ? 'Loading …' : 'No areas: the space is empty.'}</p>
                : <AreaList areas={areas.value} lit={vaddr} isPointedAt={state.hover !== undefined} onHover={hoverPage} onFocus={focusPage} />}
            </section>
            <section class="memory-pane memory-pane--tables" aria-label="Tables" aria-busy={tables.isStale}>
              <header><h3>Page tables</h3><p>{frames.value === undefined ? '' : numbered(frames.value.tables, 'table')}</p></header>
              {tables.value === undefined
                ? <NoTables backend={backend} isLoading={tables.isStale} />
                : (
                    <TableTree
                      {...position}
                      roots={tables.value}
                      entries={entries}
                      tables={way}
                      isPointedAt={state.hover !== undefined}
                      onHover={hoverEntry}
                      onFocus={focusEntry}
                    />
                  )}
            </section>
            <section class="memory-pane" aria-label="Frames" aria-busy={frames.isStale}>
              <header><h3>Frames</h3><p>{frames.value === undefined ? '' : `${numbered(frames.value.used, 'frame')} in use${frames.value.isCut ? '; the first are shown' : ''}`}</p></header>
              {frames.value === undefined
                ? <NoTables backend={backend} isLoading={frames.isStale} />
                : (
                    <FrameMap
                      backend={backend}
                      frames={frames.value}
                      lit={frame}
                      way={way}
                      isPointedAt={state.hover !== undefined}
                      onHover={hoverFrame}
                      onFocus={focusFrame}
                    />
                  )}
            </section>
          </div>
        </>
      )}
    </div>
  )
}

function NoTables({ backend, isLoading }: { readonly backend: BackendName; readonly isLoading: boolean }) {
  return <p class="memory-empty">{isLoading && machineOf(backend) !== undefined ? 'Loading …' : `${backendTitle(backend)} has no page tables in memory. Choose a machine above to see them.`}</p>
}

/** Which operation the picture comes after. */
function Time() {
  const { state: { scenario: { ops }, count }, dispatch } = usePage()
  const op = ops[count - 1]
  return (
    <div class="memory-field" role="group" aria-label="Time">
      <span>After operation {count} of {ops.length}</span>
      <span class="memory-time">
        <button type="button" class="button" aria-label="One operation back" disabled={count === 0} onClick={() => dispatch({ kind: 'time-moved', count: count - 1 })}>◂</button>
        <button type="button" class="button" aria-label="One operation on" disabled={count === ops.length} onClick={() => dispatch({ kind: 'time-moved', count: count + 1 })}>▸</button>
        <code>{op === undefined ? 'nothing yet' : opText(op)}</code>
      </span>
    </div>
  )
}

/** Dispatches at most once in a frame, and only what is new. */
function useHover(dispatch: (action: { readonly kind: 'hovered'; readonly focus: Focus | undefined }) => void): (focus: Focus | undefined) => void {
  const last = useRef<string>('')
  const next = useRef<Focus | undefined>(undefined)
  const frame = useRef(0)
  useEffect(() => () => {
    cancelAnimationFrame(frame.current)
    dispatch({ kind: 'hovered', focus: undefined })
  }, [dispatch])
  return useCallback((focus: Focus | undefined) => {
    next.current = focus
    if (frame.current !== 0) return
    frame.current = requestAnimationFrame(() => {
      frame.current = 0
      const key = focusKey(next.current)
      if (key === last.current) return
      last.current = key
      dispatch({ kind: 'hovered', focus: next.current })
    })
  }, [dispatch])
}

function focusKey(focus: Focus | undefined): string {
  return focus === undefined ? '' : Object.values(focus).join(' ')
}

/** The page that something lit leads to; undefined of a table's frame, and of nothing. */
function pageOfFocus(focus: Focus | undefined, frames: FramesView | undefined): bigint | undefined {
  if (focus?.kind !== 'frame') return focus?.vaddr
  const run = frames && runOfFrame(frames.runs, focus.paddr)
  if (frames === undefined || run === undefined || frames.runs.uses[run] !== PAGE_USE) return undefined
  return frames.runs.vaddrs[run]! + (focus.paddr - frames.runs.paddrs[run]!)
}

function litSpans(path: PagePath | undefined): LitSpan[] {
  if (path === undefined) return []
  const page = (vaddr: bigint): AddressSpan => ({ start: (vaddr >> 12n) << 12n, end: ((vaddr >> 12n) + 1n) << 12n })
  return [
    ...(path.area === undefined ? [] : [{ role: 'area' as const, start: path.area.start, end: path.area.end }]),
    ...(path.table?.aliases.filter((alias) => alias !== path.vaddr) ?? []).map((alias) => ({ role: 'alias' as const, ...page(alias) })),
    { role: 'page' as const, ...page(path.vaddr) },
  ]
}

function tablesOf(path: PagePath | undefined): bigint[] {
  return path?.table?.steps.map(({ entryAddress }) => (entryAddress >> 12n) << 12n) ?? []
}

function frameOf(path: PagePath | undefined): bigint | undefined {
  const paddr = path?.table?.leaf?.paddr
  return paddr === undefined ? undefined : (paddr >> 12n) << 12n
}

/** What lies between the halves of a machine's addresses, or behind its only one. */
function holeOf(backend: BackendName): AddressSpan | undefined {
  return machineOf(backend)?.use(({ format: { geometry } }) => ({ start: geometry.lowerEnd, end: geometry.upperStart }))
}

function numbered(count: number, noun: string): string {
  return `${String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`
}
