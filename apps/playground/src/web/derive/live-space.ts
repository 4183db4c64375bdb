/**
 * An address space after some operations of a scenario: the scenario is run with the adapters of the command line, and
 * what it leaves is kept to be asked. A run can go on to a later position; no step is undone, so an earlier one is
 * another run.
 */

import { ScenarioError, type OpResult, type Scenario, type ScenarioOp, type ScenarioRunner } from '@addrspace/conformance'
import type { Invalidations } from '@addrspace/page-table'
import type { AddressSpace } from '../../adapters/address-space.ts'
import { machineScenarios } from '../../adapters/machine-scenarios.ts'
import type { Machine } from '../../adapters/machines.ts'
import { openedMockScenarios, openedNullScenarios } from '../../adapters/scenario-runners.ts'
import { machineOf, type BackendName } from './backends.ts'
import { areaColumns, type AreaColumns } from './columns.ts'

/** A machine with an address space of it. */
export interface OpenedMachine<C extends object> {
  readonly machine: Machine<C>
  readonly space: AddressSpace<C>
}

/** What was so right after an operation. */
export interface AfterOp {
  readonly result: OpResult
  readonly areas: number
  /** Tables, roots included; undefined without page tables. */
  readonly tables: number | undefined
  /** Frames in use, those of tables included; undefined without page tables. */
  readonly frames: number | undefined
  /** What the operation made stale, in order. */
  readonly invalidations: readonly Invalidations[]
}

/**
 * The state after the first operations of a scenario on one backend. Its members throw an Error once the run has gone on.
 */
export interface LiveSpace {
  readonly backend: BackendName
  /** One for each operation that was carried out. */
  readonly steps: readonly AfterOp[]
  /** Made once. */
  areas(): AreaColumns
  /** Undefined without page tables; `work` must leave the space as it is. */
  use<R>(work: <C extends object>(opened: OpenedMachine<C>) => R): R | undefined
}

/** A scenario that a backend refuses before its first operation. */
export interface RunProblem {
  readonly message: string
  /** From 0; undefined if it is the header that is refused. */
  readonly op: number | undefined
}

/** A run of a scenario, at a position that it can be moved on from. */
export interface LiveRun {
  /** Operations carried out. */
  readonly count: number
  /** Whether it may be moved on: not from within a transaction, nor where calls are counted until one fails. */
  readonly canGoOn: boolean
  /** Carries out operations up to `count`, which is not below that of now. `onStep` is called after each. */
  goOn(count: number, onStep: () => void): void
  /** The state at this position. */
  space(): LiveSpace
}

/**
 * Begins a run, before the first operation.
 *
 * Within a transaction, the state is that before its end: what a commit would make stale, and frames that it would give
 * back, are not among what the steps tell.
 *
 * @throws ScenarioError if the backend refuses the scenario.
 */
export function beginRun(scenario: Scenario, backend: BackendName): LiveRun {
  const machine = machineOf(backend)
  if (machine !== undefined) return machine.use((loaded) => machineRun(scenario, backend, loaded))
  let set: SetOfBits | undefined
  const open = backend === 'mock' ? openedMockScenarios : openedNullScenarios
  const runner = open((opened) => {
    set = opened
  }, undefined, 'one')
  return new Run(scenario, backend, runner, {
    set: () => set!,
    use: () => undefined,
    counts: () => ({ tables: undefined, frames: undefined, invalidations: [] }),
  })
}

/** What is wrong with a scenario on a backend; undefined if nothing is. */
export function problemOf(error: unknown, scenario: Scenario): RunProblem | undefined {
  if (!(error instanceof ScenarioError)) return undefined
  const op = scenario.lines?.ops.indexOf(error.line) ?? -1
  return { message: error.message, op: op < 0 ? undefined : op }
}

function machineRun<C extends object>(scenario: Scenario, backend: BackendName, machine: Machine<C>): LiveRun {
  let opened: AddressSpace<C> | undefined
  let invalidations: Invalidations[] = []
  const runner = machineScenarios(machine, {
    opened: (space) => {
      opened = space
    },
    invalidations: (told) => invalidations.push(told),
    subjects: 'one',
  })
  return new Run(scenario, backend, runner, {
    set: () => opened!.set,
    use: (work) => work({ machine, space: opened! }),
    counts() {
      const told = invalidations
      invalidations = []
      return { tables: opened!.pageTable.tableCount, frames: opened!.usedFrames(), invalidations: told }
    },
  })
}

/** A set whose flags are the bits of the format. */
type SetOfBits = Iterable<{ readonly start: bigint; readonly end: bigint; readonly flags: number }> & { readonly size: number }

/** What a run is asked, once it has begun. */
interface Subject extends Pick<LiveSpace, 'use'> {
  set(): SetOfBits
  /** What there is besides areas; invalidations since it was asked last. */
  counts(): Pick<AfterOp, 'tables' | 'frames' | 'invalidations'>
}

class Run implements LiveRun {
  readonly #scenario: Scenario
  readonly #backend: BackendName
  readonly #runner: ScenarioRunner
  readonly #subject: Subject
  readonly #steps: AfterOp[] = []
  #count = 0
  #canGoOn: boolean
  #space: LiveSpace | undefined

  constructor(scenario: Scenario, backend: BackendName, runner: ScenarioRunner, subject: Subject) {
    runner.check(scenario)
    const { fail } = scenario.header
    this.#scenario = scenario
    this.#backend = backend
    this.#runner = runner
    this.#subject = subject
    this.#canGoOn = fail?.call === undefined && fail?.callback === undefined
    // Opens the subject, and carries out nothing.
    runner.run({ header: scenario.header, ops: [] })
  }

  get count(): number {
    return this.#count
  }

  get canGoOn(): boolean {
    return this.#canGoOn
  }

  goOn(count: number, onStep: () => void): void {
    const from = this.#count
    const { header, ops } = this.#scenario
    const next = ops.slice(from, count)
    const open = openBrackets(next)
    this.#count = count
    this.#space = undefined
    this.#canGoOn &&= open === 0
    // What is open is committed, which leaves what it has done; nothing can follow.
    const part = { header, ops: [...next, ...commits(open)] }
    this.#runner.run(part, (result) => {
      if (this.#steps.length === count) return
      const subject = this.#subject
      this.#steps.push({ result: from === 0 ? result : { ...result, index: from + result.index }, areas: subject.set().size, ...subject.counts() })
      onStep()
    })
  }

  space(): LiveSpace {
    this.#space ??= this.#spaceOfNow()
    return this.#space
  }

  #spaceOfNow(): LiveSpace {
    const count = this.#count
    const steps = this.#steps
    const isNow = (): void => {
      if (this.#count !== count) throw new Error(`the run has gone on from operation ${count} to ${this.#count}`)
    }
    let columns: AreaColumns | undefined
    return {
      backend: this.#backend,
      get steps() {
        isNow()
        return steps
      },
      areas: () => {
        isNow()
        const set = this.#subject.set()
        columns ??= areaColumns(withBits(set), set.size)
        return columns
      },
      use: (work) => {
        isNow()
        return this.#subject.use(work)
      },
    }
  }
}

function* withBits(areas: SetOfBits): Generator<{ start: bigint; end: bigint; bits: number }, undefined> {
  for (const { start, end, flags } of areas) yield { start, end, bits: flags }
  return undefined
}

const COMMIT: ScenarioOp = { op: 'commit' }

/** The first operations; transactions that are open after them are committed, which leaves what they have done. */
export function firstOps(scenario: Scenario, count: number): Scenario {
  if (count >= scenario.ops.length) return scenario
  const ops = scenario.ops.slice(0, count)
  return { header: scenario.header, ops: [...ops, ...commits(openBrackets(ops))] }
}

function commits(count: number): ScenarioOp[] {
  return Array.from({ length: count }, () => COMMIT)
}

/** How many transactions are open after some operations, of which none was open before. */
function openBrackets(ops: readonly ScenarioOp[]): number {
  return ops.reduce((depth, { op }) => depth + (op === 'begin' ? 1 : op === 'commit' || op === 'rollback' ? -1 : 0), 0)
}
