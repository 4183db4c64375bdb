/**
 * What a case of the suite is.
 */

import type { Bench } from './bench.ts'
import type { Capabilities, Manifest } from './subject.ts'

/** What a case is given. */
export interface CaseContext<F, P> {
  /** The subject's. */
  readonly manifest: Manifest<F>
  /** Makes a bench over a fresh instance. Each one is checked when the case ends. */
  readonly open: () => Bench<F, P>
}

/** One case: independent of the others and synchronous. */
export interface ConformanceCase {
  /** By clause: `law/…` for the laws of a backend, `table/…` for those of a page table, `set/…` for a set over them. */
  readonly id: string
  /** What must hold, in a sentence. */
  readonly title: string
  /** The law (`L1`–`L6`, `T1`) or the question of the set's table of answers that the case holds the subject to. */
  readonly law: string
  /** Real bugs, of real systems, that the case would have caught. A code, `B13`, is an entry of `docs/bugs.md`. */
  readonly catches?: readonly string[]
  /** Why the subject cannot be asked; undefined if it can. */
  readonly unsupported?: (capabilities: Capabilities) => string | undefined
  /** @throws CheckFailure (or whatever the subject throws) if the subject fails. */
  run<F, P>(context: CaseContext<F, P>): void
}
