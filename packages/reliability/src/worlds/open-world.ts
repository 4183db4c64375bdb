/** Worlds by the name of their backend. */

import { aarch64 } from '@addrspace/backend-aarch64'
import { riscvSv39, riscvSv48, riscvSv57 } from '@addrspace/backend-riscv-sv39'
import { x8664, x8664La57 } from '@addrspace/backend-x86-64'
import { ToyFormat } from '@addrspace/toy-machine'

import { openMachineWorld } from './machine-world.ts'
import { openPlainWorld } from './plain-world.ts'
import type { World, WorldOptions } from './world.ts'

export type WorldName = 'null' | 'mock' | 'toy' | 'x86-64' | 'riscv-sv39' | 'aarch64' | 'x86-64-la57' | 'riscv-sv48' | 'riscv-sv57'

const TOY = new ToyFormat()

const OPENERS: Readonly<Record<WorldName, (options: WorldOptions) => World>> = {
  'null': (options) => openPlainWorld('null', options),
  'mock': (options) => openPlainWorld('mock', options),
  'toy': (options) => openMachineWorld(TOY, options),
  'x86-64': (options) => openMachineWorld(x8664, options),
  'riscv-sv39': (options) => openMachineWorld(riscvSv39, options),
  'aarch64': (options) => openMachineWorld(aarch64, options),
  'x86-64-la57': (options) => openMachineWorld(x8664La57, options),
  'riscv-sv48': (options) => openMachineWorld(riscvSv48, options),
  'riscv-sv57': (options) => openMachineWorld(riscvSv57, options),
}

/** One of each kind; the larger modes differ from theirs by a geometry. */
export const WORLD_NAMES: readonly WorldName[] = ['null', 'mock', 'toy', 'x86-64', 'riscv-sv39', 'aarch64']
export const LARGER_WORLD_NAMES: readonly WorldName[] = ['x86-64-la57', 'riscv-sv48', 'riscv-sv57']

/** A new, empty address space that shares nothing with any other. */
export function openWorld(name: WorldName, options: WorldOptions = {}): World {
  return OPENERS[name](options)
}
