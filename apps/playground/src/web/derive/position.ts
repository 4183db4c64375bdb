/** A place in time on one backend: what every question about a state begins with. */

import type { Scenario } from '@addrspace/conformance'
import type { BackendName } from './backends.ts'

/** The state of a backend after the first `count` operations, `count` from 0 to all of them. */
export interface Position {
  readonly scenario: Scenario
  readonly backend: BackendName
  readonly count: number
}
