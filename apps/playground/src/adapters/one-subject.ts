/** Scenarios that are parts of one: each goes on in the address space that the one before has left. */

import type { ScenarioBackend, ScenarioSubject } from '@addrspace/conformance'

/** Whether each scenario begins in a space of its own, or all are parts of one. */
export type Subjects = 'fresh' | 'one'

/** The same backend for `fresh`; for `one`, what the first scenario opens serves all. */
export function withSubjects<F, P>(backend: ScenarioBackend<F, P>, subjects: Subjects): ScenarioBackend<F, P> {
  if (subjects === 'fresh') return backend
  let subject: ScenarioSubject<F, P> | undefined
  return { ...backend, open: (options) => (subject ??= backend.open(options)) }
}
