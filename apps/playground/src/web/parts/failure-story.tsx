/** How an operation fails and is undone: what was done, what failed, what was taken back; and the state before and after. */

import { formatHex } from '@addrspace/memory-addr'
import type { NotedEvent } from '../../adapters/call-notes.ts'
import { usePage } from '../context.ts'
import type { FailureReport, StateCounts } from '../derive/failure.ts'
import { opText } from '../derive/op-line.ts'
import { sizeText } from '../derive/result-text.ts'
import './failure-story.css'

export function FailureStory({ report }: { readonly report: FailureReport }) {
  const { state: { scenario } } = usePage()
  const { op, reason, events, brokenAt, skippedEvents, part, n } = report
  const at = brokenAt ?? events.length
  const done = events.slice(0, at)
  const undone = events.slice(at + 1)
  const broken = events[at]
  return (
    <div class="failure-story">
      <section class="failure-story-part" aria-label="What happens">
        <h3>Operation {op + 1}: <code>{opText(scenario.ops[op]!)}</code></h3>
        <p class="status status--refused">refused: {reason}</p>
        <ol class="failure-story-events">
          {part === 'callback' && <Line tone="broken" sign="✕"><strong>flags callback {n} throws</strong>, while the operation is planned: nothing has been done yet</Line>}
          {done.length === 0 && part !== 'callback' && <Line tone="note" sign="·">nothing has been done before</Line>}
          {done.map((event, index) => <Event key={index} event={event} phase="done" />)}
          {skippedEvents > 0 && <Line tone="note" sign="…">{skippedEvents} more</Line>}
          {broken !== undefined && <Event event={broken} phase="broken" />}
          {undone.map((event, index) => <Event key={index} event={event} phase="undone" />)}
          <Restored report={report} />
        </ol>
      </section>
      <section class="failure-story-part" aria-label="Before and after">
        <h3>Before and after</h3>
        <States report={report} />
        <Verdict report={report} />
      </section>
    </div>
  )
}

/** What a page table takes back by itself is seen in its words, not in calls. */
function Restored({ report: { during, before, after } }: { readonly report: FailureReport }) {
  if (during?.changed === undefined || before.frames === undefined) return null
  const restored = during.changed - (after.changed ?? 0)
  if (restored <= 0) return <Line tone="note" sign="·">no word of the tables had been written yet</Line>
  return <Line tone="undone" sign="↺"><strong>{restored} {restored === 1 ? 'word' : 'words'}</strong> of the tables {restored === 1 ? 'holds' : 'hold'} again what {restored === 1 ? 'it' : 'they'} held before</Line>
}

function Event({ event, phase }: { readonly event: NotedEvent; readonly phase: 'done' | 'broken' | 'undone' }) {
  const sign = phase === 'broken' ? '✕' : phase === 'undone' ? '↺' : '✓'
  switch (event.kind) {
    case 'call': {
      // A call is refused for what fails inside of it, which comes next.
      const isUnderWay = phase === 'done' && event.answer === 'refused'
      return (
        <Line tone={phase} sign={isUnderWay ? '↳' : sign}>
          {phase === 'undone' && 'undone by '}<strong>{event.verb}</strong> <code>{formatHex(event.start)}–{formatHex(event.start + event.size)}</code> <span class="failure-story-note">{sizeText(event.size)}</span>
          {isUnderWay && ' is under way'}
          {event.answer === 'broken' && <strong> is made to fail</strong>}
          {phase === 'undone' && event.answer === 'refused' && <strong>, which is refused</strong>}
        </Line>
      )
    }
    case 'taken':
      return <Line tone={phase} sign={sign}>{framesText(event.count)} taken, <code>{formatHex(event.paddr)}</code>{event.count > 1 && ' and on'}</Line>
    case 'given-back':
      return <Line tone={phase} sign={sign}>{framesText(event.count)} given back, <code>{formatHex(event.paddr)}</code>{event.count > 1 && ' and on'}</Line>
    case 'no-frame':
      return <Line tone={phase} sign="✕"><strong>no frame is to be had</strong>{event.answer === 'broken' && ': it is made to fail'}</Line>
  }
}

function framesText(count: number): string {
  return count === 1 ? 'a frame is' : `${count} frames are`
}

interface LineProps {
  readonly tone: 'done' | 'broken' | 'undone' | 'note'
  readonly sign: string
  readonly children: preact.ComponentChildren
}

function Line({ tone, sign, children }: LineProps) {
  return <li class={`failure-story-event failure-story-event--${tone}`}><span class="failure-story-sign" aria-hidden="true">{sign}</span><span>{children}</span></li>
}

function States({ report: { before, during, after } }: { readonly report: FailureReport }) {
  const rows: readonly (readonly [name: string, key: keyof StateCounts])[] = [['areas', 'areas'], ['frames in use', 'frames'], [before.frames === undefined ? 'runs changed' : 'words changed', 'changed']]
  return (
    <table class="failure-story-states">
      <thead><tr><td /><th scope="col">before</th>{during !== undefined && <th scope="col">when it failed</th>}<th scope="col">after</th></tr></thead>
      <tbody>
        {rows.filter(([, key]) => before[key] !== undefined).map(([name, key]) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            <td>{before[key]}</td>
            {during !== undefined && <td class={during[key] === undefined || during[key] === before[key] ? '' : 'failure-story-other'}>{during[key] ?? <span class="failure-story-note">changed last</span>}</td>}
            <td class={after[key] === before[key] ? '' : 'failure-story-other'}>{after[key]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Verdict({ report: { isUndone: { areas, words, frames }, before } }: { readonly report: FailureReport }) {
  const parts: readonly (readonly [isSame: boolean, text: string])[] = [
    [areas, 'every area is as before'],
    ...(before.changed === undefined ? [] : [[words, before.frames === undefined ? 'the table is as before' : 'every word of memory is as before'] as const]),
    ...(before.frames === undefined ? [] : [[frames, 'as many frames are in use as before'] as const]),
  ]
  return (
    <ul class="failure-story-verdict">
      {parts.map(([isSame, text]) => <li key={text} class={`status ${isSame ? 'status--done' : 'status--refused'}`}>{isSame ? text : `NOT: ${text}`}</li>)}
    </ul>
  )
}
