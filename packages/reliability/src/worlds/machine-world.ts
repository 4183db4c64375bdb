/** Worlds with a page table: eager, on-demand and linear areas in a small memory. */

import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import { bitsPermit } from '@addrspace/conformance'
import { pa, va } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import { PageTable, PhysMemory, type Invalidations, type PteFormat } from '@addrspace/page-table'

import { digestsOf } from './digest.ts'
import { InjectedBackend } from './injected-backend.ts'
import { InjectedFrames } from './injected-frames.ts'
import { Injector } from './injector.ts'
import { areasOf, flagsEqualOf } from './set-state.ts'
import type { AnyBackend, Backing, World, WorldMachine, WorldOptions } from './world.ts'

const PAGE = 0x1000n
const GIB = 1n << 30n
/** Every machine can express them. */
const FLAGS: readonly number[] = [0b1011, 0b1001, 0b1101, 0b0001, 0]

export function openMachineWorld<C>(format: PteFormat<C>, options: WorldOptions): World {
  const { merge = 'never', frames: count = 128 } = options
  const injector = new Injector()
  const isToy = format.geometry.lowerEnd <= GIB
  const base = pa(isToy ? 0n : 2n * GIB)
  const source = new ArrayBuffer(count * Number(PAGE))
  const memory = new PhysMemory({ base, size: BigInt(source.byteLength), source })
  const frames = new InjectedFrames(base, count, injector)
  const told: Invalidations[] = []
  const invalidations = (invalidated: Invalidations): void => {
    told.push(invalidated)
    injector.visit('sink')
  }
  const table: PageTable<unknown> = new PageTable<C>({ memory, frames, format, invalidations })
  const middle = isToy ? format.geometry.lowerEnd / 2n : GIB
  // Behind all memory: nobody else has these frames.
  const linearBase = isToy ? 1n << 24n : 16n * GIB
  const backends = new Map<Backing, AnyBackend>([
    ['eager', new InjectedBackend(new FrameBackend<C>({ when: 'eager' }), injector, 'eager')],
    ['demand', new InjectedBackend(new FrameBackend<C>({ when: 'demand' }), injector, 'demand')],
    ['linear', new InjectedBackend(new LinearBackend<C>(va(middle), pa(linearBase)), injector, 'linear')],
    ['sliced', new InjectedBackend(new FrameBackend<C>({ when: 'eager' }), injector, 'sliced', 'sliced')],
  ])
  const permits = (flags: number, access: 'read' | 'write' | 'exec'): boolean => !injector.visit('callback') && bitsPermit(flags, access)
  const set = new MemorySet<number, unknown>({ pageTable: table, permits, flagsEqual: flagsEqualOf(injector), merge })
  const machine: WorldMachine = { table, memory, words: new Int32Array(source), frames, told }
  const contents = (): string => `${areasOf(set)}\n${contentsOf(machine)}`
  const reach = isToy ? middle : 8n * 1024n * 1024n
  return {
    name: format.name, set, injector, backends, flags: FLAGS, unit: PAGE, machine, mock: undefined,
    window: { start: va(middle - reach), end: middle + reach },
    contents,
    state: () => `${contents()}\ntold ${told.length}`,
  }
}

/** Tables, allocator and memory. */
function contentsOf({ table, frames, words }: WorldMachine): string {
  const { used, touched, inner } = frames
  const firstFrame = table.memory.base
  let inUse = ''
  for (let i = 0; i < touched; i++) {
    if (used[i] === 0) continue
    // Frames of pages are known to the table besides; a table's are not among them.
    inUse += `${table.hasFrames(pa(firstFrame + BigInt(i) * PAGE), 1) ? ' page' : ' table'} ${i}`
  }
  return `${inner.usedFrames} frames:${inUse}\n${table.tableCount} tables, image${digestsOf(words, touched)}`
}
