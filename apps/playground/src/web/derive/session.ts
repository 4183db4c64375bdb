/**
 * Runs of scenarios, kept as long as they are asked about: all of each scenario once on each backend, and the last few
 * positions that somebody looked at. A later position is reached from the nearest one before it, so that going forth
 * costs the steps between; going back is a run from the start. Scenarios are told apart by identity.
 */

import type { Scenario } from '@addrspace/conformance'
import type { BackendName } from './backends.ts'
import { beginRun, type LiveRun, type LiveSpace } from './live-space.ts'

/** Each may hold page tables of some megabytes. */
const MOST_POSITIONS = 8

interface Position {
  readonly scenario: Scenario
  readonly backend: BackendName
  readonly run: LiveRun
}

/** Remembers runs; one is enough for all questions of a worker. */
export class Session {
  readonly #onStep: () => void
  readonly #whole = new WeakMap<Scenario, Map<BackendName, LiveRun>>()
  /** Oldest first. */
  #positions: Position[] = []

  /** `onStep` is called after each operation that is carried out, for whoever wants to know that work is going on. */
  constructor(onStep: () => void = () => undefined) {
    this.#onStep = onStep
  }

  /**
   * The state after all operations.
   *
   * @throws ScenarioError if the backend refuses the scenario.
   */
  whole(scenario: Scenario, backend: BackendName): LiveSpace {
    const runs = this.#whole.get(scenario) ?? new Map<BackendName, LiveRun>()
    this.#whole.set(scenario, runs)
    let run = runs.get(backend)
    if (run === undefined) runs.set(backend, (run = this.#runTo(beginRun(scenario, backend), scenario.ops.length)))
    return run.space()
  }

  /**
   * The state after the first `count` operations. It can be asked until two other positions of the same scenario and
   * backend have been asked for; after that, its run may have gone on.
   *
   * @throws ScenarioError if the backend refuses the scenario.
   */
  at(scenario: Scenario, backend: BackendName, count: number): LiveSpace {
    if (count >= scenario.ops.length) return this.whole(scenario, backend)
    const known = this.#positions.filter((position) => position.scenario === scenario && position.backend === backend)
    const position = known.find(({ run }) => run.count === count) ?? this.#nearest(known, count) ?? { scenario, backend, run: beginRun(scenario, backend) }
    if (position.run.count !== count) this.#runTo(position.run, count)
    this.#positions = [...this.#positions.filter((other) => other !== position), position].slice(-MOST_POSITIONS)
    return position.run.space()
  }

  /** The last one asked for stays where it is: it is compared with the one asked for now. */
  #nearest(known: readonly Position[], count: number): Position | undefined {
    const before = known.slice(0, -1).filter(({ run }) => run.canGoOn && run.count < count)
    return before.toSorted((a, b) => b.run.count - a.run.count)[0]
  }

  #runTo(run: LiveRun, count: number): LiveRun {
    run.goOn(count, this.#onStep)
    return run
  }
}
