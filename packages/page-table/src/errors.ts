// How a page table refuses. What a guest can make fail is a value; what only the calling program's
// mistake can cause is thrown.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import type { PteEntry } from './format.ts'

/** What was refused; a closed list. */
export type PageTableReason =
  /** A size of 0. */
  | 'empty-range'
  /** The range has an address that the machine does not translate, or lies in both halves. */
  | 'non-canonical'
  /** A virtual address, a size or a frame is no multiple of 4096, or of the leaf's size. */
  | 'misaligned'
  /** A physical address is wider than the machine's. */
  | 'too-wide'
  /** The machine cannot express the flags. */
  | 'not-expressible'
  /** Something is mapped there already. */
  | 'already-mapped'
  /** Nothing is mapped there. */
  | 'not-mapped'
  /** There are fewer free frames than tables needed. */
  | 'out-of-frames'
  /** A word there is no legal entry, or points out of memory. */
  | 'invalid-entry'

/** What a PageTableError may carry besides its reason. */
export interface PageTableErrorDetails {
  /** The first address that is concerned, as far as that can be told. */
  readonly vaddr?: VirtAddr | undefined
  /** The level of the entry in the way. */
  readonly level?: number | undefined
  /** Where the entry in the way lies. */
  readonly entryAddress?: PhysAddr | undefined
  /** What the entry in the way says. */
  readonly entry?: PteEntry | undefined
}

/** A refused operation: the memory image is byte for byte as before. */
export class PageTableError extends Error {
  override readonly name: string = 'PageTableError'
  /** What was refused. */
  readonly reason: PageTableReason
  /** The first address that is concerned; undefined where none can be named. */
  readonly vaddr: VirtAddr | undefined
  /** The level of the entry in the way; undefined where no entry is. */
  readonly level: number | undefined
  /** Where the entry in the way lies; undefined where no entry is. */
  readonly entryAddress: PhysAddr | undefined
  /** What the entry in the way says; undefined where no entry is. */
  readonly entry: PteEntry | undefined

  /** Made by page tables; backends of one's own may make them, too. */
  constructor(reason: PageTableReason, message: string, details: PageTableErrorDetails = {}) {
    super(message)
    this.reason = reason
    this.vaddr = details.vaddr
    this.level = details.level
    this.entryAddress = details.entryAddress
    this.entry = details.entry
  }
}

/** What every operation answers: `ok` with a value, or not with the error that says why. It must not be dropped. */
export type PageTableResult<T = void> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PageTableError }

export const DONE: PageTableResult = Object.freeze({ ok: true, value: undefined })

export function refused(reason: PageTableReason, message: string, details?: PageTableErrorDetails): { readonly ok: false; readonly error: PageTableError } {
  return { ok: false, error: new PageTableError(reason, message, details) }
}
