/**
 * An address space after some operations of a scenario: the scenario is run with the adapters of the command line, and
 * what it leaves is kept to be asked. No step is undone; another position is another run.
 */

import { ScenarioError, type OpResult, type Scenario, type ScenarioOp } from '@addrspace/conformance'
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

/** The state after the first operations of a scenario on one backend. */
export interface LiveSpace {
  readonly backend: BackendName
  /** One for each operation that was carried out. */
  readonly steps: readonly AfterOp[]
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

/**
 * Runs the first `count` operations.
 *
 * Within a transaction, the state is that before its end: what a commit would make stale, and frames that it would give
 * back, are not among what the steps tell.
 *
 * @throws ScenarioError if the backend refuses the scenario, whatever `count` is.
 */
export function openAt(scenario: Scenario, backend: BackendName, count: number): LiveSpace {
  const machine = machineOf(backend)
  if (machine !== undefined) return machine.use((loaded) => openMachineAt(scenario, backend, loaded, count))
  return backend === 'mock' ? openMockAt(scenario, count) : openNullAt(scenario, count)
}

/** What is wrong with a scenario on a backend; undefined if nothing is. */
export function problemOf(error: unknown, scenario: Scenario): RunProblem | undefined {
  if (!(error instanceof ScenarioError)) return undefined
  const op = scenario.lines?.ops.indexOf(error.line) ?? -1
  return { message: error.message, op: op < 0 ? undefined : op }
}

function openMachineAt<C extends object>(scenario: Scenario, backend: BackendName, machine: Machine<C>, count: number): LiveSpace {
  let opened: AddressSpace<C> | undefined
  let invalidations: Invalidations[] = []
  const runner = machineScenarios(machine, {
    opened: (space) => {
      opened = space
    },
    invalidations: (told) => invalidations.push(told),
  })
  runner.check(scenario)
  const steps: AfterOp[] = []
  runner.run(firstOps(scenario, count), (result) => {
    if (steps.length === count) return
    const { set, pageTable, usedFrames } = opened!
    steps.push({ result, areas: set.size, tables: pageTable.tableCount, frames: usedFrames(), invalidations })
    invalidations = []
  })
  const space = opened!
  return {
    backend,
    steps,
    areas: () => areaColumns(withBits(space.set), space.set.size),
    use: (work) => work({ machine, space }),
  }
}

function openMockAt(scenario: Scenario, count: number): LiveSpace {
  let set: SetOfBits | undefined
  const runner = openedMockScenarios((opened) => {
    set = opened
  })
  const steps: AfterOp[] = []
  runner.run(firstOps(scenario, count), (result) => note(steps, count, result, set!))
  return withoutTables('mock', steps, set!)
}

function openNullAt(scenario: Scenario, count: number): LiveSpace {
  let set: SetOfBits | undefined
  const runner = openedNullScenarios((opened) => {
    set = opened
  })
  const steps: AfterOp[] = []
  runner.run(firstOps(scenario, count), (result) => note(steps, count, result, set!))
  return withoutTables('null', steps, set!)
}

/** A set whose flags are the bits of the format. */
type SetOfBits = Iterable<{ readonly start: bigint; readonly end: bigint; readonly flags: number }> & { readonly size: number }

function withoutTables(backend: BackendName, steps: readonly AfterOp[], set: SetOfBits): LiveSpace {
  return { backend, steps, areas: () => areaColumns(withBits(set), set.size), use: () => undefined }
}

function note(steps: AfterOp[], count: number, result: OpResult, set: SetOfBits): void {
  if (steps.length < count) steps.push({ result, areas: set.size, tables: undefined, frames: undefined, invalidations: [] })
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
  const open = ops.reduce((depth, { op }) => depth + (op === 'begin' ? 1 : op === 'commit' || op === 'rollback' ? -1 : 0), 0)
  return { header: scenario.header, ops: [...ops, ...Array.from({ length: open }, () => COMMIT)] }
}
