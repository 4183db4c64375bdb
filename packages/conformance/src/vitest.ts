/**
 * The suite as tests of vitest.
 */

import { describe, it } from 'vitest'
import { registerConformance } from './suite.ts'
import type { CaseFilter } from './suite.ts'
import type { Subject } from './subject.ts'
import { registerPageTableConformance } from './page-table/suite.ts'
import type { PageTableSubject } from './page-table/subject.ts'

/** Registers a test per case that applies to the subject. */
export function conformanceTests<F, P>(subject: Subject<F, P>, options: { readonly filter?: CaseFilter } = {}): void {
  registerConformance(subject, { describe, it }, options)
}

/** Registers a test per case about page tables that applies to the subject. */
export function pageTableTests(subject: PageTableSubject, options: { readonly filter?: CaseFilter } = {}): void {
  registerPageTableConformance(subject, { describe, it }, options)
}
