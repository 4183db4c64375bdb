/** The lit page in one line: its area, every entry on its way with its word, its frame, and its other addresses. */

import { formatHex } from '@addrspace/memory-addr'
import type { ComponentChildren } from 'preact'
import { machineOf, type BackendName } from '../derive/backends.ts'
import type { PagePath, PathInTables } from '../derive/path.ts'
import { shortSize } from '../derive/result-text.ts'
import { rightsOfText } from '../derive/rights.ts'
import { tableName } from '../derive/table-name.ts'
import './page-chain.css'

interface PageChainProps {
  readonly backend: BackendName
  readonly path: PagePath | undefined
  readonly isStale: boolean
  readonly onFocus: (vaddr: bigint) => void
}

export function PageChain({ backend, path, isStale, onFocus }: PageChainProps) {
  return (
    <section class={`page-chain${path === undefined ? '' : ' page-chain--lit'}${machineOf(backend) === undefined ? ' page-chain--short' : ''}`} aria-label="The lit page" aria-busy={isStale}>
      {path === undefined
        ? <p class="page-chain-hint">Point at a page anywhere below, or choose one: its area, the entries that lead to it, its frame and all its aliases light up.</p>
        : <Links backend={backend} path={path} onFocus={onFocus} />}
    </section>
  )
}

function Links({ backend, path: { vaddr, area, table }, onFocus }: { readonly backend: BackendName; readonly path: PagePath; readonly onFocus: (vaddr: bigint) => void }) {
  return (
    <>
      <Link title="Address" arrow=""><span class="mono">{formatHex(vaddr)}</span></Link>
      {area === undefined
        ? <Link title="Area" look="stop">none</Link>
        : <Link title={`Area · ${shortSize(area.end - area.start)}`}><Swatch flags={area.flags} /><span class="mono">{formatHex(area.start)}–{formatHex(area.end)} {area.flags === '' ? 'no access' : area.flags}</span></Link>}
      {table !== undefined && <Way backend={backend} table={table} vaddr={vaddr} onFocus={onFocus} />}
    </>
  )
}

function Way({ backend, table: { isCanonical, steps, leaf, aliases, hasMoreAliases }, vaddr, onFocus }: { readonly backend: BackendName; readonly table: PathInTables; readonly vaddr: bigint; readonly onFocus: (vaddr: bigint) => void }) {
  if (!isCanonical) return <Link title="Tables" look="stop">not translated: the address is not canonical here</Link>
  const others = aliases.filter((alias) => alias !== vaddr)
  return (
    <>
      {steps.map(({ level, index, word, kind }) => (
        <Link key={level} title={`${tableName(backend, level)}[${index}]${kind === 'table' ? '' : ` · ${kind}`}`} look={kind === 'absent' || kind === 'invalid' ? 'stop' : 'table'}><span class="mono">{formatHex(word)}</span></Link>
      ))}
      {leaf === undefined
        ? <Link title="Frame" look="stop">none: nothing is mapped here</Link>
        : <Link title={`Frame · leaf of ${shortSize(leaf.size)}`}><Swatch flags={leaf.flags} /><span class="mono">{formatHex(leaf.paddr)} {leaf.flags === '' ? 'no access' : leaf.flags}</span></Link>}
      {leaf !== undefined && (
        <>
          <span class="page-chain-break" />
          <Link arrow="⇄" title={others.length === 0 ? 'Aliases of this frame' : `${others.length}${hasMoreAliases ? ' or more' : ''} ${others.length === 1 ? 'alias' : 'aliases'} of this frame`}>
            {others.length === 0
              ? 'none: no other address reaches it'
              : <span class="page-chain-aliases">{others.map((alias) => <button key={alias} type="button" class="page-chain-alias" onClick={() => onFocus(alias)}>{formatHex(alias)}</button>)}</span>}
          </Link>
        </>
      )}
    </>
  )
}

interface LinkProps {
  readonly title: string
  readonly look?: 'plain' | 'table' | 'stop'
  /** What leads to it from the one before. */
  readonly arrow?: string
  readonly children: ComponentChildren
}

function Link({ title, look = 'plain', arrow = '→', children }: LinkProps) {
  return (
    <div class="page-chain-group">
      {arrow !== '' && <span class="page-chain-arrow" aria-hidden="true">{arrow}</span>}
      <div class={`page-chain-link page-chain-link--${look}`}>
        <span class="page-chain-title">{title}</span>
        <span class="page-chain-value">{children}</span>
      </div>
    </div>
  )
}

function Swatch({ flags }: { readonly flags: string }) {
  return <span class={`rights-swatch rights rights--${rightsOfText(flags)}`} />
}
