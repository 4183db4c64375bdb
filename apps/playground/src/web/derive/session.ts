/**
 * Runs of scenarios, kept as long as they are asked about: all of each scenario once on each backend, and the last few
 * positions that somebody looked at. Scenarios are told apart by identity.
 */

import type { Scenario } from '@addrspace/conformance'
import type { BackendName } from './backends.ts'
import { openAt, type LiveSpace } from './live-space.ts'

/** Each may hold page tables of some megabytes. */
const MOST_POSITIONS = 8

/** Remembers runs; one is enough for all questions of a worker. */
export class Session {
  readonly #whole = new WeakMap<Scenario, Map<BackendName, LiveSpace>>()
  /** Oldest first. */
  #positions: { readonly scenario: Scenario; readonly backend: BackendName; readonly count: number; readonly space: LiveSpace }[] = []

  /**
   * The state after all operations.
   *
   * @throws ScenarioError if the backend refuses the scenario.
   */
  whole(scenario: Scenario, backend: BackendName): LiveSpace {
    const spaces = this.#whole.get(scenario) ?? new Map<BackendName, LiveSpace>()
    this.#whole.set(scenario, spaces)
    let space = spaces.get(backend)
    if (space === undefined) spaces.set(backend, (space = openAt(scenario, backend, scenario.ops.length)))
    return space
  }

  /**
   * The state after the first `count` operations.
   *
   * @throws ScenarioError if the backend refuses the scenario.
   */
  at(scenario: Scenario, backend: BackendName, count: number): LiveSpace {
    if (count >= scenario.ops.length) return this.whole(scenario, backend)
    const index = this.#positions.findIndex((known) => known.scenario === scenario && known.backend === backend && known.count === count)
    const position = index < 0 ? { scenario, backend, count, space: openAt(scenario, backend, count) } : this.#positions.splice(index, 1)[0]!
    this.#positions.push(position)
    if (this.#positions.length > MOST_POSITIONS) this.#positions.shift()
    return position.space
  }
}
