/** What is told to the person: announced by screen readers. Errors stay until they are dismissed, all else for a while. */

import { useEffect } from 'preact/hooks'
import { usePage } from '../context.ts'
import './messages.css'

/** Long enough to read two lines twice, in milliseconds. */
const SHOWN_FOR = 10_000

export function Messages() {
  const { state, dispatch } = usePage()
  const passing = state.messages.find(({ tone }) => tone === 'info')?.id
  useEffect(() => {
    if (passing === undefined) return undefined
    const timer = setTimeout(() => dispatch({ kind: 'message-dismissed', id: passing }), SHOWN_FOR)
    return () => clearTimeout(timer)
  }, [passing, dispatch])
  return (
    <div class="messages" role="log" aria-live="polite" aria-label="Messages">
      {state.messages.map(({ id, tone, text }) => (
        <p key={id} class={`messages-item messages-item--${tone}`}>
          <span class="messages-text"><strong>{tone === 'error' ? 'Not done: ' : ''}</strong>{text}</span>
          <button type="button" class="messages-close" aria-label={`Dismiss: ${text}`} onClick={() => dispatch({ kind: 'message-dismissed', id })}>×</button>
        </p>
      ))}
    </div>
  )
}
