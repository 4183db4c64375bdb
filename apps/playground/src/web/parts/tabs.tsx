/** The tabs of the views: one stop for the tab key, arrows go from one to the next. */

import { useEffect, useRef } from 'preact/hooks'
import type { ViewEntry } from '../views/index.ts'
import type { ViewId } from '../views/view-id.ts'
import './tabs.css'

interface TabsProps {
  readonly views: readonly ViewEntry[]
  readonly open: ViewId
  readonly onOpen: (id: ViewId) => void
}

export function Tabs({ views, open, onOpen }: TabsProps) {
  const list = useRef<HTMLDivElement>(null)
  // On a phone, not all of them have room.
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [open])
  const move = (event: KeyboardEvent): void => {
    const at = views.findIndex(({ id }) => id === open)
    const to = nextIndex(event.key, at, views.length)
    if (to === undefined) return
    event.preventDefault()
    onOpen(views[to]!.id)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[to]?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Views" ref={list} onKeyDown={move}>
      {views.map(({ id, title }) => (
        <button key={id} id={`tab-${id}`} type="button" role="tab" class="tabs-tab" aria-selected={id === open} aria-controls="panel" tabIndex={id === open ? 0 : -1} onClick={() => onOpen(id)}>
          {title}
        </button>
      ))}
    </div>
  )
}

function nextIndex(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight': return (at + 1) % count
    case 'ArrowLeft': return (at + count - 1) % count
    case 'Home': return 0
    case 'End': return count - 1
    default: return undefined
  }
}
