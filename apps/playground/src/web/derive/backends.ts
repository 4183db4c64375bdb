/** The backends of the page: which there are, what they are called, and which have page tables. */

import { SCENARIO_BACKENDS, type ScenarioBackendName } from '@addrspace/conformance'
import { MACHINES, type AnyMachine } from '../../adapters/machines.ts'

export type BackendName = ScenarioBackendName

/** What the page shows side by side, if nobody chooses otherwise. */
export const DEFAULT_BACKENDS: readonly BackendName[] = ['mock', 'x86-64', 'riscv-sv39', 'aarch64']

export const BACKEND_NAMES: readonly BackendName[] = SCENARIO_BACKENDS

const TITLES: Readonly<Record<BackendName, string>> = {
  'mock': 'Mock',
  'null': 'No table',
  'x86-64': 'x86-64',
  'x86-64-la57': 'x86-64 LA57',
  'riscv-sv39': 'RISC-V Sv39',
  'riscv-sv48': 'RISC-V Sv48',
  'riscv-sv57': 'RISC-V Sv57',
  'aarch64': 'AArch64',
}

/** As people write it. */
export function backendTitle(name: BackendName): string {
  return TITLES[name]
}

/** The machine of a backend; undefined where there are no page tables in memory. */
export function machineOf(name: BackendName): AnyMachine | undefined {
  return name === 'mock' || name === 'null' ? undefined : MACHINES[name]
}
