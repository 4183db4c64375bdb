/** What is told to the person: announced by screen readers, and shown until it is dismissed. */

import { usePage } from '../context.ts'
import './messages.css'

export function Messages() {
  const { state, dispatch } = usePage()
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
