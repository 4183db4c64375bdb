/** The operations as a list to go through: the one looked at is current, those after it are yet to come. */

import { useEffect, useRef } from 'preact/hooks'
import { usePage } from '../context.ts'
import { opText } from '../derive/op-line.ts'
import type { BackendSteps } from '../derive/steps.ts'
import './op-list.css'

interface OpListProps {
  /** Operations `[from, to)` are shown. */
  readonly from: number
  readonly to: number
  /** For the marks at each operation; what is not there has none. */
  readonly backends: readonly BackendSteps[]
}

export function OpList({ from, to, backends }: OpListProps) {
  const { state, dispatch } = usePage()
  const { scenario: { ops }, count } = state
  const current = useRef<HTMLLIElement>(null)
  useEffect(() => reveal(current.current), [count])
  return (
    <ol class="op-list" aria-label="Operations" start={from + 1}>
      {ops.slice(from, to).map((op, offset) => {
        const index = from + offset
        const isCurrent = index === count - 1
        const mark = markOf(index, backends)
        return (
          <li key={index} ref={isCurrent ? current : null} class={`op-list-item${index >= count ? ' op-list-item--ahead' : ''}`}>
            <button type="button" class="op-list-jump" aria-current={isCurrent ? 'step' : undefined} onClick={() => dispatch({ kind: 'time-moved', count: index + 1 })}>
              <span class="op-list-number">{index + 1}</span>
              <span class="mono">{opText(op)}</span>
              {mark !== undefined && <span class={`mark mark--${mark.tone}`}>{mark.text}</span>}
            </button>
            <button type="button" class="op-list-remove" aria-label={`Remove operation ${index + 1}: ${opText(op)}`} onClick={() => dispatch({ kind: 'op-removed', index })}>×</button>
          </li>
        )
      })}
    </ol>
  )
}

/** Scrolls the list as little as is needed, and never the page around it. */
function reveal(item: HTMLElement | null): void {
  const list = item?.parentElement
  if (item === null || list === null || list === undefined) return
  const [inner, outer] = [item.getBoundingClientRect(), list.getBoundingClientRect()]
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom
}

/** How the backends differ at an operation, in a word. */
function markOf(index: number, backends: readonly BackendSteps[]): { readonly tone: 'refused' | 'differs' | 'mismatch'; readonly text: string } | undefined {
  const outcomes = backends.flatMap(({ steps }) => steps.filter((step) => step.index === index))
  const refused = outcomes.filter(({ status }) => status === 'refused').length
  if (outcomes.some(({ isMismatch }) => isMismatch)) return { tone: 'mismatch', text: 'not as expected' }
  if (refused > 0) return { tone: 'refused', text: refused === outcomes.length ? 'refused' : `refused on ${refused} of ${outcomes.length}` }
  if (outcomes.some(({ grant }) => grant?.kind === 'differs')) return { tone: 'differs', text: 'rights differ' }
  return undefined
}
