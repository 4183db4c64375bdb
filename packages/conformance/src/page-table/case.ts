/**
 * What a case about page tables is.
 */

import type { TableBench, TableBenchOptions } from './bench.ts'
import type { PageTableManifest, PageTableSubject } from './subject.ts'

/** What a case is given. */
export interface PageTableCaseContext {
  /** What is tested. */
  readonly subject: PageTableSubject
  /** The subject's. */
  readonly manifest: PageTableManifest
  /** Makes a bench over a fresh table. Each one is checked when the case ends. */
  readonly open: (options?: TableBenchOptions) => TableBench
}

/** One case: independent of the others and synchronous. */
export interface PageTableCase {
  /** By clause: `map/…`, `unmap/…`, `protect/…`, `flags/…`, `pte/…`, `walk/…`, `res/…`. */
  readonly id: string
  /** What must hold, in a sentence. */
  readonly title: string
  /** What promises it: a law of the format (`F1`–`F6`), a paragraph on page tables, or the machine's manual. */
  readonly law: string
  /** Real bugs, of real systems, that the case would have caught. A code, `B13`, is an entry of `docs/bugs.md`. */
  readonly catches?: readonly string[]
  /** Why the subject cannot be asked; undefined if it can. */
  readonly unsupported?: (manifest: PageTableManifest) => string | undefined
  /** @throws CheckFailure (or whatever the subject throws) if the subject fails. */
  run(context: PageTableCaseContext): void
}
