// Letting one leaf point to another frame.
import { formatHex } from '@addrspace/memory-addr'
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import { PageTableError } from '../errors.ts'
import { HIDDEN, LEAF, TABLE } from '../format.ts'
import { entryError } from './entry-error.ts'
import type { PageRange } from './range.ts'
import { addressIn } from './range.ts'
import type { Tables } from './tables.ts'
import { halvesOf, wordOf } from './halves.ts'

/** Changes the leaf that holds the range's first page; gives the error of a hole, an illegal entry, or a frame that does not suit. */
export function remapLeaf<C>(tables: Tables<C>, range: PageRange, paddr: PhysAddr): PageTableError | undefined {
  const { geometry } = tables
  const page = range.from
  let table = tables.root
  for (let level = geometry.levels - 1; ; level--) {
    const span = geometry.spanPages(level)
    const slot = Math.floor(page / span) % geometry.entries
    const kind = tables.classAt(table, slot, level)
    if (kind === LEAF || kind === HIDDEN) {
      const vaddr = addressIn(range, page - (page % span))
      const error = misfit(tables, vaddr, paddr, level)
      if (error === undefined) replaceFrame(tables, table, slot, level, vaddr, paddr)
      return error
    }
    const child = kind === TABLE && level > 0 ? tables.ownChildAt(table, slot) : undefined
    if (child === undefined) return entryError(tables, table, slot, level, range.start, 'not-mapped')
    table = child
  }
}

function misfit<C>(tables: Tables<C>, vaddr: VirtAddr, paddr: PhysAddr, level: number): PageTableError | undefined {
  const { physBits } = tables.geometry
  const size = tables.geometry.span(level)
  if ((paddr & (size - 1n)) !== 0n) return new PageTableError('misaligned', `"paddr" must be a multiple of the leaf's size ${formatHex(size)}, got ${formatHex(paddr)}`, { vaddr, level })
  if (paddr + size > 1n << BigInt(physBits)) return new PageTableError('too-wide', `${formatHex(paddr)} does not fit in ${String(physBits)} bits`, { vaddr, level })
  return undefined
}

function replaceFrame<C>(tables: Tables<C>, table: number, slot: number, level: number, vaddr: VirtAddr, paddr: PhysAddr): void {
  const { format, log } = tables
  const oldWord = tables.wordAt(table, slot)
  const mask = tables.frameMask(level)
  const frame = tables.frameBits(Number(paddr >> 12n))
  const newWord = (oldWord & ~wordOf(mask.low, mask.high)) | wordOf(frame.low, frame.high)
  if (newWord === oldWord) return
  const { low, high } = halvesOf(oldWord)
  tables.write(table, slot, halvesOf(newWord))
  if (format.classify(low, high, level) === LEAF) log.stale({ start: vaddr, size: tables.geometry.span(level) })
}
