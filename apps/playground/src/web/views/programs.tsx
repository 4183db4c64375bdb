/** Real programs: what a program did to its memory, call by call, beside what the kernel says it came to. */

import { formatHex } from '@addrspace/memory-addr'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { usePage } from '../context.ts'
import { sizeText } from '../derive/result-text.ts'
import { RIGHTS } from '../derive/rights.ts'
import { WHOLE, type AddressSpan } from '../derive/strip-scale.ts'
import { BUNDLED_TRACES } from '../derive/trace-files.ts'
import { columnsOfRows, scenarioOfRows, scenarioOfSteps } from '../derive/trace-player.ts'
import type { TraceTimeline } from '../derive/trace.ts'
import { AreaStrip } from '../parts/area-strip.tsx'
import { FilePicker } from '../parts/file-picker.tsx'
import { Scrubber } from '../parts/scrubber.tsx'
import { CallList, TraceAreas } from '../parts/trace-lists.tsx'
import { TraceMachines } from '../parts/trace-machines.tsx'
import { useOpenScenario } from '../parts/use-open-scenario.ts'
import { findTrace, keepTrace, type OpenTrace } from '../trace-store.ts'
import './programs.css'

/** Calls in a second. */
const SPEEDS = [4, 1, 20, 100, 500] as const

export function ProgramsView() {
  const { state } = usePage()
  const { open, loading } = useBundled()
  const trace = state.trace === undefined ? undefined : findTrace(state.trace.id)
  return (
    <div class="programs">
      <h2 class="visually-hidden">Real programs</h2>
      <section class="programs-choice" aria-label="Programs">
        <ul>
          {BUNDLED_TRACES.map(({ id, what }) => (
            <li key={id}>
              <button type="button" class="programs-program" aria-pressed={state.trace?.id === id} disabled={loading !== undefined} onClick={() => void open(id, 0)}>
                <strong>{id}</strong> <span>{loading === id ? 'Loading …' : what}</span>
              </button>
            </li>
          ))}
        </ul>
        <div class="programs-own">
          <p>Your own: drop a trace folder or a <code>/proc/PID/maps</code> file anywhere on the page, or</p>
          <FilePicker label="Choose a trace folder" what="folder" />
          <FilePicker label="Choose a maps file" what="file" />
        </div>
      </section>
      {trace === undefined ? <Introduction isLoading={loading !== undefined} /> : <Run key={trace.id} trace={trace} position={Math.min(state.trace!.position, trace.timeline.steps.length)} />}
    </div>
  )
}

function Introduction({ isLoading }: { readonly isLoading: boolean }) {
  if (isLoading) return <p class="programs-note">Loading …</p>
  return (
    <section class="programs-panel" aria-label="About traces">
      <h3>What a program did to its memory</h3>
      <p>Five runs of real programs come with this page, each with the memory calls that it made and the kernel's own list of its areas. Choose one, and go through it call by call.</p>
      <p class="programs-note">A run of your own is recorded with strace; <code>start.maps</code> in the same folder is <code>/proc/PID/maps</code> right after the first line, and <code>end.maps</code>, if there is one, is compared with at the end.</p>
      <pre tabIndex={0} role="region" aria-label="Command that records">strace -f -y -o strace.txt -e trace=%memory,shmget,clone,clone3,fork,vfork,execve,execveat,exit,exit_group PROGRAM</pre>
    </section>
  )
}

interface RunProps {
  readonly trace: OpenTrace
  readonly position: number
}

function Run({ trace, position }: RunProps) {
  const { state, dispatch } = usePage()
  const { timeline, player } = trace
  const [view, setView] = useState<AddressSpan>(WHOLE)
  const rows = useMemo(() => player.rowsAt(position), [player, position])
  const columns = useMemo(() => columnsOfRows(timeline, rows), [timeline, rows])
  const fresh = useMemo(() => freshRows(timeline, position), [timeline, position])
  const shown = useMemo(() => {
    const at = rows.findIndex((row) => fresh.has(row))
    return at < 0 ? undefined : at
  }, [rows, fresh])
  const lit = useMemo(() => Array.from(fresh, (row) => ({ start: timeline.areas.starts[row]!, end: timeline.areas.lasts[row]! + 1n, role: 'area' as const })), [timeline, fresh])
  // Not rendered anew at every step.
  const machines = useMemo(() => <TraceMachines trace={trace} />, [trace])
  const move = (to: number): void => dispatch({ kind: 'trace-changed', trace: { id: trace.id, title: timeline.title, position: to } })
  const focus = (vaddr: bigint): void => dispatch({ kind: 'focused', focus: { kind: 'page', vaddr } })
  const step = timeline.steps[position - 1]
  const place = step === undefined ? 'the start' : `line ${step.line}`
  const focused = state.focus?.kind === 'page' ? state.focus.vaddr : undefined
  const openScenario = useOpenScenario()
  const scenario = (text: string): void => {
    void openScenario(text).then(() => dispatch({ kind: 'view-opened', view: 'memory' }))
  }
  return (
    <div class="programs-run">
      <section class="programs-panel" aria-label="Player">
        <header class="programs-bar">
          <h3>{timeline.title}</h3>
          <p class="programs-note">{summaryOf(trace)}</p>
        </header>
        {timeline.steps.length > 0 && <Scrubber count={position} last={timeline.steps.length} text={`${position} of ${timeline.steps.length}: ${step?.text ?? 'the start'}`} label="Calls played" speeds={SPEEDS} onMove={move} />}
        {timeline.isCut && <p class="programs-note">The run goes on: only its first {timeline.steps.length} calls can be gone through.</p>}
        <p class="programs-call">{step === undefined ? 'At the start' : <><span class="programs-line">line {step.line}</span> <code>{step.text}</code></>}</p>
        <Changes timeline={timeline} position={position} />
      </section>
      <section class="programs-panel programs-strip" aria-label="Areas to scale">
        <AreaStrip areas={columns} hole={undefined} lit={lit} current={focused} view={view} onView={setView} onHover={() => undefined} onFocus={focus} />
        <ul class="programs-legend" aria-label="Legend">
          {RIGHTS.map(([rights, title]) => <li key={rights}><span class={`rights-swatch rights rights--${rights}`} />{title}</li>)}
        </ul>
      </section>
      <div class="programs-lists">
        {timeline.steps.length > 0 && (
          <section class="programs-list" aria-label="Calls">
            <header><h3>Calls</h3><p class="programs-note">{timeline.steps.length} that count, of {timeline.lines} lines</p></header>
            <CallList timeline={timeline} position={position} onMove={move} />
          </section>
        )}
        <section class="programs-list" aria-label="Areas">
          <header><h3>Areas</h3><p class="programs-note">{rows.length} at {place}</p></header>
          <TraceAreas timeline={timeline} rows={rows} fresh={fresh} shown={shown} lit={focused} onFocus={focus} />
        </section>
      </div>
      <div class="programs-lower">
        <div class="programs-column">
          {timeline.steps.length > 0 && <Kernel timeline={timeline} position={position} onMove={move} />}
          <section class="programs-panel" aria-label="As a scenario">
            <h3>Look inside</h3>
            <p class="programs-note">As a scenario, this place can be looked at in all views: tables, frames, walks, on each machine. Undo brings back the scenario that is there now.</p>
            <div class="programs-own">
              <button type="button" class="button" onClick={() => scenario(scenarioOfRows(timeline, rows, place))}>Open these {rows.length} areas</button>
              {position > 0 && <button type="button" class="button" onClick={() => scenario(scenarioOfSteps(timeline, position, place))}>Open every call up to here</button>}
            </div>
          </section>
        </div>
        <section class="programs-panel" aria-label="Machines">
          <h3>On which machines it runs</h3>
          {machines}
        </section>
      </div>
    </div>
  )
}

/** More are counted. */
const MOST_CHANGES = 12

/** What the last call took away and made. */
function Changes({ timeline, position }: { readonly timeline: TraceTimeline; readonly position: number }) {
  const step = timeline.steps[position - 1]
  if (step === undefined) return null
  const changes = timeline.changes.slice(step.from, step.to)
  if (changes.length === 0) return <p class="programs-note">{step.hasFailed ? 'It failed, and changed nothing.' : 'It changed no area.'}</p>
  const list = (from: number, to: number, sign: '−' | '+', word: string) => Array.from({ length: to - from }, (_, offset) => {
    const { starts, lasts, permissions, names } = timeline.areas
    const row = from + offset
    return (
      <li key={`${sign}${row}`} class={`programs-change programs-change--${sign === '+' ? 'new' : 'gone'}`}>
        <span aria-hidden="true">{sign}</span><span class="visually-hidden">{word} </span> <code>{formatHex(starts[row]!)}–{formatHex(lasts[row]! + 1n)} {permissions[row]}</code> {sizeText(lasts[row]! + 1n - starts[row]!)} {names[row]}
      </li>
    )
  })
  const items = changes.flatMap(({ gone, added }) => [...list(...gone, '−', 'gone'), ...list(...added, '+', 'new')])
  return (
    <ul class="programs-changes" aria-label="What it changed">
      {items.slice(0, MOST_CHANGES)}
      {items.length > MOST_CHANGES && <li class="programs-note">and {items.length - MOST_CHANGES} more</li>}
    </ul>
  )
}

/** The kernel's own lists, and how the run differs from them. */
function Kernel({ timeline: { checkpoints, report }, position, onMove }: { readonly timeline: TraceTimeline; readonly position: number; readonly onMove: (position: number) => void }) {
  return (
    <section class="programs-panel" aria-label="The kernel's own list">
      <h3>The kernel's own list</h3>
      {checkpoints.length === 0 && <p class="programs-note">The trace has none to compare with: no <code>end.maps</code>.</p>}
      <ul class="programs-checkpoints">
        {checkpoints.map(({ line, position: at, kernelAreas, areas, differences }) => (
          <li key={line ?? 'end'}>
            <button type="button" class="button" aria-current={at === position ? 'step' : undefined} onClick={() => onMove(at)}>{line === undefined ? 'at the end' : `after line ${line}`}</button>
            {' '}<span class={`status status--${differences.length === 0 ? 'done' : 'refused'}`}>{differences.length === 0 ? 'the same' : `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`}</span>
            {' '}<span class="programs-note">{kernelAreas} areas in the kernel, {areas} here</span>
            {differences.length > 0 && (
              <ul class="programs-differences">
                {differences.slice(0, 20).map(({ range, expected, actual }) => <li key={range}><code>{range}</code>: {expected ?? 'free'} in the kernel, {actual ?? 'free'} here</li>)}
                {differences.length > 20 && <li>and {differences.length - 20} more</li>}
              </ul>
            )}
          </li>
        ))}
      </ul>
      {report.violations.length > 0 && (
        <>
          <h4>Calls whose outcome is out of place</h4>
          <ul class="programs-differences">
            {report.violations.slice(0, 20).map(({ line, detail, rule }, index) => <li key={index}>line {line}: {detail} ({rule})</li>)}
            {report.violations.length > 20 && <li>and {report.violations.length - 20} more</li>}
          </ul>
        </>
      )}
      <p class="programs-note">Compared by address and permission: the kernel keeps neighbours apart for reasons that no call shows.</p>
    </section>
  )
}

function summaryOf({ files, timeline: { steps, report, addressBits } }: OpenTrace): string {
  if (files.log === undefined) return `a list of ${report.areas} areas, addresses of ${addressBits} bits`
  const names = Object.entries(report.operations).sort(([, a], [, b]) => b - a).map(([name, count]) => `${count} ${name}`)
  return `${steps.length} calls: ${names.join(', ')}; addresses of ${addressBits} bits`
}

function freshRows({ steps, changes }: TraceTimeline, position: number): ReadonlySet<number> {
  const step = steps[position - 1]
  if (step === undefined) return new Set()
  return new Set(changes.slice(step.from, step.to).flatMap(({ added: [from, to] }) => Array.from({ length: to - from }, (_, offset) => from + offset)))
}

/** Opens what comes with the page: when it is chosen, and when a link names it. */
function useBundled(): { readonly open: (id: string, position: number) => Promise<void>; readonly loading: string | undefined } {
  const { state: { trace }, dispatch, client } = usePage()
  const [loading, setLoading] = useState<string>()
  const open = async (id: string, position: number): Promise<void> => {
    setLoading(id)
    try {
      if (findTrace(id) === undefined) {
        const { fetchTrace } = await import('../bundled-traces.ts')
        const files = await fetchTrace(id)
        keepTrace(files, await client.ask('trace', { files }), id)
      }
      dispatch({ kind: 'trace-changed', trace: { id, title: id, position } })
    } catch (error) {
      dispatch({ kind: 'told', tone: 'error', text: `${error instanceof Error ? error.message : String(error)} The page is as it was.` })
    }
    setLoading(undefined)
  }
  useEffect(() => {
    if (trace === undefined || findTrace(trace.id) !== undefined) return
    if (BUNDLED_TRACES.some(({ id }) => id === trace.id)) void open(trace.id, trace.position)
    else {
      dispatch({ kind: 'trace-changed', trace: undefined })
      dispatch({ kind: 'told', tone: 'error', text: `There is no trace ${JSON.stringify(trace.id)} here.` })
    }
  }, [trace])
  return { open, loading }
}
