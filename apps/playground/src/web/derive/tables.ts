/**
 * The tree of page tables, its entries collapsed by runs: equal neighbours, and leaves that continue each other, are
 * one row. Words that nobody made here are shown as what the machine takes them for.
 */

import { pa, type PhysAddr } from '@addrspace/memory-addr'
import { formatFlags, type Geometry, type PteFormat, type ReadableTables } from '@addrspace/page-table'
import { kindOf, type WordKind } from '../../adapters/entry-words.ts'
import { namesOfLevel, type Machine } from '../../adapters/machines.ts'
import type { Position } from './position.ts'
import type { Session } from './session.ts'

/** Entries `[first, first + count)` of a table that are alike. */
export interface EntryRun {
  readonly first: number
  readonly count: number
  readonly kind: WordKind
  /** Where the first entry lies. */
  readonly entryAddress: bigint
  /** Of the first entry; those of leaves that continue it name the frames behind. */
  readonly word: bigint
  /** The first address that the run translates, and how many bytes it spans: up to 2^64 together. */
  readonly vaddr: bigint
  readonly size: bigint
  /** Of a table the next table, of a leaf or a hidden one the frame; undefined otherwise. */
  readonly target: bigint | undefined
  /** Of a leaf, what its word grants. */
  readonly flags: string | undefined
  readonly accessed: boolean
  readonly dirty: boolean
  /** The table to which it points, if it was asked for; runs of pointers have one entry each. */
  readonly child: TableNode | undefined
}

/** A table. */
export interface TableNode {
  /** Where it lies. */
  readonly paddr: bigint
  /** Steps still to go. */
  readonly level: number
  /** `level 1`, and what the manual calls it where that is something else. */
  readonly levelNames: readonly string[]
  /** The first address that it translates. */
  readonly vaddr: bigint
  readonly runs: readonly EntryRun[]
}

/** Where to begin: a table as an entry of another named it. */
export interface TableRef {
  readonly paddr: bigint
  readonly level: number
  readonly vaddr: bigint
}

export interface TablesRequest extends Position {
  /** Undefined: the roots. */
  readonly from?: TableRef
  /** How many tables to open at most, the nearest to the root first; an entry that is not opened has no `child`. */
  readonly most: number
}

/** Gives the tables, roots first; undefined without page tables. O(tables opened). */
export function tablesAt(session: Session, { scenario, backend, count, from, most }: TablesRequest): readonly TableNode[] | undefined {
  return session.at(scenario, backend, count).use(({ machine, space: { pageTable } }) => {
    return readTables(machine, pageTable, from === undefined ? rootRefs(pageTable) : [from], most)
  })
}

/** The root tables, and what each translates. */
export function rootRefs<C>({ roots, geometry }: ReadableTables<C>): TableRef[] {
  const level = geometry.levels - 1
  return roots.map((paddr, index) => ({ paddr, level, vaddr: index === 0 ? 0n : geometry.upperStart }))
}

interface OpenNode extends Omit<TableNode, 'runs'> {
  readonly runs: OpenRun[]
}
type OpenRun = Omit<EntryRun, 'child'> & { child: OpenNode | undefined }

function readTables<C extends object>(machine: Machine<C>, table: ReadableTables<C>, from: readonly TableRef[], most: number): readonly TableNode[] {
  const nodes = from.map((ref) => readTable(machine, table, ref))
  let opened = nodes.length
  // Breadth first, so that all of what is near the root is there before any detail.
  for (let level = nodes; level.length > 0 && opened < most; ) {
    const next: OpenNode[] = []
    for (const node of level) {
      for (const run of node.runs) {
        if (run.kind !== 'table' || node.level === 0 || opened >= most || !table.memory.contains(run.target!)) continue
        run.child = readTable(machine, table, { paddr: run.target!, level: node.level - 1, vaddr: run.vaddr })
        next.push(run.child)
        opened += 1
      }
    }
    level = next
  }
  return nodes
}

function readTable<C extends object>(machine: Machine<C>, table: ReadableTables<C>, { paddr, level, vaddr }: TableRef): OpenNode {
  const { format, geometry, memory } = table
  const words = wordsOf(memory, pa(paddr), geometry.entries)
  const span = geometry.span(level)
  const runs: OpenRun[] = []
  for (let first = 0; first < words.length; ) {
    const word = words[first]!
    const kind = kindOf(format, word, level)
    const count = runLength(format, words, first, kind, level, span)
    const entry = kind === 'leaf' || kind === 'hidden' || kind === 'table' ? format.decode(word, level) : undefined
    const leaf = entry?.kind === 'leaf' ? entry : undefined
    runs.push({
      first,
      count,
      kind,
      entryAddress: paddr + 8n * BigInt(first),
      word,
      vaddr: addressOfEntry(geometry, { vaddr, level }, first),
      size: BigInt(count) * span,
      target: entry?.kind === 'leaf' || entry?.kind === 'table' ? entry.frame : undefined,
      flags: leaf && formatFlags(leaf.flags),
      accessed: leaf?.accessed ?? false,
      dirty: leaf?.dirty ?? false,
      child: undefined,
    })
    first += count
  }
  return { paddr, level, levelNames: namesOfLevel(machine, level).filter((name) => name !== undefined), vaddr, runs }
}

/** All words of a table. */
export function wordsOf(memory: { read(paddr: PhysAddr, target: Uint8Array): void }, paddr: PhysAddr, entries: number): BigUint64Array {
  const words = new BigUint64Array(entries)
  memory.read(paddr, new Uint8Array(words.buffer))
  return words
}

/**
 * Gives the first address that an entry translates, of a table that begins at `vaddr`. The upper half of a root for both
 * halves begins at its middle entry, and lies at the top.
 */
export function addressOfEntry(geometry: Geometry, { vaddr, level }: Pick<TableRef, 'vaddr' | 'level'>, index: number): bigint {
  const addr = vaddr + BigInt(index) * geometry.span(level)
  return level === geometry.levels - 1 && vaddr === 0n && addr >= geometry.lowerEnd ? addr - geometry.lowerEnd + geometry.upperStart : addr
}

/** How many entries from `first` on make one row. */
function runLength<C>(format: PteFormat<C>, words: BigUint64Array, first: number, kind: WordKind, level: number, span: bigint): number {
  if (kind === 'table') return 1
  const word = words[first]!
  const half = format.geometry.halves === 'sign-extended' && level === format.geometry.levels - 1 && first < words.length / 2 ? words.length / 2 : words.length
  // Where the frame field begins, one more means one frame of 4 KiB.
  const step = kind === 'leaf' || kind === 'hidden' ? (span >> 12n) << BigInt(format.frameField.low) : 0n
  let count = 1
  while (first + count < half && words[first + count] === BigInt.asUintN(64, word + BigInt(count) * step)) count += 1
  return count
}
