/** A table of the tree and its runs of entries; those that point to tables can be opened. */

import { formatHex } from '@addrspace/memory-addr'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { useDerived } from '../context.ts'
import type { BackendName } from '../derive/backends.ts'
import type { Position } from '../derive/position.ts'
import { shortSize } from '../derive/result-text.ts'
import { rightsOfText } from '../derive/rights.ts'
import { tableName } from '../derive/table-name.ts'
import { memo } from './memo.tsx'
import type { EntryRun, TableNode } from '../derive/tables.ts'

/** More rows of one table come when they are asked for. */
const MOST_ROWS = 48

/** Which entries are lit, and who wants to know of others. */
export interface TreeLight {
  readonly backend: BackendName
  /** Addresses of the entries on the way to the lit page, from the root on. */
  readonly entries: readonly bigint[]
  /** Tables on that way, and the one that is lit itself. */
  readonly tables: readonly bigint[]
  readonly onHover: (run: EntryRun | undefined) => void
  readonly onFocus: (run: EntryRun) => void
  /** Opened and closed by hand, by `keyOf`. */
  readonly toggled: ReadonlyMap<string, boolean>
  readonly onToggle: (key: string, isOpen: boolean) => void
  readonly position: Position
}

interface TableRowsProps {
  readonly node: TableNode
  readonly depth: number
  readonly light: TreeLight
  /** The same without any light: for what is not on the way, so that it is not rendered again when that changes. */
  readonly idle: TreeLight
  readonly title?: string
  readonly isFirst?: boolean
}

export function TableRows({ node, depth, light, idle, title, isFirst = false }: TableRowsProps) {
  const key = keyOf(node.paddr, node.level, node.vaddr)
  if (title === undefined) return <Runs node={node} depth={depth} light={light} idle={idle} />
  const isOpen = light.toggled.get(key) ?? true
  const toggle = (): void => light.onToggle(key, !isOpen)
  return (
    <>
      <Row depth={depth} isLit={light.tables.includes(node.paddr) && light.entries.length === 0} isFirst={isFirst} twist={{ isOpen, onToggle: toggle }} onClick={toggle}>
        <span class="table-tree-name">{tableName(light.backend, node.level)}</span>
        <span class="mono">{formatHex(node.paddr)}</span>
        <span class="table-tree-dim">{title}</span>
      </Row>
      {isOpen && <Runs node={node} depth={depth + 1} light={light} idle={idle} />}
    </>
  )
}

type RunsProps = Omit<TableRowsProps, 'title' | 'isFirst'>

function Runs({ node, depth, light, idle }: RunsProps) {
  const [most, setMost] = useState(MOST_ROWS)
  // What is lit is shown wherever it is.
  const shown = node.runs.filter((run, index) => index < most || isLit(run, light))
  return (
    <>
      {shown.map((run) => {
        const isOnWay = run.kind === 'table' && run.target !== undefined && light.tables.includes(run.target)
        return <RunRow key={run.first} run={run} node={node} depth={depth} isLit={isLit(run, light)} isOnWay={isOnWay} light={isOnWay ? light : idle} idle={idle} />
      })}
      {shown.length < node.runs.length && (
        <Row depth={depth} onClick={() => setMost(node.runs.length)}>
          <span class="table-tree-dim">… {node.runs.length - shown.length} more rows of this table</span>
        </Row>
      )}
    </>
  )
}

interface RunRowProps extends RunsProps {
  readonly run: EntryRun
  readonly isLit: boolean
  /** Whether the table that it points to is on the way. */
  readonly isOnWay: boolean
}

const RunRow = memo(function RunRow({ run, node, depth, isLit, isOnWay, light, idle }: RunRowProps) {
  const isTable = run.kind === 'table' && run.target !== undefined && node.level > 0
  const key = isTable ? keyOf(run.target, node.level - 1, run.vaddr) : ''
  const isOpen = isTable && (light.toggled.get(key) ?? (isOnWay || run.child !== undefined))
  return (
    <>
      <Row
        depth={depth}
        isLit={isLit}
        kind={run.kind}
        {...(isTable && { twist: { isOpen, onToggle: () => light.onToggle(key, !isOpen) } })}
        onClick={() => { if (run.kind !== 'absent') light.onFocus(run) }}
        onEnter={() => light.onHover(run.kind === 'absent' ? undefined : run)}
      >
        <Entry run={run} node={node} light={light} />
      </Row>
      {isOpen && (run.child === undefined
        ? <Asked run={run} level={node.level - 1} depth={depth + 1} light={light} idle={idle} />
        : <TableRows node={run.child} depth={depth + 1} light={light} idle={idle} />)}
    </>
  )
})

interface AskedProps extends Omit<RunsProps, 'node'> {
  readonly run: EntryRun
  readonly level: number
}

/** A table that was not among the first ones: it is asked for. */
function Asked({ run, level, depth, light, idle }: AskedProps) {
  const { scenario, backend, count } = light.position
  const [from] = useState({ paddr: run.target!, level, vaddr: run.vaddr })
  const { value, error } = useDerived('tables', { scenario, backend, count, from, most: 1 })
  const [node] = value ?? []
  if (error !== undefined) return <p class="table-tree-more" role="alert">{error}</p>
  return node === undefined ? <p class="table-tree-more">Loading …</p> : <TableRows node={node} depth={depth} light={light} idle={idle} />
}

function Entry({ run, node, light }: { readonly run: EntryRun; readonly node: TableNode; readonly light: TreeLight }) {
  const index = <span class="table-tree-index mono"><span class="visually-hidden">{tableName(light.backend, node.level)} </span>{run.count === 1 ? `[${run.first}]` : `[${run.first}–${run.first + run.count - 1}]`}</span>
  switch (run.kind) {
    case 'absent':
      return <>{index}<span class="table-tree-dim">{run.count === 1 ? 'absent' : `${run.count} absent`} · {shortSize(run.size)}</span></>
    case 'table':
      return (
        <>
          {index}
          <span class="table-tree-name">{node.level > 0 ? tableName(light.backend, node.level - 1) : 'table'}</span>
          <span class="mono">{formatHex(run.target!)}</span>
          <span class="table-tree-dim">{shortSize(run.size)} from <span class="mono">{formatHex(run.vaddr)}</span></span>
        </>
      )
    case 'leaf':
    case 'hidden':
      return (
        <>
          {index}
          <span class={`rights-swatch rights rights--${run.kind === 'hidden' ? 'none' : rightsOfText(run.flags ?? '')}`} />
          <span class="table-tree-flags mono">{run.kind === 'hidden' ? 'none' : run.flags}</span>
          <span class="mono">{formatHex(run.vaddr)} → {formatHex(run.target!)}</span>
          <span class="table-tree-dim">{run.count === 1 ? '' : `${run.count} × `}{shortSize(run.size / BigInt(run.count))}{run.accessed ? ' · A' : ''}{run.dirty ? ' · D' : ''}</span>
        </>
      )
    case 'invalid':
      return <>{index}<span class="mark mark--refused">invalid</span><span class="mono">{formatHex(run.word)}</span></>
  }
}

interface RowProps {
  readonly depth: number
  readonly isLit?: boolean
  /** Whether the tab key comes here. */
  readonly isFirst?: boolean
  readonly kind?: EntryRun['kind']
  readonly twist?: { readonly isOpen: boolean; readonly onToggle: () => void }
  readonly onClick: () => void
  readonly onEnter?: () => void
  readonly children: ComponentChildren
}

function Row({ depth, isLit = false, isFirst = false, kind, twist, onClick, onEnter, children }: RowProps) {
  return (
    <div
      class={`table-tree-row${kind === 'absent' ? ' table-tree-row--absent' : ''}${isLit ? ' table-tree-row--lit' : ''}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={twist?.isOpen}
      aria-selected={isLit}
      tabIndex={isFirst ? 0 : -1}
      style={{ paddingInlineStart: `${0.25 + depth}rem` }}
      onClick={onClick}
      onPointerEnter={onEnter}
    >
      <span
        class="table-tree-twist"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation()
          twist?.onToggle()
        }}
      >
        {twist === undefined ? '' : twist.isOpen ? '▾' : '▸'}
      </span>
      {children}
    </div>
  )
}

function isLit(run: EntryRun, { entries }: TreeLight): boolean {
  const end = run.entryAddress + 8n * BigInt(run.count)
  return entries.some((entry) => entry >= run.entryAddress && entry < end)
}

/** A table in a tree: its frame may be that of another level elsewhere. */
function keyOf(paddr: bigint, level: number, vaddr: bigint): string {
  return `${paddr}/${level}/${vaddr}`
}
