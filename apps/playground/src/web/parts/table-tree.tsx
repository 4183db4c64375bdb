/**
 * The tree of page tables. Runs of equal entries are one row; a table is asked for when it is opened. What leads to the
 * lit page is opened by itself, and closed again with it, but for what was opened by hand.
 */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Position } from '../derive/position.ts'
import type { TableNode } from '../derive/tables.ts'
import { TableRows, type TreeLight } from './table-rows.tsx'
import './table-tree.css'

interface TableTreeProps extends Position {
  readonly roots: readonly TableNode[]
  readonly entries: readonly bigint[]
  readonly tables: readonly bigint[]
  /** Whether what is lit is pointed at: then nothing moves under the pointer that does. */
  readonly isPointedAt: boolean
  readonly onHover: TreeLight['onHover']
  readonly onFocus: TreeLight['onFocus']
}

export function TableTree({ roots, entries, tables, isPointedAt, onHover, onFocus, scenario, backend, count }: TableTreeProps) {
  const tree = useRef<HTMLDivElement>(null)
  const isInside = useRef(false)
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map())
  const onToggle = useCallback((key: string, isOpen: boolean) => setToggled((before) => new Map(before).set(key, isOpen)), [])
  const position = useMemo(() => ({ scenario, backend, count }), [scenario, backend, count])
  // Under the pointer nothing opens by itself: rows would run away from it.
  const [kept, setKept] = useState({ entries, tables })
  const isStill = isPointedAt && isInside.current
  const way = isStill ? kept : { entries, tables }
  useEffect(() => {
    if (!isStill) setKept({ entries, tables })
  }, [entries, tables, isStill])
  const last = entries.at(-1)
  useEffect(() => {
    const box = tree.current
    if (last === undefined || isStill || box === null) return undefined
    // A table on the way may come in later; each that does moves the row.
    const observer = new MutationObserver(() => reveal(box))
    observer.observe(box, { childList: true })
    reveal(box)
    const timer = setTimeout(() => observer.disconnect(), PATIENCE)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [last, isStill])
  const idle = useMemo((): TreeLight => ({ backend, entries: NONE, tables: NONE, onHover, onFocus, toggled, onToggle, position }), [backend, onHover, onFocus, toggled, onToggle, position])
  const light: TreeLight = { ...idle, entries, tables: way.tables }
  return (
    <div
      ref={tree}
      class="table-tree"
      role="tree"
      aria-label="Page tables"
      onKeyDown={(event) => pressed(event, tree.current!)}
      onPointerEnter={() => { isInside.current = true }}
      onPointerLeave={() => { isInside.current = false; onHover(undefined) }}
    >
      {roots.map((root, index) => (
        <TableRows key={index} node={root} depth={0} light={light} idle={idle} isFirst={index === 0} title={roots.length === 1 ? 'root' : index === 0 ? 'root of the lower half' : 'root of the upper half'} />
      ))}
    </div>
  )
}

/** How long tables on the way may take to come in, in milliseconds; later ones move nothing any more. */
const PATIENCE = 3000

const NONE: readonly bigint[] = []

/** Brings the deepest lit row into the box, without moving the page. */
function reveal(tree: HTMLDivElement): void {
  const rows = tree.querySelectorAll<HTMLElement>('.table-tree-row--lit')
  const row = rows[rows.length - 1]
  if (row === undefined) return
  const box = tree.getBoundingClientRect()
  const { top, bottom } = row.getBoundingClientRect()
  if (top < box.top) tree.scrollTop -= box.top - top + 30
  else if (bottom > box.bottom) tree.scrollTop += bottom - box.bottom + 30
}

/** Arrows as in any tree: up and down over what is seen, right opens or goes in, left closes or goes out. */
function pressed(event: KeyboardEvent, tree: HTMLElement): void {
  const items = Array.from(tree.querySelectorAll<HTMLElement>('[role=treeitem]'))
  const item = (event.target as HTMLElement).closest<HTMLElement>('[role=treeitem]')
  const at = item === null ? -1 : items.indexOf(item)
  if (item === null || at < 0) return
  const isOpen = item.getAttribute('aria-expanded')
  const go = (to: HTMLElement | undefined): void => to?.focus()
  const twist = (): void => item.querySelector<HTMLElement>('.table-tree-twist')?.click()
  const levelOf = (other: HTMLElement): number => Number(other.getAttribute('aria-level'))
  switch (event.key) {
    case 'ArrowDown':
      go(items[at + 1])
      break
    case 'ArrowUp':
      go(items[at - 1])
      break
    case 'Home':
      go(items[0])
      break
    case 'End':
      go(items.at(-1))
      break
    case 'ArrowRight':
      if (isOpen === 'false') twist()
      else if (isOpen === 'true') go(items[at + 1])
      break
    case 'ArrowLeft':
      if (isOpen === 'true') twist()
      else go(items.slice(0, at).findLast((other) => levelOf(other) < levelOf(item)))
      break
    case 'Enter':
    case ' ':
      item.click()
      break
    default:
      return
  }
  event.preventDefault()
}
