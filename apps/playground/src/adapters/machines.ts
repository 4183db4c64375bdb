/**
 * The machines by what the command line needs of each: its format, what may be said about its state, and what an image
 * of its memory records besides. Whatever else is done with a machine is written once, over any of them.
 */

import { aarch64, LEVEL_NAMES, MAIR_EL1, type AArch64Controls } from '@addrspace/backend-aarch64'
import { riscvSv39, riscvSv48, riscvSv57, type RiscvControls } from '@addrspace/backend-riscv-sv39'
import { x8664, x8664La57, type X8664Controls } from '@addrspace/backend-x86-64'
import type { PteFormat } from '@addrspace/page-table'

/** A machine. `C` is the state of it that decides a translation. */
export interface Machine<C extends object> {
  /** Its name is the backend's. */
  readonly format: PteFormat<C>
  /** What the leaves' indices of memory attributes refer to, on a machine that has such. */
  readonly mair?: bigint
  /** What the manual calls the levels, lowest first, on a machine whose manual counts them otherwise. */
  readonly levelNames?: readonly string[]
}

/** A machine whose controls are nobody's business: what is done with it is done by a function over any. */
export interface AnyMachine {
  use<R>(work: <C extends object>(machine: Machine<C>) => R): R
}

const x8664Machine = (format: PteFormat<X8664Controls>): AnyMachine => anyMachine({ format })
const riscvMachine = (format: PteFormat<RiscvControls>): AnyMachine => anyMachine({ format })
const aarch64Machine = (format: PteFormat<AArch64Controls>): AnyMachine => anyMachine({ format, mair: MAIR_EL1, levelNames: LEVEL_NAMES })

export type MachineName = 'x86-64' | 'x86-64-la57' | 'riscv-sv39' | 'riscv-sv48' | 'riscv-sv57' | 'aarch64'

/** By the name that `--backend` takes. */
export const MACHINES: Readonly<Record<MachineName, AnyMachine>> = {
  'x86-64': x8664Machine(x8664),
  'x86-64-la57': x8664Machine(x8664La57),
  'riscv-sv39': riscvMachine(riscvSv39),
  'riscv-sv48': riscvMachine(riscvSv48),
  'riscv-sv57': riscvMachine(riscvSv57),
  'aarch64': aarch64Machine(aarch64),
}

function anyMachine<C extends object>(machine: Machine<C>): AnyMachine {
  return { use: (work) => work(machine) }
}

/** `level 3`, and what the manual calls it where that is something else. */
export function namesOfLevel<C extends object>({ levelNames }: Machine<C>, level: number): readonly [ours: string, theirs?: string] {
  const theirs = levelNames?.[level]
  return theirs === undefined ? [`level ${level}`] : [`level ${level}`, theirs]
}

/** `level 3`, or `level 3 (Arm's level 0)`. */
export function levelText<C extends object>(machine: Machine<C>, level: number): string {
  const [ours, theirs] = namesOfLevel(machine, level)
  return theirs === undefined ? ours : `${ours} (${theirs})`
}

/**
 * Fills in the machine's own defaults.
 *
 * @param refuse is told what is wrong: the control, and how; it throws.
 */
export function controlsOf<C extends object>(machine: Machine<C>, given: object, refuse: (control: string, problem: string) => never): C {
  const { name, defaultControls, controlChoices = {} } = machine.format
  for (const [control, value] of Object.entries(given)) {
    if (!Object.hasOwn(controlChoices, control)) refuse(control, `is no control of ${name}; it has ${Object.keys(controlChoices).join(', ')}`)
    const choices: readonly unknown[] = controlChoices[control] ?? []
    if (!choices.includes(value)) refuse(control, `must be ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}`)
  }
  return { ...defaultControls, ...given }
}
