/**
 * The suite as tests of vitest.
 */

import { describe, it } from 'vitest'
import { registerConformance } from './suite.ts'
import type { CaseFilter } from './suite.ts'
import type { Subject } from './subject.ts'

/** Registers a test per case that applies to the subject. */
export function conformanceTests<F, P>(subject: Subject<F, P>, options: { readonly filter?: CaseFilter } = {}): void {
  registerConformance(subject, { describe, it }, options)
}
