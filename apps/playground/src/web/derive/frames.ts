/**
 * The frames in use: those of tables, and those that leaves name, as runs in physical order. A frame that several
 * addresses reach is in several runs.
 */

import { pa, virtAddr } from '@addrspace/memory-addr'
import type { LeafRun } from '@addrspace/page-table'
import { kindOf } from '../../adapters/entry-words.ts'
import type { OpenedMachine } from './live-space.ts'
import type { Position } from './position.ts'
import type { Session } from './session.ts'
import { addressOfEntry, rootRefs, wordsOf, type TableRef } from './tables.ts'

/** What a run of frames is used for: a table of level `n` is `n`, a page is this. */
export const PAGE_USE = 0xff

/** Runs of frames, by physical address, then by virtual address. Row `i` is `[paddrs[i], paddrs[i] + sizes[i])`. */
export interface FrameColumns {
  readonly count: number
  readonly paddrs: BigUint64Array<ArrayBuffer>
  /** Bytes. */
  readonly sizes: BigUint64Array<ArrayBuffer>
  /** Of a page, the address that reaches it; of a table, the first address that it translates. */
  readonly vaddrs: BigUint64Array<ArrayBuffer>
  /** `PAGE_USE`, or the level of the table. */
  readonly uses: Uint8Array<ArrayBuffer>
  /** Of a page, the bits of what its leaf grants; 0 of a table. */
  readonly flags: Uint8Array<ArrayBuffer>
}

/** The frames of an address space. */
export interface FramesView {
  readonly runs: FrameColumns
  /** Of the memory that hands out frames, in use; tables included. */
  readonly used: number
  readonly tables: number
  /** Where frames are handed out from, in bytes. */
  readonly memory: { readonly base: bigint; readonly size: bigint }
  /** Whether runs are missing, since there are more than `MOST_RUNS`. */
  readonly isCut: boolean
}

/** More would be no picture any more. */
export const MOST_RUNS = 200_000

/** Gives the frames in use; undefined without page tables. O(tables and leaf runs). */
export function framesAt(session: Session, { scenario, backend, count }: Position): FramesView | undefined {
  return session.at(scenario, backend, count).use((opened) => framesOf(opened))
}

interface FrameRun {
  readonly paddr: bigint
  readonly size: bigint
  readonly vaddr: bigint
  readonly use: number
  readonly flags: number
}

function framesOf<C extends object>(opened: OpenedMachine<C>): FramesView {
  const { pageTable, usedFrames } = opened.space
  const runs: FrameRun[] = [...tableRefs(opened)].map(({ paddr, level, vaddr }) => ({ paddr, size: 0x1000n, vaddr, use: level, flags: 0 }))
  let isCut = false
  for (const leaf of allLeaves(opened)) {
    if (runs.length === MOST_RUNS) {
      isCut = true
      break
    }
    runs.push({ paddr: leaf.paddr, size: leaf.size, vaddr: leaf.start, use: PAGE_USE, flags: leaf.flags })
  }
  runs.sort((a, b) => (a.paddr < b.paddr ? -1 : a.paddr > b.paddr ? 1 : a.vaddr < b.vaddr ? -1 : 1))
  const { memory } = pageTable
  const base = BigInt(memory.firstFrame) << 12n
  return { runs: columnsOf(runs), used: usedFrames(), tables: pageTable.tableCount, memory: { base, size: BigInt(memory.frameCount) << 12n }, isCut }
}

/** The leaves of both halves. */
export function allLeaves<C extends object>({ space: { pageTable } }: OpenedMachine<C>): IterableIterator<LeafRun> {
  return pageTable.leaves({ start: virtAddr(0n), end: 1n << 64n })
}

/** All tables, roots first; each is told once, also where several entries point to it. */
export function* tableRefs<C extends object>({ space: { pageTable } }: OpenedMachine<C>): Generator<TableRef, undefined> {
  const { format, geometry, memory } = pageTable
  const seen = new Set<bigint>()
  const waiting = rootRefs(pageTable)
  for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
    if (seen.has(ref.paddr) || !memory.contains(ref.paddr)) continue
    seen.add(ref.paddr)
    yield ref
    if (ref.level === 0) continue
    for (const [index, word] of wordsOf(memory, pa(ref.paddr), geometry.entries).entries()) {
      if (word === 0n || kindOf(format, word, ref.level) !== 'table') continue
      const entry = format.decode(word, ref.level)
      if (entry.kind !== 'table') continue
      waiting.push({ paddr: entry.frame, level: ref.level - 1, vaddr: addressOfEntry(geometry, ref, index) })
    }
  }
  return undefined
}

function columnsOf(runs: readonly FrameRun[]): FrameColumns {
  const count = runs.length
  const columns = {
    count,
    paddrs: new BigUint64Array(count),
    sizes: new BigUint64Array(count),
    vaddrs: new BigUint64Array(count),
    uses: new Uint8Array(count),
    flags: new Uint8Array(count),
  }
  for (const [row, { paddr, size, vaddr, use, flags }] of runs.entries()) {
    columns.paddrs[row] = paddr
    columns.sizes[row] = size
    columns.vaddrs[row] = vaddr
    columns.uses[row] = use
    columns.flags[row] = flags
  }
  return columns
}
