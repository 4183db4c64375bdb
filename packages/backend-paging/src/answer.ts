// From a page table's words to a set's: why a page table refused, as a backend tells it.
import type { BackendRefusal, RefusalReason } from '@addrspace/memory-set'
import type { PageTableError, PageTableReason, PageTableResult } from '@addrspace/page-table'

const REASONS: Readonly<Record<PageTableReason, RefusalReason>> = {
  'empty-range': 'misaligned',
  'misaligned': 'misaligned',
  'non-canonical': 'not-expressible',
  'too-wide': 'not-expressible',
  'not-expressible': 'not-expressible',
  'already-mapped': 'already-mapped',
  'invalid-entry': 'already-mapped',
  'not-mapped': 'not-mapped',
  'out-of-frames': 'out-of-frames',
}

/** What a backend here answers: a refusal always has its cause. */
export type Answer = true | (BackendRefusal & { readonly cause: PageTableError })

/** The refusal that an error of a page table comes to; the error itself is its cause. */
export function refusalOf(error: PageTableError): Exclude<Answer, true> {
  return { reason: REASONS[error.reason], cause: error }
}

export function answerOf(result: PageTableResult): Answer {
  return result.ok ? true : refusalOf(result.error)
}
