/**
 * What a mutant is: a lawful subject with one seeded fault, and the case that is meant to notice it.
 */

import type { CaseReport, VectorSubject } from '@addrspace/conformance'

/** One seeded fault. Its subject's types stay inside; what matters is what the suite says of it. */
export interface Mutant {
  /** By what is broken: `backend/…`, `table/…` (the mock’s), `set/…`; of page tables `walker/…`, `format/…`, `frames/…`, `sink/…`. */
  readonly name: string
  /** What it does wrong, in a sentence. */
  readonly fault: string
  /** The real bug it repeats, if there is one. A code, `B13`, is an entry of `docs/bugs.md`. */
  readonly repeats?: string
  /** The id of the case that must fail. */
  readonly meant: string
  /** Holds the mutant against the cases whose ids the filter takes; all but those it would never leave, by default. */
  readonly report: (filter?: (id: string) => boolean) => readonly CaseReport[]
  /** Where a format is broken: the same as a subject of vectors. */
  readonly vectors?: VectorSubject
}
