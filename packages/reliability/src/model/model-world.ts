// Which world and window a run has: by its seed alone, so that a run can be had again.
import type { Random } from '@addrspace/conformance/model'
import { WORD_SPACE } from '@addrspace/memory-addr'

import { openWorld, type WorldName } from '../worlds/open-world.ts'
import type { World, WorldOptions } from '../worlds/world.ts'
import type { BackingName } from './command.ts'
import { randomByteLayout, randomPageLayout, type Layout } from './layout.ts'
import type { CommandChoices } from './random-commands.ts'
import type { TwinMachine, TwinOptions } from './twin.ts'

/** Makes a world; tests make faulty ones. */
export type OpenWorld = (name: WorldName, options: WorldOptions) => World

export const openRightWorld: OpenWorld = openWorld

/** Everything that a run is decided by, but its commands. */
export interface Setting {
  readonly name: WorldName
  readonly options: Required<WorldOptions>
  readonly layout: Layout
  /** Whether memory that nobody uses yet holds something, which neither pages nor tables may ever show. */
  readonly isDirty?: boolean
}

/** Enough for most, so that little is refused for want of a frame; and so few that much is, and that what is lost is missed. */
const FRAMES = [12, 40, 80, 1024, 1024, 1024] as const

const FRAME_INTS = 1024
/** Looks like an entry that is present, on every machine. */
const DIRT = 0x2bad_bad7

const PLAIN_BITS = [0, 1, 3, 3, 5, 255] as const
/** Some that nobody can express, some that hardware does not see. */
const MACHINE_BITS = [1, 1, 3, 3, 11, 0, 5, 9, 13, 2, 33, 17, 48] as const
const MACHINE_BACKINGS: readonly [BackingName, ...BackingName[]] = ['alloc', 'alloc', 'demand', 'demand', 'linear 0', 'linear 0', 'linear 1', 'linear 2']

export function randomSetting(random: Random, name: WorldName): Setting {
  const merge = random.pick(['never', 'equal-neighbours'] as const)
  const { machine } = openWorld(name)
  const layout = machine === undefined ? randomByteLayout(random) : randomPageLayout(random, machine.table.geometry)
  return { name, options: { merge, frames: random.pick([...FRAMES]) }, layout, isDirty: random.oneIn(2) }
}

export function choicesOf({ layout }: Setting): CommandChoices {
  const isAtEnd = layout.base + BigInt(layout.cells) * layout.unit === WORD_SPACE
  const hasTable = layout.pagesPerCell > 0
  return { bits: hasTable ? [...MACHINE_BITS] : [...PLAIN_BITS], backings: hasTable ? MACHINE_BACKINGS : ['alloc'], hasTable, isAtEnd }
}

/** Makes the world of a setting. */
export function openSetting(open: OpenWorld, { name, options, isDirty }: Setting): World {
  const world = open(name, options)
  if (isDirty) world.machine?.words.fill(DIRT, world.machine.frames.touched * FRAME_INTS)
  return world
}

export function twinOptionsOf({ options, layout }: Setting, world: World): TwinOptions {
  return { layout, isMerging: options.merge === 'equal-neighbours', machine: machineOf(world) }
}

function machineOf({ machine }: World): TwinMachine | undefined {
  if (machine === undefined) return undefined
  const { format, geometry } = machine.table
  return {
    granted: (bits) => {
      const grant = format.grant(bits as never)
      return grant.kind === 'granted' ? grant.flags : undefined
    },
    isMappable: (start, end) => end <= geometry.lowerEnd || start >= geometry.upperStart,
    physEnd: 1n << BigInt(geometry.physBits),
  }
}
