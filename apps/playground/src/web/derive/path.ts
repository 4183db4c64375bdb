/** All that belongs to one page: its area, the entries on its way, its frame, and every other address of that frame. */

import { virtAddr, type VirtAddr } from '@addrspace/memory-addr'
import { formatFlags } from '@addrspace/page-table'
import { kindOf, type WordKind } from '../../adapters/entry-words.ts'
import { namesOfLevel } from '../../adapters/machines.ts'
import { areaAt, areaIndexOf, type AreaRow } from './columns.ts'
import type { OpenedMachine } from './live-space.ts'
import type { Position } from './position.ts'
import type { Session } from './session.ts'

/** An entry on the way. */
export interface PathStep {
  readonly level: number
  readonly levelNames: readonly string[]
  readonly index: number
  readonly entryAddress: bigint
  readonly word: bigint
  readonly kind: WordKind
  /** The next table, or the frame. */
  readonly target: bigint | undefined
}

/** The leaf at the end of the way. */
export interface PathLeaf {
  /** Of the address itself, not of the leaf's first byte. */
  readonly paddr: bigint
  /** Of the leaf, in bytes. */
  readonly size: bigint
  /** What the leaf alone grants; empty for a page without access. */
  readonly flags: string
}

export interface PagePath {
  readonly vaddr: bigint
  /** The area that holds the address, and its row in the columns of areas. */
  readonly area: (AreaRow & { readonly row: number }) | undefined
  /** Undefined without page tables. */
  readonly table: PathInTables | undefined
}

export interface PathInTables {
  /** False for an address that the machine does not translate; then there are no steps. */
  readonly isCanonical: boolean
  readonly steps: readonly PathStep[]
  readonly leaf: PathLeaf | undefined
  /** Every address that reaches the same byte, the asked one included; the first `MOST_ALIASES` of them. */
  readonly aliases: readonly bigint[]
  readonly hasMoreAliases: boolean
}

export interface PathRequest extends Position {
  readonly vaddr: bigint
}

/** More are told to be there, and not listed. */
export const MOST_ALIASES = 64

/** Follows the way to an address. O(levels), and for aliases O(tables). */
export function pathAt(session: Session, { scenario, backend, count, vaddr }: PathRequest): PagePath {
  const live = session.at(scenario, backend, count)
  const areas = live.areas()
  const row = areaIndexOf(areas, vaddr)
  return {
    vaddr,
    area: row === undefined ? undefined : { ...areaAt(areas, row), row },
    table: live.use((opened) => pathIn(opened, virtAddr(vaddr))),
  }
}

function pathIn<C extends object>({ machine, space: { pageTable } }: OpenedMachine<C>, vaddr: VirtAddr): PathInTables {
  const steps = pageTable.walk(vaddr).map(({ level, index, entryAddress, word, entry }): PathStep => ({
    level,
    levelNames: namesOfLevel(machine, level).filter((name) => name !== undefined),
    index,
    entryAddress,
    word,
    kind: kindOf(pageTable.format, word, level),
    target: entry.kind === 'table' || entry.kind === 'leaf' ? entry.frame : undefined,
  }))
  const leaf = pageTable.query(vaddr)
  const aliases: bigint[] = []
  let hasMoreAliases = false
  if (leaf !== undefined) {
    for (const alias of pageTable.pagesOf(leaf.paddr)) {
      if (aliases.length === MOST_ALIASES) {
        hasMoreAliases = true
        break
      }
      aliases.push(alias)
    }
  }
  return {
    isCanonical: pageTable.geometry.isCanonical(vaddr),
    steps,
    leaf: leaf && { paddr: leaf.paddr, size: leaf.size, flags: formatFlags(leaf.flags) },
    aliases,
    hasMoreAliases,
  }
}
