// Scenarios on worlds: what shows that the scenario of a failure fails on the world it came from.
import { LinearBackend } from '@addrspace/backend-paging'
import { DEFAULT_MEMORY, scenarioRunner, type ScenarioRunner } from '@addrspace/conformance'
import { physAddr, WORD_SPACE } from '@addrspace/memory-addr'

import type { WorldName } from '../worlds/open-world.ts'
import type { AnyBackend } from '../worlds/world.ts'
import type { OpenWorld } from './model-world.ts'

const FRAME = 0x1000n

/** Runs scenarios on fresh worlds of this name. */
export function worldScenarios(open: OpenWorld, name: WorldName): ScenarioRunner {
  return scenarioRunner<number, unknown>({
    name,
    flagStyle: name === 'null' || name === 'mock' ? 'number' : 'letters',
    toFlags: (bits) => bits,
    toBits: (flags) => flags,
    open({ memory, merge }) {
      const { size } = { ...DEFAULT_MEMORY, ...memory }
      const { set, machine, backends } = open(name, { merge, frames: Number(size / FRAME) })
      const linear = new Map<bigint, AnyBackend>()
      const subject = {
        set,
        backendFor(backing: 'alloc' | 'demand' | { readonly linear: bigint }, start: bigint): AnyBackend {
          if (machine === undefined) return backends.get('plain')!
          if (typeof backing === 'string') return backends.get(backing === 'alloc' ? 'eager' : 'demand')!
          const distance = backing.linear - start
          const known = linear.get(distance)
          if (known !== undefined) return known
          const added = new LinearBackend<unknown>(start as never, physAddr(backing.linear)) as AnyBackend
          linear.set(distance, added)
          return added
        },
      }
      if (machine === undefined) return { ...subject, findFree: { align: 1n, limit: { start: 0n, end: WORD_SPACE } } }
      const { table } = machine
      return {
        ...subject,
        findFree: { align: FRAME, limit: { start: 0n, end: table.geometry.lowerEnd } },
        query: (addr) => table.query(addr) ?? null,
        table: () => ({ root: table.roots[0]!, frames: machine.frames.inner.usedFrames }),
      }
    },
  })
}
