/**
 * The backends by name, and where to find each one's adapters: to scenarios, to the suite, to replays. They are loaded
 * when they are asked for, since a command needs one kind of them at most. Another backend is another entry here.
 */

import type { ScenarioRunner } from '@addrspace/conformance'
import type { ConformanceSubject } from '../adapters/conformance-subjects.ts'
import type { ScenarioTable } from '../adapters/machine-scenarios.ts'
import type { AnyMachine, MachineName } from '../adapters/machines.ts'
import type { ReplayBackend } from '../adapters/replay-backends.ts'
import { InputError } from './failure.ts'

/** A backend that `--backend` can name. */
export interface BackendEntry {
  readonly name: string
  /** In a few words, for lists. */
  readonly summary: string
  /** The next larger mode of the same machine, if there is one. */
  readonly largerMode?: string
  /** Absent where there are no page tables in memory. */
  readonly loadMachine?: () => Promise<AnyMachine>
  /** `opened` is told of the tables of each scenario, where there are such, before its first operation. */
  readonly loadScenarioRunner: (opened?: (table: ScenarioTable) => void) => Promise<ScenarioRunner>
  readonly loadSubject: () => Promise<ConformanceSubject>
  readonly loadReplay: () => Promise<ReplayBackend>
}

/** The name that stands for every backend, where several can be used. */
export const ALL_BACKENDS = 'all'

/** The backend on which everything fits. */
export const NULL_BACKEND = 'null'

/** In the order of reports. */
export const BACKENDS: readonly BackendEntry[] = [
  {
    name: 'mock',
    summary: 'a table of runs of flags, which refuses what a real one would',
    loadScenarioRunner: async () => (await import('../adapters/scenario-runners.ts')).mockScenarios,
    loadSubject: async () => (await import('../adapters/conformance-subjects.ts')).mockSubject,
    loadReplay: async () => (await import('../adapters/replay-backends.ts')).mockReplay,
  },
  {
    name: NULL_BACKEND,
    summary: 'no table: accepts everything, the set alone',
    loadScenarioRunner: async () => (await import('../adapters/scenario-runners.ts')).nullScenarios,
    loadSubject: async () => (await import('../adapters/conformance-subjects.ts')).nullSubject,
    loadReplay: async () => (await import('../adapters/replay-backends.ts')).nullReplay,
  },
  machine('x86-64', 'long mode, four levels: 48-bit addresses', 'x86-64-la57'),
  machine('x86-64-la57', 'long mode, five levels: 57-bit addresses'),
  machine('riscv-sv39', 'three levels: 39-bit addresses', 'riscv-sv48'),
  machine('riscv-sv48', 'four levels: 48-bit addresses', 'riscv-sv57'),
  machine('riscv-sv57', 'five levels: 57-bit addresses'),
  machine('aarch64', '4 KiB granule, 48-bit addresses in each of two halves'),
]

function machine(name: MachineName, summary: string, largerMode?: MachineName): BackendEntry {
  const load = async (): Promise<AnyMachine> => (await import('../adapters/machines.ts')).MACHINES[name]
  return {
    name,
    summary,
    ...(largerMode !== undefined && { largerMode }),
    loadMachine: load,
    async loadScenarioRunner(opened) {
      const { machineScenarios } = await import('../adapters/machine-scenarios.ts')
      return (await load()).use((loaded) => machineScenarios(loaded, opened === undefined ? {} : { opened: ({ pageTable }) => opened(pageTable) }))
    },
    async loadSubject() {
      const { machineSubject } = await import('../adapters/machine-subjects.ts')
      return (await load()).use(machineSubject)
    },
    async loadReplay() {
      const { machineReplay } = await import('../adapters/machine-replays.ts')
      return (await load()).use(machineReplay)
    },
  }
}

/** Gives the backend of this name, if there is one. */
export function findBackend(name: string): BackendEntry | undefined {
  return BACKENDS.find((entry) => entry.name === name)
}

/** @throws InputError listing the known names if there is no backend of this one. */
export function requireBackend(name: string): BackendEntry {
  return findBackend(name) ?? unknownBackend(name, backendNames())
}

/** @throws InputError listing the machines if there is none of this name. */
export async function requireMachine(name: string): Promise<AnyMachine> {
  const entry = findBackend(name)
  if (entry === undefined) throw new InputError(`unknown machine ${JSON.stringify(name)}; known are ${machineNames()}`)
  if (entry.loadMachine === undefined) throw new InputError(`${name} has no entries; machines are ${machineNames()}`)
  return entry.loadMachine()
}

/** As `requireBackend`, but `all` gives every backend. */
export function selectBackends(name: string): readonly BackendEntry[] {
  if (name === ALL_BACKENDS) return BACKENDS
  return [findBackend(name) ?? unknownBackend(name, `${backendNames()}, ${ALL_BACKENDS}`)]
}

/** The known names, for messages. */
export function backendNames(): string {
  return BACKENDS.map(({ name }) => name).join(', ')
}

/** Those that are machines. */
export function machineNames(): string {
  return BACKENDS.filter(({ loadMachine }) => loadMachine !== undefined).map(({ name }) => name).join(', ')
}

function unknownBackend(name: string, known: string): never {
  throw new InputError(`unknown backend ${JSON.stringify(name)}; known are ${known}`)
}
