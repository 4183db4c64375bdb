/**
 * The suite as tests of Node's own runner.
 */

import { describe, it } from 'node:test'
import { registerConformance } from './suite.ts'
import type { CaseFilter } from './suite.ts'
import type { Subject } from './subject.ts'

/** Registers a test per case that applies to the subject. */
export function conformanceTests<F, P>(subject: Subject<F, P>, options: { readonly filter?: CaseFilter } = {}): void {
  registerConformance(subject, { describe, it }, options)
}
