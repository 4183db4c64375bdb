// From a page table's words to a set's: why a page table refused, as a backend tells it.
import type { BackendAnswer, BackendRefusal, RefusalReason } from '@addrspace/memory-set'
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

/** The refusal that an error of a page table comes to; the error itself is its cause. */
export function refusalOf(error: PageTableError): BackendRefusal {
  return { reason: REASONS[error.reason], cause: error }
}

export function answerOf(result: PageTableResult): BackendAnswer {
  return result.ok ? true : refusalOf(result.error)
}
