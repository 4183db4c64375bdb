/** A text to take away: shown, copied, saved as a file. */

import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { usePage } from '../context.ts'
import './text-block.css'

interface TextBlockProps {
  /** What it is, as a heading over it. */
  readonly title: string
  readonly text: string
  /** Whether a newer text is being made: this one is shown meanwhile, and not given away. */
  readonly isStale: boolean
  /** One line in a field, or as many as the text has. */
  readonly shape: 'line' | 'block'
  /** As a file, if it makes sense as one. */
  readonly fileName?: string
  /** Between the heading and the text. */
  readonly children?: ComponentChildren
}

/** More characters take the browser longer to lay out than a person waits, and nobody reads them here. */
const MOST_SHOWN = 32 * 1024

export function TextBlock({ title, text, isStale, shape, fileName, children }: TextBlockProps) {
  const { dispatch } = usePage()
  const id = useId()
  const shown = useRef<HTMLInputElement & HTMLPreElement>(null)
  const isLong = text.length > MOST_SHOWN
  // A piece of a link is none.
  const seen = !isLong ? text : shape === 'line' ? '' : text.slice(0, text.lastIndexOf('\n', MOST_SHOWN) + 1 || MOST_SHOWN)
  const isKept = text === '' || isStale
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      dispatch({ kind: 'told', tone: 'info', text: `${title} copied.` })
    } catch {
      // Not given to pages that came without TLS, nor inside of some frames.
      if (isLong) {
        dispatch({ kind: 'told', tone: 'error', text: `This browser does not let the page copy, and the text is too long to be shown: ${fileName === undefined ? 'share the scenario as a file' : 'save it as a file'}.` })
        return
      }
      select(shown.current)
      dispatch({ kind: 'told', tone: 'info', text: 'This browser does not let the page copy: the text is selected, copy it with the keyboard.' })
    }
  }
  return (
    <section class="text-block" aria-labelledby={id} aria-busy={isStale}>
      <h3 id={id}>{title}</h3>
      {children}
      <div class={`text-block-text text-block-text--${shape}`}>
        {shape === 'line'
          ? <input ref={shown} class="mono" readOnly value={seen} placeholder={isLong ? 'too long to be shown' : ''} aria-labelledby={id} onFocus={(event) => event.currentTarget.select()} />
          : <pre ref={shown} tabIndex={0} role="region" aria-label={`${title}, text`}>{seen}</pre>}
        {isLong && <p class="text-block-long">{`${shape === 'line' ? 'Not shown: all' : `The first ${seen.length} of`} ${text.length} characters. ${fileName === undefined ? 'Copy gives' : 'Copy and Save give'} all of them.`}</p>}
        <div class="text-block-actions">
          <button type="button" class="button" disabled={isKept} onClick={() => void copy()} aria-label={`Copy: ${title}`}>Copy</button>
          {fileName !== undefined && <button type="button" class="button" disabled={isKept} onClick={() => save(fileName, text)}>Save {fileName}</button>}
        </div>
      </div>
    </section>
  )
}

function select(shown: HTMLElement | null): void {
  if (shown instanceof HTMLInputElement) shown.select()
  else if (shown !== null) getSelection()?.selectAllChildren(shown)
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
